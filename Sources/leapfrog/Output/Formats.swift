import Foundation
import Glibc
import LeapfrogCore

/// How figures are written for people.
enum Formats {
  /// Seconds: `40 ms`, `1.4 s`, `12 s`, `3 min 20 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds >= 1 else { return "\(Int((max(0, seconds) * 1000).rounded())) ms" }
    guard seconds >= 10 else { return String(format: "%.1f s", seconds) }
    let whole = Int(min(seconds, 1e9))
    guard whole >= 60 else { return "\(whole) s" }
    guard whole >= 3600 else { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// Bytes: `512 B`, `1.5 MiB`.
  static func size(_ bytes: Int64) -> String {
    var (value, unit) = (Double(bytes), 0)
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : String(format: "%.1f %@", value, units[unit])
  }

  /// `1 site`, `3 sites`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// The time of day in the local zone: `14:03:07`.
  static func clock(_ date: Date) -> String { local(date, "%H:%M:%S") }

  /// Date, time and zone: `2026-11-23 14:03:07 CET`.
  static func moment(_ date: Date) -> String { local(date, "%Y-%m-%d %H:%M:%S %Z") }

  private static func local(_ date: Date, _ format: String) -> String {
    var seconds = time_t(min(max(date.timeIntervalSince1970, 0), 1e11))
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, format, &parts)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// A list that stays readable with 300 names.
  static func names(_ names: [String], atMost limit: Int = 10) -> String {
    let shown = names.prefix(limit).joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}
