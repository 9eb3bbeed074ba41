import Foundation
import Glibc

/// A pool of PHP-FPM of its own.
public final class PHPPool: Sendable {
  private let directory: ServerDirectory
  private let process: ServerProcess

  /// Where it listens.
  public var socket: String { "\(directory.path)/php.sock" }
  /// The command that reloads it: no request is lost, because those under way may end first.
  public var reload: String { "kill -USR2 \(process.pid)" }
  /// How often the pool came up again.
  public var reloads: Int {
    directory.text("fpm.log").components(separatedBy: "ready to handle connections").count - 2
  }

  /// Starts a pool.
  ///
  /// - Parameters:
  ///   - settings: of PHP, by name.
  ///   - extensions: what is loaded besides what PHP has in itself.
  public init(
    workers: Int = 4, settings: [String: String] = [:], extensions: [String] = []
  ) throws {
    directory = try ServerDirectory(user: WebServerKit.user)
    let main = try directory.write(Self.main(directory.path, workers), "fpm.conf")
    // Nothing of the machine's own settings, so that each test says what it relies on.
    let lines =
      settings.map { "\($0.key)=\($0.value)" }.sorted() + extensions.map { "extension=\($0)" }
    let flags = lines.flatMap { ["-d", $0] }
    process = try ServerProcess(
      ["/usr/sbin/php-fpm8.2", "-n", "-F", "-y", main] + flags, directory: directory.path,
      user: WebServerKit.user)
    let socket = self.socket
    try process.waitUntilReady { Loopback.answers(socket: socket) }
  }

  /// Ends the pool.
  public func stop() { process.stop() }

  private static func main(_ directory: String, _ workers: Int) -> String {
    """
    [global]
    error_log = \(directory)/fpm.log
    daemonize = no
    process_control_timeout = 10s
    [www]
    listen = \(directory)/php.sock
    listen.mode = 0666
    listen.backlog = 511
    pm = static
    pm.max_children = \(workers)

    """
  }
}
