import LeapfrogCore
import Testing

@testable import LeapfrogControl

/// Reads a text as `/etc/leapfrog/leapfrog.yml`.
func read(_ text: String) throws -> Configuration {
  try Configuration.parse(text, path: "/etc/leapfrog/leapfrog.yml")
}

/// A file with one pair `acme` that has the required keys and the given lines, indented under it.
func pairFile(_ lines: String, root: String = "/srv/acme") -> String {
  let own = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
  return "pairs:\n  acme:\n    repository: /src/acme.git\n    root: \(root)\n" + own
}

/// A file with one site `www.example.com` on line 6 that has the given lines, indented under it.
func siteFile(_ lines: String, app: String = "command") -> String {
  let own = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
  return pairFile("app: \(app)\nsites:\n  www.example.com:\n" + own)
}

/// The site of such a file.
func site(_ lines: String, app: String = "command") throws -> SiteSpec {
  try #require(try read(siteFile(lines, app: app)).pairs.first?.spec.sites.first)
}

/// The mistakes that reading a text reports, without the name of the file.
func mistakes(_ text: String) -> [String] {
  do {
    _ = try read(text)
    return []
  } catch let failure as Failure {
    #expect(failure.kind == .usage)
    return failure.message.split(separator: "\n").map { line in
      String(line.trimmingPrefix("/etc/leapfrog/leapfrog.yml:"))
    }
  } catch {
    return ["\(error)"]
  }
}

/// Whether reading reports exactly one mistake, which contains all the parts.
func expectMistake(
  _ text: String, _ parts: String..., location: SourceLocation = #_sourceLocation
) {
  let found = mistakes(text)
  #expect(found.count == 1, "\(found)", sourceLocation: location)
  for part in parts {
    #expect(found.first?.contains(part) == true, "\(found)", sourceLocation: location)
  }
}
