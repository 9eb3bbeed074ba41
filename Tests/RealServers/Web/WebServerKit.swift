import Foundation
import Glibc

/// A real web server with a configuration of ours in a minimal one around it.
public final class WebServerKit: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case nginx, apache
  }

  /// Whom web servers and PHP run as, when the test is root.
  public static let user = "www-data"

  public let directory: ServerDirectory
  private let process: ServerProcess

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - ports: where the configuration listens; each is waited for.
  public init(_ kind: Kind, configuration: String, ports: [Int]) throws {
    directory = try ServerDirectory(user: Self.user)
    let main = try Self.write(kind, configuration, directory)
    process = try ServerProcess(
      Self.command(kind, main), directory: directory.path, user: Self.user)
    do {
      try process.waitUntilReady { ports.allSatisfy { Loopback.answers($0) } }
    } catch {
      throw ServerProcess.Fault("\(error) \(directory.text("error.log"))")
    }
  }

  /// What the server logged as an error, or worse.
  public var faults: [Substring] {
    directory.text("error.log").split(separator: "\n").filter { line in
      ["[alert]", "[emerg]", "[crit]", "[error]", ":error]", ":crit]"].contains {
        line.contains($0)
      }
    }
  }

  /// Whether the server accepts a configuration; what it says otherwise.
  public static func fault(_ kind: Kind, in configuration: String) throws -> String? {
    let directory = try ServerDirectory()
    let main = try write(kind, configuration, directory)
    let check = Process()
    let command = Self.command(kind, main) + ["-t"]
    check.executableURL = URL(fileURLWithPath: command[0])
    check.arguments = Array(command.dropFirst())
    let output = "\(directory.path)/check"
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    defer { try? file.close() }
    (check.standardOutput, check.standardError) = (file, file)
    check.standardInput = FileHandle.nullDevice
    try check.run()
    check.waitUntilExit()
    return check.terminationStatus == 0 ? nil : directory.text("check")
  }

  /// Ends the server.
  public func stop() { process.stop() }

  private static func command(_ kind: Kind, _ main: String) -> [String] {
    switch kind {
    case .nginx: ["/usr/sbin/nginx", "-e", "stderr", "-c", main]
    case .apache: ["/usr/sbin/apache2", "-DFOREGROUND", "-f", main]
    }
  }

  private static func write(_ kind: Kind, _ configuration: String, _ directory: ServerDirectory)
    throws -> String
  {
    try directory.write(configuration, "pair.conf")
    let text = kind == .nginx ? nginx(directory.path) : apache(directory.path)
    return try directory.write(text, "main.conf")
  }

  private static func nginx(_ directory: String) -> String {
    let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
      "\($0)_temp_path \(directory)/\($0);"
    }
    return """
      daemon off;
      worker_processes 2;
      pid \(directory)/pid;
      error_log \(directory)/error.log warn;
      events { worker_connections 512; }
      http {
        types { text/html html; text/plain txt; }
        access_log off;
        \(places.joined(separator: "\n  "))
        include \(directory)/pair.conf;
      }

      """
  }

  private static let modules = [
    "mpm_event", "authz_core", "authz_host", "dir", "mime", "rewrite", "headers", "ssl", "proxy",
    "proxy_fcgi", "socache_shmcb",
  ]

  private static func apache(_ directory: String) -> String {
    let modules = modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }
    return """
      ServerRoot \(directory)
      ServerName localhost
      DefaultRuntimeDir \(directory)
      PidFile \(directory)/pid
      ErrorLog \(directory)/error.log
      LogLevel warn
      StartServers 2
      \(modules.joined(separator: "\n"))
      TypesConfig /dev/null
      AddType text/html .html
      <Directory />
        AllowOverride None
        Require all denied
      </Directory>
      Include \(directory)/pair.conf

      """
  }
}
