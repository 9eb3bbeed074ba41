import LeapfrogCore
import Synchronization

/// One process of a dump's or a restore's way, with its output and what it says.
final class DumpStage: Sendable {
  let output: DataPipe
  private let command: ClientCommand
  private let errors: DataPipe
  private let running = Mutex<(child: Child, said: Background<String>)?>(nil)

  init(_ command: ClientCommand) throws {
    self.command = command
    (output, errors) = (try DataPipe(), try DataPipe())
  }

  /// Starts the process.
  ///
  /// - Parameter input: what it reads; nil for nothing.
  func start(input: DataPipe?) throws {
    try start(reading: input?.reading.number, input)
  }

  /// Starts the process on a file.
  func start(file: borrowing Descriptor) throws {
    try start(reading: file.number, nil)
  }

  private func start(reading number: Int32?, _ input: DataPipe?) throws {
    var descriptors: [Int32: Int32] = [1: output.writing.number, 2: errors.writing.number]
    descriptors[0] = number
    let child = try command.start(descriptors)
    // Only the processes hold these ends, so that each sees when another has gone.
    for end in [output.writing, errors.writing] + (input.map { [$0.reading] } ?? []) { end.close() }
    let (pipe, tellable) = (errors.reading, command.tellable)
    running.withLock { $0 = (child, Background { ClientErrors.text(of: pipe, tellable) }) }
  }

  func kill() { running.withLock { $0?.child.kill() } }

  /// Waits for the process's end.
  ///
  /// - Throws: `Failure` unless it succeeded.
  func verifyEnd() throws {
    guard let (child, said) = running.withLock({ $0 }) else { return }
    let result = child.wait()
    guard result.isSuccess else {
      throw command.failure(result, said: (try? said.outcome().get()) ?? "")
    }
  }
}
