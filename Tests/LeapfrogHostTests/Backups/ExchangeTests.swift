import Foundation
import Glibc
import LeapfrogCore
import Testing

@testable import LeapfrogHost

#if DEBUG

  /// A site's user exchanges what is in its data, as fast as it can, while root backs up, restores and looks:
  /// nothing of others is read, written or deleted. The same run without the guard finds the canaries; else this
  /// would prove nothing.
  @Suite(.enabled(if: geteuid() == 0), .serialized) struct ExchangeTests {
    static let canary = "the canary of somebody else"

    @Test(.timeLimit(.minutes(5))) func nothingOfOthersIsReached() throws {
      let run = try ExchangeRun(guarded: true)
      #expect(run.found == 0, "seed \(run.seed): \(run.report)")
      #expect(run.harm == [], "seed \(run.seed): \(run.report)")
      #expect(run.exchanges >= 1000, "seed \(run.seed): \(run.report)")
      #expect(run.noticed >= 100, "seed \(run.seed): \(run.report)")
      #expect(run.backups > 0 && run.restores > 0, "seed \(run.seed): \(run.report)")
    }

    @Test(.timeLimit(.minutes(5))) func withoutTheGuardTheCanariesAreFound() throws {
      let run = try ExchangeRun(guarded: false)
      #expect(run.found > 0, "seed \(run.seed): \(run.report)")
    }
  }

  /// Backs a site up, restores it and looks at it again and again beside a stranger, and counts.
  private struct ExchangeRun {
    let seed = Int.random(in: 1...1_000_000)
    private let sandbox: DataSandbox
    private let outside: String
    /// Copies that hold a canary.
    private(set) var found = 0
    /// What is not outside as it was.
    private(set) var harm: [String] = []
    private(set) var exchanges = 0
    /// Exchanges that fell between a look at a name and its opening.
    private(set) var noticed = 0
    private(set) var backups = 0
    private(set) var restores = 0

    var report: String {
      "\(exchanges) exchanges, \(noticed) noticed, \(backups) backups, \(restores) restores, "
        + "\(found) copies with canaries, \(harm)"
    }

    /// - Parameter guarded: whether links are left alone.
    init(guarded: Bool) throws {
      sandbox = try DataSandbox()
      outside = "\(sandbox.root)/outside"
      try furnish()
      let (key, before) = (sandbox.root, try sandbox.tree(outside))
      LinkGuard.watched.withLock { $0[key] = (guarded, 0) }
      defer { LinkGuard.watched.withLock { $0[key] = nil } }
      let stranger = try Stranger(Self.program, sandbox.data, outside, "\(seed)")
      try exercise(guarded: guarded)
      exchanges = Int(stranger.end().trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
      noticed = LinkGuard.watched.withLock { $0[key]?.noticed ?? 0 }
      harm = Array(Set(try sandbox.tree(outside)).symmetricDifference(before))
      found = try canaries()
      print("exchanges, guard \(guarded ? "on" : "off"), seed \(seed): \(report)")
    }

    /// How many copies hold one.
    private func canaries() throws -> Int {
      let copies = try DataSandbox.run([
        "sh", "-c", "grep -rlaF \"$0\" \"$1/backups\" \"$1/aside\" 2> /dev/null | wc -l",
        ExchangeTests.canary,
        sandbox.root,
      ])
      return Int(copies.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }

    /// Whether it has been tried often enough: for some seconds and exchanges that fell where they matter, or until
    /// a canary was found where one has to be.
    private func isEnough(_ guarded: Bool, since begun: ContinuousClock.Instant) throws -> Bool {
      let time = ContinuousClock.now - begun
      if time > .seconds(90) { return true }
      guard guarded else { return try canaries() > 0 }
      let noticed = LinkGuard.watched.withLock { $0[sandbox.root]?.noticed ?? 0 }
      return time > .seconds(10) && noticed >= 1000 && backups > 3
    }

    /// Does everything that root does with a site's data; most of it fails when the stranger comes between.
    private mutating func exercise(guarded: Bool) throws {
      let begun = ContinuousClock.now
      let engine = SQLiteEngine(data: sandbox.data, path: "site.sqlite")
      let (store, site, data) = (sandbox.store, sandbox.site, sandbox.data)
      while try !isEnough(guarded, since: begun) {
        let id = BackupStore.newID()
        try? engine.check()
        _ = try? store.spaceNeeded(site: site, data: data, engine: engine)
        try? store.firstPass(site: site, id: id, data: data, engine: engine)
        let made = try? store.finish(site: site, id: id, data: data, engine: engine, hot: true)
        guard let made else { continue }
        backups += 1
        try? store.restoreFiles(made, to: data, aside: sandbox.aside, engine: engine)
        if let record = made.database {
          try? engine.restore(
            record, from: store.layout.backup(id, of: site), aside: sandbox.aside)
        }
        restores += 1
        // A restore that failed leaves directories that are root's so far.
        try DataSandbox.run([
          "sh", "-c", "chown -hR \(Stranger.own):\(Stranger.own) \"$0\" 2> /dev/null; true", data,
        ])
      }
    }

    private func furnish() throws {
      try Files.makeDirectories("\(outside)/d0/deep")
      for name in ["f0", "f1", "d0/f0", "d0/f1", "d0/deep/f0", "site.sqlite"] {
        try Files.write(Array(ExchangeTests.canary.utf8), to: "\(outside)/\(name)")
      }
      chmod(outside, 0o700)
      for directory in 0..<4 {
        for file in 0..<40 { try sandbox.write("own \(file)", to: "d\(directory)/deep/f\(file)") }
        for file in 0..<10 { try sandbox.write("own \(file)", to: "d\(directory)/f\(file)") }
      }
      try sandbox.sql(
        "CREATE TABLE t(a); INSERT INTO t VALUES (1)", in: "\(sandbox.data)/site.sqlite")
      mknod("\(sandbox.data)/device", S_IFCHR | 0o666, 0x0105)
      try Stranger.give(sandbox.data, to: Stranger.own)
    }

    /// Exchanges a file or a directory with a link to its like outside, a FIFO, a socket, a device, or a second
    /// name of another file, and back.
    private static let program = """
      data, outside, seed = sys.argv[1:]
      random.seed(int(seed))
      bin = os.path.join(data, "zz"); os.mkdir(bin)
      files, directories = [], []
      for top, below, names in os.walk(data):
          directories += [os.path.join(top, name) for name in below if name != "zz"]
          files += [os.path.join(top, name) for name in names if name != "device"]
      def spare(kind, path):
          made = os.path.join(bin, "s%d" % random.randrange(10**9))
          likeness = os.path.join(outside, os.path.relpath(path, data))
          if kind == "link": os.symlink(likeness, made)
          elif kind == "first": os.symlink(os.path.join(outside, "f0"), made)
          elif kind == "top": os.symlink(outside, made)
          elif kind == "fifo": os.mkfifo(made)
          elif kind == "socket": socket.socket(socket.AF_UNIX).bind(made)
          elif kind == "device": os.link(os.path.join(data, "device"), made)
          elif kind == "name": os.link(random.choice(files), made)
          return made
      count = 0
      def end(*_):
          print(count, flush=True); os._exit(0)
      signal.signal(signal.SIGTERM, end)
      print("ready", flush=True)
      while True:
          os.makedirs(bin, exist_ok=True)
          isFile = random.random() < 0.7
          path = random.choice(files if isFile else directories)
          kinds = ["link", "first", "first", "fifo", "socket", "device", "name"] if isFile else ["link", "top", "fifo"]
          try: made = spare(random.choice(kinds), path)
          except OSError: continue
          if exchange(path, made):
              count += 1
              time.sleep(random.choice([0, 0, 0.0002, 0.001]))
              if exchange(path, made): count += 1
          try: os.unlink(made)
          except OSError: pass
      """
  }

#endif
