import LeapfrogCore

/// Which run of the machine this is; it differs after a reboot or a power cut.
enum Boot {
  /// The kernel's own id; nil where it cannot be read.
  static var id: String? {
    guard let bytes = try? Files.read("/proc/sys/kernel/random/boot_id", atMost: 4096) else {
      return nil
    }
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }
}
