import Foundation
import Glibc
import RealServers

/// The gunicorns of a farm's sites, which outlive the commands that started them.
final class Gunicorns {
  private let root: URL
  private let guardian: ServerProcess

  /// Ends all of them, by their pid files, which are theirs to remove.
  private static let ending = """
    end() { for f in "$0"/sites/*/run/*.pid; do [ -f "$f" ] && kill -$1 $(cat "$f"); done; }
    stop() {
      end TERM
      for i in $(seq 150); do
        sleep 0.1
        set -- "$0"/sites/*/run/*.pid
        [ -f "$1" ] || exit 0
      done
      end KILL
      exit 0
    }
    trap stop TERM
    while :; do sleep 1 & wait $!; done
    """

  /// Looks after those of a pair: they end with the owner, and when the test's process dies.
  init(root: URL, log directory: URL) throws {
    self.root = root
    guardian = try ServerProcess(
      ["sh", "-c", Self.ending, root.path], directory: directory.path, patience: 20)
  }

  deinit { stop() }

  /// Ends all of them. The pair must be there still.
  func stop() { guardian.stop() }

  /// A master that runs.
  struct Master: Equatable {
    var pid: pid_t
    /// The name of the directory that it runs in.
    var platform: String

    var isAlive: Bool { FileManager.default.fileExists(atPath: "/proc/\(pid)/cwd/.") }
    var leadsSession: Bool { getsid(pid) == pid }
  }

  /// The one that visitors of a site are led to.
  func master(of site: String) throws -> Master {
    let run = root.appendingPathComponent("sites/\(site)/run")
    let socket = try FileManager.default.destinationOfSymbolicLink(
      atPath: run.appendingPathComponent("gunicorn.sock").path)
    let file = run.appendingPathComponent(socket.replacing(".sock", with: ".pid"))
    let text = try String(contentsOf: file, encoding: .utf8)
    guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw KitError("\(file.path) holds \(text)")
    }
    let directory = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
    return Master(pid: pid, platform: URL(fileURLWithPath: directory).lastPathComponent)
  }

  /// How many masters of a site run.
  func count(of site: String) -> Int {
    let run = root.appendingPathComponent("sites/\(site)/run").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run)) ?? []
    return names.count { $0.hasSuffix(".pid") }
  }
}
