import Foundation
import LeapfrogCore
import RealServers

@testable import LeapfrogHost

/// A database of MariaDB with one of everything.
final class MariaDBDatabase: ServedDatabase, Sendable {
  let server: MariaDBServer
  let name: String
  let password = "Kanarie'\"\\xü#;" + UUID().uuidString
  private let user: String
  private let isOverTCP: Bool

  static let fixtures = [
    ServerFixture(testDescription: "mariadb") {
      let database = try MariaDBDatabase(.shared())
      try database.grantAside()
      return database
    },
    ServerFixture(testDescription: "mariadb, a user of one database, over TCP") {
      try MariaDBDatabase(.shared(), isOverTCP: true)
    },
    ServerFixture(testDescription: "mariadb, with tables that know no transactions") {
      let database = try MariaDBDatabase(.shared())
      try database.server.sql(
        """
        CREATE TABLE old (i int, t varchar(20), KEY(i)) ENGINE=MyISAM; INSERT INTO old VALUES(1,'a');
        CREATE TABLE aria (i int) ENGINE=Aria; INSERT INTO aria VALUES(1),(2);
        """, in: database.name)
      return database
    },
  ]

  init(_ server: MariaDBServer, isOverTCP: Bool = false, filled: Bool = true) throws {
    self.server = server
    self.isOverTCP = isOverTCP
    name = "shop_\(UUID().uuidString.prefix(8).lowercased())"
    user = "u\(name.dropFirst(5))"
    try server.makeDatabase(name, user: user, password: password)
    if filled { try fill() }
  }

  deinit {
    _ = try? server.sql(
      "SET foreign_key_checks=0; DROP DATABASE IF EXISTS \(name); DROP USER IF EXISTS \(user)")
  }

  /// Lets the user set failed states aside by renaming, and make things in another's name.
  func grantAside() throws {
    try server.sql(
      "GRANT ALL ON `leapfrog\\_aside\\_%`.* TO \(user); GRANT SET USER ON *.* TO \(user)")
  }

  var spec: ServerDatabase {
    ServerDatabase(
      engine: .mariadb, name: name, host: isOverTCP ? "127.0.0.1" : nil,
      port: isOverTCP ? server.port : nil, socket: isOverTCP ? nil : server.socket, user: user)
  }

  func damage() throws {
    try server.sql(
      """
      SET foreign_key_checks = 0;
      DROP TABLE child; DROP VIEW newest; DROP PROCEDURE greet; DROP EVENT nightly;
      UPDATE page SET body = 'failed update'; ALTER TABLE binaries ADD COLUMN more int;
      CREATE TABLE made_by_update (i int PRIMARY KEY); INSERT INTO made_by_update VALUES (7);
      CREATE DEFINER=`\(user)`@`%` VIEW broken AS SELECT * FROM made_by_update;
      CREATE DEFINER=`\(user)`@`%` TRIGGER made_by_update_too BEFORE INSERT ON page FOR EACH ROW SET NEW.body = 'x';
      CREATE SEQUENCE made_sequence; CREATE DEFINER=`\(user)`@`%` FUNCTION made_function() RETURNS int RETURN 1;
      ALTER DATABASE \(name) CHARACTER SET latin1;
      """, in: name)
    try server.sql("ALTER TABLE made_by_update DROP COLUMN i, ADD COLUMN j int", in: name)
  }

  func write() throws {
    try server.sql("INSERT INTO page (body) VALUES ('a late write')", in: name)
  }

  func keepsFailedState(_ aside: String) throws -> Bool {
    for kept in try asides() {
      if try server.sql("SELECT MAX(body) FROM page", in: kept) == "failed update" { return true }
    }
    return try DataSandbox.run([
      "sh", "-c", "cat \"$0\"/database-*/database.sql.zst | zstd -dc | grep -c 'failed update'; :",
      aside,
    ]) != "0\n"
  }

  /// The databases that failed states of this one were set aside in.
  func asides() throws -> [String] {
    try server.sql("SHOW DATABASES LIKE 'leapfrog\\_aside%\(name)'").split(separator: "\n")
      .map(String.init)
  }

  /// Adds rows that take their size in a compressed dump, too: 1 KB each.
  func addRandomRows(_ count: Int) throws {
    try server.sql(
      """
      CREATE TABLE noise (id int PRIMARY KEY, t longtext);
      INSERT INTO noise SELECT seq, HEX(RANDOM_BYTES(1000)) FROM seq_1_to_\(count);
      """, in: name)
  }

  /// Another connection of the user that has done some statements and stays.
  func holding(_ sql: String) throws -> MariaDBHolder {
    try MariaDBHolder(
      sql,
      [
        "--no-defaults", "--unbuffered", "--socket=\(server.socket)", "--user=\(user)",
        "--password=\(password)", name,
      ])
  }

  var canMakeDatabases: Bool { true }

  func drop() throws { try server.sql("DROP DATABASE \(name)") }

  // MARK: Contents

  func contents() throws -> String {
    let tables = try names(
      "TABLE_NAME FROM TABLES WHERE TABLE_SCHEMA = '\(name)' AND TABLE_TYPE <> 'VIEW'")
    let views = try names(
      "TABLE_NAME FROM TABLES WHERE TABLE_SCHEMA = '\(name)' AND TABLE_TYPE = 'VIEW'")
    let triggers = try names(
      "TRIGGER_NAME FROM TRIGGERS WHERE TRIGGER_SCHEMA = '\(name)'")
    let routines = try names(
      "CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME) FROM ROUTINES WHERE ROUTINE_SCHEMA = '\(name)'")
    let events = try names("EVENT_NAME FROM EVENTS WHERE EVENT_SCHEMA = '\(name)'")
    var sql = "SHOW CREATE DATABASE \(name);\n"
    for table in tables {
      let name = MariaDBName.quoted(table)
      sql += "CHECKSUM TABLE \(name) EXTENDED; SHOW CREATE TABLE \(name);\n"
    }
    for view in views { sql += "SHOW CREATE VIEW `\(view)`;\n" }
    for event in events { sql += "SHOW CREATE EVENT `\(event)`;\n" }
    for routine in routines { sql += "SHOW CREATE \(routine);\n" }
    sql += Self.rows
    let withoutTimes =
      "SELECT TRIGGER_NAME, EVENT_MANIPULATION, ACTION_STATEMENT, SQL_MODE, DEFINER, DATABASE_COLLATION FROM information_schema.TRIGGERS WHERE TRIGGER_NAME = "
    for trigger in triggers {
      sql += "\(withoutTimes)'\(trigger)' AND TRIGGER_SCHEMA = '\(name)';\n"
    }
    return try server.sql(sql, in: name)
  }

  private func names(_ what: String) throws -> [String] {
    try server.sql("SELECT \(what) ORDER BY 1", in: "information_schema").split(separator: "\n")
      .map(String.init)
  }

  /// Every row of the awkward tables, as the server stores it.
  private static let rows = """
    SELECT id, HEX(b), HEX(v), HEX(bits), HEX(fixed) FROM binaries ORDER BY id;
    SELECT id, HEX(u), HEX(l), HEX(three), COLLATION(l) FROM texts ORDER BY id;
    SELECT id, d, dt, ts + 0, HEX(e), HEX(s) FROM dates ORDER BY id;
    SELECT a, b, c FROM computed ORDER BY a;
    SELECT x, COUNT(*) FROM versioned FOR SYSTEM_TIME ALL GROUP BY x ORDER BY x;
    SELECT HEX(`wei``rd ta ble`) FROM `na``me with space`;
    """

  private func fill() throws {
    try server.sql(Self.tables, in: name)
    try server.sql(Self.objects.replacingOccurrences(of: "USER", with: "`\(user)`@`%`"), in: name)
  }

  private static let tables = """
    SET sql_mode = '';
    SET foreign_key_checks = 0;
    CREATE TABLE page (id int PRIMARY KEY AUTO_INCREMENT, body text, parent int,
      CONSTRAINT newest_child FOREIGN KEY (parent) REFERENCES child (id));
    CREATE TABLE child (id int PRIMARY KEY, page int, FOREIGN KEY (page) REFERENCES page (id));
    INSERT INTO page (body) SELECT CONCAT('row ', seq, REPEAT('x', 100)) FROM seq_1_to_200;
    INSERT INTO child VALUES (1, 1), (2, 200); UPDATE page SET parent = 2 WHERE id < 5;
    CREATE TABLE binaries (id int PRIMARY KEY, b longblob, v varbinary(20), bits bit(9),
      fixed binary(4));
    INSERT INTO binaries VALUES (1, x'00FF0A0D5C27221A', x'00', b'101010101', x'AA'),
      (2, '', NULL, b'0', ''), (3, REPEAT(x'00DEADBEEF0A', 50000), x'80', NULL, x'00000000');
    CREATE TABLE texts (id int PRIMARY KEY, u text CHARACTER SET utf8mb4,
      l varchar(100) CHARACTER SET latin1 COLLATE latin1_german2_ci,
      three varchar(50) CHARACTER SET utf8mb3);
    INSERT INTO texts VALUES (1, '😀 ünï \\\\ \\' \\n\\t', CONVERT(x'80818DE9FFA0' USING latin1), 'ß€'),
      (2, CONCAT('a', CHAR(0), 'b'), CONVERT(x'C3BC' USING latin1), '');
    CREATE TABLE dates (id int PRIMARY KEY, d date, dt datetime(6), ts timestamp NULL,
      e enum('a', 'b'), s set('x', 'y'));
    INSERT INTO dates VALUES (1, '0000-00-00', '0000-00-00 00:00:00', '2026-03-29 02:30:00', 'a', 'x,y'),
      (2, '2026-02-00', '2026-01-01 10:00:00.123456', NULL, '', '');
    CREATE TABLE computed (a int PRIMARY KEY, b int AS (a + 1) STORED, c int AS (a * 2) VIRTUAL,
      KEY (c));
    INSERT INTO computed (a) VALUES (1), (5);
    CREATE TABLE versioned (x int) WITH SYSTEM VERSIONING;
    INSERT INTO versioned VALUES (1), (2); UPDATE versioned SET x = 3 WHERE x = 1;
    DELETE FROM versioned WHERE x = 2;
    CREATE TABLE `na``me with space` (`wei``rd ta ble` varchar(30));
    INSERT INTO `na``me with space` VALUES ('-- Dump completed'), ('/*!99999 x */; DROP');
    CREATE TABLE zero (id int AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=50;
    SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO zero VALUES (0), (7);
    CREATE TABLE parts (id int, KEY (id)) PARTITION BY HASH (id) PARTITIONS 3;
    INSERT INTO parts SELECT seq FROM seq_1_to_50;
    CREATE SEQUENCE numbers START WITH 10; SELECT NEXTVAL(numbers);
    """

  private static let objects = """
    CREATE DEFINER=USER VIEW newest AS SELECT p.id, c.id AS child FROM page p
      LEFT JOIN child c ON c.page = p.id;
    CREATE DEFINER=USER VIEW above AS SELECT COUNT(*) AS n FROM newest;
    DELIMITER //
    SET sql_mode = 'ANSI_QUOTES'//
    CREATE DEFINER=USER TRIGGER stamp BEFORE INSERT ON page FOR EACH ROW
      BEGIN IF NEW.body = 'ü' THEN SET NEW.body = "body"; END IF; END//
    CREATE DEFINER=USER PROCEDURE greet(IN who varchar(20)) BEGIN SELECT CONCAT('hé ', who); END//
    CREATE DEFINER=USER FUNCTION twice(i int) RETURNS int DETERMINISTIC RETURN i * 2//
    CREATE DEFINER=USER EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 02:00:00'
      COMMENT 'é' DO BEGIN UPDATE page SET body = '' WHERE id = 0; END//
    CREATE DEFINER=USER EVENT off ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 02:00:00' DISABLE
      DO SELECT 1//
    """
}

/// A process that holds a connection to a database; killed with its owner.
final class MariaDBHolder {
  private let process: Process
  private let stdin: FileHandle

  init(_ sql: String, _ arguments: [String]) throws {
    let started = try DataSandbox.start(["mariadb"] + arguments + ["--batch"])
    (process, stdin) = (started.process, started.stdin)
    try stdin.write(contentsOf: Data("\(sql);\nSELECT CONCAT('rea', 'dy');\n".utf8))
    var seen = ""
    while !seen.contains("ready\n") {
      let part = started.stdout.availableData
      guard !part.isEmpty else { throw ServerProcess.Fault("the holder ended") }
      seen += String(decoding: part, as: UTF8.self)
    }
  }

  func killNow() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { if process.isRunning { killNow() } }
}
