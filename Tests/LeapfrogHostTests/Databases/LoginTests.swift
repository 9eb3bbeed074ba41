import Foundation
import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct LoginTests {
  private let pair: PairOnDisk
  private let site = "a.example.com"

  init() throws {
    pair = try PairOnDisk()
    try Files.makeDirectory(pair.layout.site(site))
    try Files.replaceLink(pair.layout.live(site), target: "../blue")
  }

  private func login(
    _ command: [String], _ change: (inout ServerDatabase) -> Void = { _ in }
  ) throws -> ServerLogin {
    try source(command, change).login()
  }

  private func source(
    _ command: [String], _ change: (inout ServerDatabase) -> Void = { _ in }
  ) -> LoginSource {
    var spec = ServerDatabase(engine: .mariadb, password: .app)
    change(&spec)
    let site = SiteSpec(
      name: site, commands: SiteCommands(credentials: Command(command)))
    let app = AppSettings(
      layout: pair.layout, pair: PairSpec(name: "acme", root: pair.layout.root), site: site)
    return LoginSource(spec: spec, data: pair.layout.site(self.site), app: app)
  }

  private func printing(_ text: String) -> [String] { ["printf", "%s", text] }

  private let told = """
    {"name": "shop", "user": "u", "password": "geheim", "host": "db.example.com", "port": "3307"}
    """

  @Test func theAppSaysEverything() throws {
    let login = try login(printing(told))
    #expect(login.name == "shop")
    #expect(login.user == "u")
    #expect(login.host == "db.example.com")
    #expect(login.port == 3307)
    #expect(login.password?.reveal() == "geheim")
    #expect(try Files.names(in: pair.layout.jobs).isEmpty)
  }

  @Test func aTraceShowsNoArgumentsOfCalls() throws {
    let script = "echo \"can't connect: mysqli_connect('db', 'u', 'geheim')\" >&2; exit 1"
    let failure = #expect(throws: Failure.self) { try login(["sh", "-c", script]) }
    let message = failure?.message.components(separatedBy: "exit 1").last ?? ""
    #expect(message.contains("can't connect: mysqli_connect("))
    #expect(!message.contains("geheim"))
  }

  @Test func theAppIsAskedOnce() throws {
    let file = pair.path("asked")
    let script = "echo >> \(file); printf '{\"name\": \"shop\"}'"
    let source = source(["sh", "-c", script])
    for _ in 0..<3 { #expect(try source.login().name == "shop") }
    #expect(try Files.read(file) == Array("\n".utf8))
  }

  @Test func whatTheConfigurationSaysWins() throws {
    let login = try login(printing(told)) {
      $0.name = "other"; $0.socket = "/run/x"
    }
    #expect(login.name == "other")
    #expect(login.socket == "/run/x")
    #expect(login.host == nil)
    #expect(login.port == nil)
    #expect(login.user == "u")
  }

  @Test func theCommandRunsInThePlatformOfTheSite() throws {
    let script = """
      printf '{"name": "%s", "user": "%s"}' "$PWD" "$LEAPFROG_SITE"
      """
    let login = try login(["sh", "-c", script])
    #expect(login.name.hasSuffix("/blue"))
    #expect(login.user == site)
  }

  @Test(.enabled(if: geteuid() == 0)) func theCommandRunsAsTheSitesUser() throws {
    chown(pair.layout.site(site), 65534, 65534)
    chmod(pair.layout.root, 0o755)
    #expect(try login(["sh", "-c", "printf '{\"name\": \"%s\"}' $(id -u)"]).name == "65534")
  }

  @Test(arguments: [
    "no JSON, geheim", "[1]", #"{"name": 5, "password": "geheim"}"#,
    #"{"name": "shop", "port": 99999, "password": "geheim"}"#, #"{"password": "geheim"}"#,
    #"{"name": "-e", "password": "geheim"}"#, #"{"name": "a\nb", "password": "geheim"}"#,
  ])
  func nonsenseIsRefusedAndNotRepeated(_ text: String) throws {
    let file = pair.path("told")
    try Files.write(Array(text.utf8), to: file)
    let failure = #expect(throws: Failure.self) { try login(["cat", file]) }
    #expect(failure?.message.contains("geheim") == false)
  }

  @Test func aCommandThatFailsIsToldByItsErrorsAlone() throws {
    let failure = #expect(throws: Failure.self) {
      try login(["sh", "-c", "echo geheim; echo 'no settings' >&2; exit 4"])
    }
    #expect(failure?.message.contains("exited with status 4: no settings") == true)
  }

  @Test func aCommandThatPrintsTooMuchIsRefused() throws {
    let failure = #expect(throws: Failure.self) {
      try login(["sh", "-c", "yes | head -c 100000"])
    }
    #expect(failure?.message.contains("printed more than can be") == true)
  }

  @Test func aSecretIsNeverShown() {
    let secret = Secret("geheim")
    let login = ServerLogin(name: "shop", password: secret)
    var dumped = ""
    dump(login, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\(login)", dumped] {
      #expect(!text.contains("geheim"))
    }
  }

  @Test func aMissingVariableOrFileIsNamed() throws {
    for password in [
      ServerDatabase.Password.environment("NO_SUCH_VARIABLE"), .file("no/such.cnf"),
    ] {
      let failure = #expect(throws: Failure.self) {
        try login([]) {
          $0.name = "shop"; $0.password = password
        }
      }
      #expect(failure?.message.contains(/NO_SUCH_VARIABLE|such.cnf/) == true)
    }
  }
}
