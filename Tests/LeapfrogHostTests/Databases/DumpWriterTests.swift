import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

/// The way of a dump, with clients that do what real ones do on a bad day.
@Suite struct DumpWriterTests {
  let sandbox: DataSandbox
  private var path: String { "\(sandbox.backup)/dump.zst" }

  init() throws { sandbox = try DataSandbox() }

  private func client(_ script: String) -> ClientCommand {
    ClientCommand(program: "sh", package: "dash", arguments: ["-c", script])
  }

  private func writer(_ script: String) -> DumpWriter {
    DumpWriter(client: client(script), path: path, label: "the database shop") {
      $0.suffix(4) == Array("end\n".utf8)
    }
  }

  private func failure(_ script: String, patience: Int = 60) throws -> String {
    var writer = writer(script)
    writer.patience = patience
    let failure = #expect(throws: Failure.self) { try writer.run() }
    #expect(try Files.names(in: sandbox.backup).isEmpty)
    return failure?.message ?? ""
  }

  @Test func whatIsWrittenIsWhatWasPrinted() throws {
    let script = "head -c 5000000 /dev/urandom | base64; echo end"
    let facts = try writer("tee '\(sandbox.root)/plain' <<E\n$(\(script))\nE").run()
    let stored = try Files.read(path)
    #expect(facts.bytes == Int64(stored.count))
    #expect(facts.sha256 == FileDigest(of: stored).hex)
    #expect(FileStatus(path)?.mode == 0o600)
    let plain = try Files.read("\(sandbox.root)/plain")
    #expect(facts.plainBytes == Int64(plain.count))
    try DataSandbox.run(["sh", "-c", "zstd -qdc '\(path)' | cmp - '\(sandbox.root)/plain'"])
  }

  @Test(arguments: [0, 1, 255, 256, 257, 4095, 4096, 4097, 1 << 20, 3 << 20])
  func theEndIsSeenWhateverTheLength(_ length: Int) throws {
    let writer = writer("head -c \(length) /dev/zero; echo end")
    #expect(try writer.run().plainBytes == Int64(length + 4))
  }

  @Test func aStatusThatIsNotZeroCounts() throws {
    let message = try failure("echo 'Lost connection' >&2; echo end; exit 3")
    #expect(message == "sh exited with status 3: Lost connection")
  }

  @Test func aSignalCounts() throws {
    #expect(try failure("echo end; kill -9 $$").contains("was ended by signal 9"))
  }

  @Test func aDumpThatEndsTooEarlyIsCut() throws {
    let message = try failure("echo 'INSERT INTO a VALUES (1);'")
    #expect(message == "the dump of the database shop is cut: it does not end as a whole one does")
    #expect(try failure(":").contains("is cut"))
  }

  @Test func aStandstillIsEnded() throws {
    var writer = writer("echo begin; exec sleep 600")
    writer.patience = 1
    writer.hindrance = { "somebody is in the way" }
    let failure = #expect(throws: Failure.self) { try writer.run() }
    #expect(failure?.message.contains("stood still for 1 seconds") == true)
    #expect(failure?.message.hasSuffix("somebody is in the way") == true)
  }

  @Test func errorsAreCutShort() throws {
    let message = try failure("yes 'something long' | head -c 3000000 >&2; exit 1")
    #expect(message.count < 400)
  }

  @Test(.enabled(if: geteuid() == 0)) func aFullDiskNamesTheFile() throws {
    try #require(try sandbox.mountSmallDisk(at: sandbox.backup))
    defer { sandbox.unmount(sandbox.backup) }
    let message = try failure("head -c 8000000 /dev/urandom; echo end")
    #expect(message.contains("cannot write \(path): No space left on device"))
  }

  @Test func aMissingClientIsNamedWithItsPackage() throws {
    var writer = writer("")
    writer = DumpWriter(
      client: ClientCommand(program: "no-such-dump", package: "shop-client", arguments: []),
      path: path, label: "", isWhole: { _ in true })
    let failure = #expect(throws: Failure.self) { try writer.run() }
    #expect(failure?.message == "no-such-dump is not installed")
    #expect(failure?.remedy == "apt-get install shop-client")
  }

  // MARK: The way back

  private func reader(_ script: String) -> DumpReader {
    DumpReader(client: client(script), path: path) { $0.suffix(4) == Array("end\n".utf8) }
  }

  @Test func theClientGetsThePrefixAndNotTheSkippedLine() throws {
    _ = try writer("echo '/*sandbox*/'; seq 300000; echo end").run()
    var reader = reader("cat >'\(sandbox.root)/got'")
    reader.prefix = "first;\n"
    reader.skipping = "/*sandbox*/"
    try reader.run()
    let got = try String(decoding: Files.read("\(sandbox.root)/got"), as: UTF8.self)
    #expect(got.hasPrefix("first;\n1\n2\n"))
    #expect(got.hasSuffix("\n300000\nend\n"))
    #expect(got.utf8.count == 1_988_895 + 7 + 4)
  }

  @Test func aRestoresFailuresCount() throws {
    _ = try writer("seq 300000; echo end").run()
    for (script, cause) in [
      ("head -c 10 >/dev/null; echo 'ERROR 1' >&2; exit 1", "sh exited with status 1: ERROR 1"),
      ("kill -9 $$", "sh was ended by signal 9 (Killed)"),
    ] {
      let failure = #expect(throws: Failure.self) { try reader(script).run() }
      #expect(failure?.message == cause)
    }
    let bytes = try Files.read(path)
    try Files.write(Array(bytes.dropLast(100)), to: path)
    #expect(throws: Failure.self) { try reader("cat >/dev/null").run() }
  }
}
