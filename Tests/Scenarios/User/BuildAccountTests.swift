import Foundation
import Glibc
import RealServers
import Testing

/// What the author of a repository can do by its build, when leapfrog runs as root.
@Suite(.enabled(if: getuid() == 0)) struct BuildAccountTests {
  private let site = "one.example.com"

  @Test func aBuildRunsAsAnAccountOfThePairsOwnAndLeavesNothingThatOthersCanWrite() throws {
    let canary = "/etc/leapfrog-canary-\(UUID().uuidString)"
    defer { unlink(canary) }
    let build = try BuildFarm(
      """
      echo said > /dev/stderr
      id -u > who; id -G > groups; echo "$HOME" > home; echo kept > "$HOME/kept"
      for place in \(canary) ../canary ../green/canary ../sites/canary ../sites/\(site)/canary \\
        ../.leapfrog/canary ../live/canary ../aliases/\(site)/canary "$HOME/../canary"; do
        if touch "$place" 2> /dev/null; then echo "$place" >> written; fi
      done
      if kill -0 1 2> /dev/null; then echo 1 >> killed; fi
      umask 0; mkdir open; echo open > open/file; mkfifo open/fifo
      cp /bin/true suid; chmod 6777 suid
      setfacl -m u:nobody:rwx open/file; setfacl -d -m u:nobody:rwx open
      echo changed >> index.html
      echo store > "$HOME/store"; ln "$HOME/store" linked; ln index.html again
      ln -s /etc/passwd link; ln -s open/file inside
      # It forgets its environment, its session and its terminal.
      setsid env -i sh -c 'while :; do echo late >> daemon; sleep 0.05; done' < /dev/null > /dev/null 2>&1 &
      """)
    try build.farm.must("init", build.name, "built")
    let uid = try #require(build.uid)
    #expect(uid > 0 && uid < 1000)
    #expect(build.text("who") == "\(uid)")
    #expect(build.text("groups")?.contains(" ") == false)
    #expect(build.text("home") == build.farm.inRoot("build-home").path)
    #expect(build.text("../build-home/kept") == "kept")
    for path in ["written", "killed"] { #expect(build.text(path) == nil, "\(path)") }
    for path in [canary, build.path("../canary"), build.path("canary", on: "green")] {
      #expect(access(path, F_OK) != 0, "\(path)")
    }
    #expect(build.processes.isEmpty)
    let late = build.text("daemon")
    #expect(try build.writable() == [])
    let acl = try Shell.run(
      "/usr/bin/getfacl", ["-R", "-s", "-p", build.path("open")], in: build.farm.root)
    #expect(!acl.output.contains("nobody"), "\(acl.output)")
    #expect(try build.state(of: "blue") == "ready")
    try expectOwnCopy(build, uid)
    #expect(build.text("daemon") == late)
    let doctor = try build.farm.leapfrog("doctor", build.name)
    #expect(doctor.status == 0, "\(doctor.text)")
    // The next release finds nothing that it did not expect.
    try build.farm.must("upgrade", build.name, "built", "--stage-only")
  }

  /// What has a name outside is not root's by that.
  private func expectOwnCopy(_ build: BuildFarm, _ uid: uid_t) throws {
    var info = stat()
    try #require(stat(build.farm.inRoot("build-home/store").path, &info) == 0)
    #expect(info.st_uid == uid && info.st_nlink == 1)
    #expect(build.text("linked") == "store")
    try #require(stat(build.path("again"), &info) == 0)
    #expect(info.st_uid == 0 && info.st_nlink == 2)
    // A link that leads out is not root's, or it would lead a web server to what is root's.
    try #require(lstat(build.path("link"), &info) == 0)
    #expect(info.st_uid == uid)
    try #require(lstat(build.path("inside"), &info) == 0)
    #expect(info.st_uid == 0)
    try #require(stat("/etc/passwd", &info) == 0)
    #expect(info.st_uid == 0 && info.st_mode & 0o777 == 0o644)
  }

  @Test(arguments: [true, false])
  func aDescriptorInAnotherUsersHandsKeepsThePlatformFromBeingReady(_ isTaken: Bool) throws {
    let directory = try ServerDirectory(user: "nobody")
    let socket = "\(directory.path)/socket"
    let accomplice = try Self.accomplice(socket, isTaken: isTaken)
    defer { kill(accomplice.processIdentifier, SIGKILL) }
    let build = try BuildFarm(
      """
      python3 - <<'E'
      import socket, array, os
      s = socket.socket(socket.AF_UNIX); s.connect('\(socket)')
      f = os.open('code', os.O_RDWR | os.O_CREAT)
      os.write(f, b'code')
      s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [f]))])
      s.recv(1)
      E
      """)
    let outcome = try build.farm.leapfrog("init", build.name, "built")
    #expect(outcome.status == 1, "\(outcome.text)")
    #expect(outcome.text.contains("/code is still open for writing"), "\(outcome.text)")
    if isTaken {
      #expect(outcome.text.contains("kill \(accomplice.processIdentifier)"), "\(outcome.text)")
    }
    #expect(try build.state(of: "blue") == "unbuilt")
    #expect(access(build.farm.inRoot("live/\(site)").path, F_OK) != 0)
    kill(accomplice.processIdentifier, SIGKILL)
    #expect(accomplice.status() != nil)
    try build.commit("clean", "id -u > who", on: "built")
    try build.farm.must("init", build.name, "clean")
    #expect(try build.writable() == [])
  }

  /// A process of another user that gets a descriptor, or leaves it in its socket.
  private static func accomplice(_ socket: String, isTaken: Bool) throws -> Process {
    let script = """
      import socket, time
      s = socket.socket(socket.AF_UNIX); s.bind('\(socket)'); s.listen(1)
      import os; os.chmod('\(socket)', 0o777); print('ready', flush=True)
      c, _ = s.accept()
      if \(isTaken ? "True" : "False"): kept = socket.recv_fds(c, 1, 1)
      else: time.sleep(1)
      c.send(b'y')
      time.sleep(600)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = [
      "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", script,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    _ = try pipe.fileHandleForReading.read(upToCount: 6)
    return process
  }

  private static let points = [
    "build.loan.after", "build.lend.before", "build.lend.after", "build.after",
    "build.record.before",
    "stage.manifest.complete.before:2", "build.record.after", "build.returned.after",
  ]

  @Test func aKillAnywhereLeavesNoPlatformReadyThatIsNotRoots() throws {
    let build = try BuildFarm("true")
    try build.farm.must("init", build.name, "built")
    for (number, point) in Self.points.enumerated() {
      let daemon =
        "setsid env -i sh -c 'while :; do echo late >> daemon; sleep 0.01; done' > /dev/null 2>&1 &"
      try build.commit("c\(number)", "echo \(number) > made; \(daemon)", on: "built")
      let parts = point.split(separator: ":")
      let failpoint = ([parts[0], "kill"] + parts.dropFirst()).joined(separator: ":")
      let killed = try build.farm.running(
        ["upgrade", build.name, "c\(number)", "--stage-only"], failpoints: failpoint
      ).end()
      #expect(killed.status != 0, "\(point): \(killed.text)")
      if try build.state(of: "green") == "ready" {
        #expect(try build.writable(on: "green") == [], "\(point)")
        #expect(build.processes.isEmpty, "\(point)")
      }
      let verb = number % 2 == 0 ? "resume" : "abort"
      let after = try build.farm.running([verb, build.name]).end()
      #expect(verb == "abort" || after.status == 0, "\(point): \(after.text)")
      try build.farm.must("upgrade", build.name, "c\(number)", "--stage-only")
      #expect(try build.state(of: "green") == "ready", "\(point)")
      #expect(try build.writable(on: "green") == [], "\(point)")
      #expect(build.processes.isEmpty, "\(point)")
      #expect(build.text("made", on: "green") == "\(number)", "\(point)")
      #expect(access(build.farm.inRoot(".leapfrog/green.building").path, F_OK) != 0, "\(point)")
    }
  }

  @Test func theChangeIsSaidOnceAndAnAccountOfTheOperatorsIsTaken() throws {
    let build = try BuildFarm("id -u > who", extra: "    build_user: root")
    try build.farm.must("init", build.name, "built")
    #expect(build.text("who") == "0")
    #expect(build.uid == nil)
    let text = try String(contentsOf: build.farm.configuration, encoding: .utf8)
    try build.farm.write(text.replacingOccurrences(of: "    build_user: root\n", with: ""))
    let (first, second) = (
      try build.farm.leapfrog("upgrade", build.name, "v1", "--stage-only"),
      try build.farm.leapfrog("upgrade", build.name, "built", "--stage-only")
    )
    #expect(first.status == 1 && first.text.contains("ran as root until now"), "\(first.text)")
    #expect(second.status == 0 && !second.text.contains("until now"), "\(second.text)")
    #expect(build.text("who", on: "green") == "\(try #require(build.uid))")
    try build.farm.write(text.replacingOccurrences(of: ": root\n", with: ": daemon\n"))
    try build.commit("again", "id -u > who", on: "built")
    try build.farm.must("upgrade", build.name, "again", "--stage-only")
    #expect(build.text("who", on: "green") == "\(try #require(getpwnam("daemon")?.pointee.pw_uid))")
    #expect(try build.writable(on: "green") == [])
  }

  @Test func anAccountThatIsNoneOfLeapfrogsIsRefusedBeforeAnything() throws {
    let build = try BuildFarm("id -u > who")
    try TestAccount.add(build.account, home: "\(build.farm.directory.path)/home")
    let refused = try build.farm.refused(
      ["init", build.name, "built"], 4, naming: build.account, "build_user")
    #expect(refused.contains("getent passwd"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: build.path("")) == [".leapfrog-blue"])
    let text = try String(contentsOf: build.farm.configuration, encoding: .utf8)
    try build.farm.write(
      text.replacingOccurrences(
        of: "    build: ", with: "    user: daemon\n    build_user: daemon\n    build: "))
    try build.farm.refused(
      ["init", build.name, "built"], 4, naming: "user of \(site)", "build_user")
  }

  @Test func doctorNamesWhatOthersCanWrite() throws {
    let build = try BuildFarm("mkdir made; echo x > made/file")
    try build.farm.must("init", build.name, "built")
    let place = build.path("made/file")
    for (command, remedy) in [
      (["/bin/chmod", "g+w", place], "chmod go-w"),
      (["/bin/chown", "nobody", place], "chown -h 0"),
      (["/usr/bin/setfacl", "-m", "u:nobody:rw", place], "chmod go-w"),
      (["/usr/bin/setfacl", "-d", "-m", "u:nobody:rwx", build.path("made")], "setfacl -b"),
    ] {
      let done = try Shell.run(command[0], Array(command.dropFirst()), in: build.farm.root)
      try #require(done.status == 0, "\(done.text)")
      let doctor = try build.farm.leapfrog("doctor", build.name)
      let path = try #require(command.last)
      #expect(doctor.status == 1 && doctor.text.contains("\(remedy) '\(path)'"), "\(doctor.text)")
      _ = try Shell.run("/usr/bin/setfacl", ["-b", "-k", path], in: build.farm.root)
      chmod(place, 0o644)
      chown(place, 0, 0)
    }
    #expect(try build.farm.leapfrog("doctor", build.name).status == 0)
  }

  /// A walk that goes down with it would run out of stack, and take the worker with it at each new try.
  @Test func aTreeOfAnyDepthIsRefusedAndKeepsNoPairFromGoingOn() throws {
    let build = try BuildFarm(
      """
      mkdir deep; cd deep; i=0
      while [ $i -lt 3000 ]; do mkdir d; cd -P d; i=$((i + 1)); done
      """)
    let upgrade = try build.farm.leapfrog("init", build.name, "built")
    #expect(upgrade.status != 0 && upgrade.text.contains("500 directories"), "\(upgrade.text)")
    #expect(try build.state(of: "blue") != "ready")
    _ = try Shell.run("/bin/rm", ["-r", "--", build.path("deep")], in: build.farm.directory)
    try build.commit("mended", "true", on: "built")
    #expect(try build.farm.leapfrog("init", build.name, "mended").status == 0)
    #expect(try build.state(of: "blue") == "ready")
  }

  @Test func whatTheRepositoryBringsIsNoCommandAfterTheStage() throws {
    let commands = [
      "[bin/make]", "./bin/make", "test x; exec \"$LEAPFROG_PLATFORM/bin/make\"",
      "cd ${LEAPFROG_PLATFORM} && make",
    ]
    for command in commands {
      let build = try BuildFarm("true", extra: "    after_stage: \(command)")
      try build.farm.refused(["init", build.name, "built"], 2, naming: "after_stage", "build")
    }
    let build = try BuildFarm(
      "true", extra: "    after_stage: pwd > ../tmp/leapfrog-$LEAPFROG_PAIR")
    defer { unlink("/tmp/leapfrog-\(build.name)") }
    try build.farm.must("init", build.name, "built")
    let place = try String(contentsOfFile: "/tmp/leapfrog-\(build.name)", encoding: .utf8)
    #expect(place == "/\n")
  }
}
