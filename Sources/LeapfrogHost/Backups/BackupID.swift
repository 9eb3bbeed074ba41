import Foundation

/// Names of backups: the UTC time for people, and a random part; what is newer never follows from
/// them.
enum BackupID {
  /// A new name, for example `20261123T120501Z-4f2a09c1`.
  static func make(at now: Date) -> String {
    var time = time_t(now.timeIntervalSince1970)
    var parts = tm()
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
    let stamp = String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let random = String(UInt32.random(in: .min ... .max), radix: 16)
    return stamp + "-" + String(repeating: "0", count: 8 - random.count) + random
  }

  /// Whether a text can be the name of a backup, and so of a directory.
  static func isProper(_ id: String) -> Bool {
    !id.isEmpty && id.utf8.count <= 64 && id.utf8.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    byte == 0x2D || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
      || (0x61...0x7A).contains(byte)
  }
}
