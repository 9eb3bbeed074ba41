import LeapfrogCore
import Testing

@testable import LeapfrogHost

@Suite struct MariaDBOptionsTests {
  private func read(_ text: String) throws -> MariaDBOptions {
    try MariaDBOptions(Array(text.utf8), path: "my.cnf")
  }

  @Test func onlyWhoWhereAndHowIsTaken() throws {
    let options = try read(
      """
      [client]
      user=shop
      plugin-dir=/tmp/evil
      default_auth=evil
      init-command=DROP DATABASE x
      ssl_ca = /etc/ca.pem
      skip-ssl-verify-server-cert
      [mysqld]
      user=mysql
      """)
    #expect(options["user"] == "shop")
    #expect(
      options.text.reveal()
        == "[client]\nssl-ca=\"/etc/ca.pem\"\nssl-verify-server-cert=\"0\"\nuser=\"shop\"\n")
  }

  /// As MariaDB's own reader has it.
  @Test(arguments: [
    (#"password = "a#b\"c\\d" # told"#, #"a#b"c\d"#), ("password=plain # comment", "plain"),
    (#"password='it\'s\n\q'"#, "it's\n\\q"), ("password=", ""), ("  password =\t x y  ", "x y"),
    ("password=a=b", "a=b"), (#"password=back\"#, #"back\"#), ("password=\"open", "\"open"),
  ])
  func valuesAreReadAsTheClientsDo(_ line: String, _ value: String) throws {
    #expect(try read("# c\n; d\n[client-server]\n\(line)\n")["password"] == value)
  }

  @Test func theLastCountsAndOtherGroupsDoNot() throws {
    let options = try read("[client]\nport=1\n[mysqldump]\nport=2\n[mysql]\nport=3\n")
    #expect(options["port"] == "3")
  }

  @Test(arguments: ["!include /etc/passwd", "!includedir /etc", "user=x", "[client", "!other x"])
  func whatIsNoFileOfLoginsIsRefused(_ text: String) {
    let failure = #expect(throws: Failure.self) { try read(text) }
    #expect(failure?.message.contains("my.cnf") == true)
  }

  @Test func itIsNeverShown() throws {
    let options = try read("[client]\npassword=geheim\n")
    var dumped = ""
    dump(options, to: &dumped)
    #expect(!dumped.contains("geheim") && !"\(options)".contains("geheim"))
  }

  @Test(arguments: [
    ("GRANT ALL PRIVILEGES ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*x' WITH GRANT OPTION", true),
    ("GRANT SELECT, SUPER ON *.* TO `a`@`%`", true), ("GRANT USAGE ON *.* TO `a`@`%`", false),
    ("GRANT SELECT, SET USER ON *.* TO `a`@`%`", false),
    ("GRANT ALL PRIVILEGES ON `shop`.* TO `a`@`%` WITH GRANT OPTION", false),
  ])
  func anAdministratorIsKnownByItsGrants(_ line: String, _ isOne: Bool) {
    #expect(MariaDBGrant.isAdministration(line) == isOne)
  }
}
