import Glibc
import LeapfrogCore
import Synchronization

/// A process that opens a site's SQLite database with the rights of one account, as the one that asks it sees
/// it. It ends with its owner.
final class SQLiteProcess: Sendable {
  private let child: Child
  private let socket: Mutex<MessageSocket>
  private let isStopped: @Sendable () -> Bool
  private let account: String

  /// Between two looks whether an answer is still wanted, in milliseconds.
  private static let pause: Int32 = 500
  /// Seconds that its start may take, also on a machine with much to do.
  private static let startPatience = 60

  init(_ user: JobUser?, bytes: Int64, isStopped: @escaping @Sendable () -> Bool) throws {
    // It takes the account itself, before it knows of any database: who changes ids without executing a
    // program cannot be traced by the new account.
    let (end, started) = try MessageSocket.with { try Child(Self.spawn($0, bytes: bytes)) }
    child = started
    socket = Mutex(MessageSocket(Descriptor(adopting: end)))
    account = user?.name ?? "this account"
    self.isStopped = isStopped
    let switches = try user.map { try Identity.needsSwitch(to: $0) } ?? false
    _ = try ask(.become(switches ? user : nil), about: "its account", seconds: Self.startPatience)
  }

  private static func spawn(_ socket: Int32, bytes: Int64) -> Spawn {
    var spawn = Spawn(
      program: OwnExecutable.path, arguments: ["leapfrog-host", "sqlite"],
      environment: ["PATH": Program.usualPath])
    spawn.descriptors = [SQLiteServer.number: socket]
    spawn.directory = "/"
    spawn.startsSession = true
    spawn.limits = .sqlite(bytes: bytes)
    return spawn
  }

  var isRunning: Bool { child.poll() == nil }

  /// Asks, and waits for the answer.
  ///
  /// - Parameters:
  ///   - name: the database, as messages name it.
  ///   - seconds: after which the process is ended.
  ///   - descriptor: an open file that it gets.
  /// - Throws: `Failure` where it finds a fault, takes too long, or an operator wants no answer.
  func ask(
    _ question: SQLiteQuestion, about name: String, seconds: Int, passing descriptor: Int32? = nil
  ) throws -> SQLiteAnswer {
    let end = Deadline(seconds: seconds)
    do {
      let answer = try self.socket.withLock { try self.answer($0, question, name, end, descriptor) }
      guard let answer else { throw ended(name) }
      if case .fault(let fault) = answer { throw fault }
      return answer
    } catch let fault as SQLiteFault {
      throw fault.failure(of: name)
    } catch {
      child.kill()
      throw error
    }
  }

  /// nil where the process has ended.
  private func answer(
    _ socket: borrowing MessageSocket, _ question: SQLiteQuestion, _ name: String, _ end: Deadline,
    _ descriptor: Int32?
  ) throws -> SQLiteAnswer? {
    do { try socket.send(question, passing: descriptor) } catch { return nil }
    let received = try socket.receive(SQLiteAnswer.self) {
      try verifyWanted(name, end)
      return Self.pause
    }
    guard let received else { return nil }
    return received.message
  }

  private func verifyWanted(_ name: String, _ end: Deadline) throws {
    if isStopped() { throw Failure.aborted }
    guard end.isOver else { return }
    throw Failure.failed(
      "the database \(name) kept a question about it busy for so long that it was ended")
  }

  private func ended(_ name: String) -> Failure {
    child.kill()
    return .failed(
      "the process that opened the database \(name) as \(account) \(child.wait())")
  }
}
