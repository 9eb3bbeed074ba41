/// What the kernel lets accounts do with files of others.
enum HardLinks {
  /// Whether a file can get another name only from who may write it.
  static let areProtected =
    (try? Files.read("/proc/sys/fs/protected_hardlinks", atMost: 16))?.first != UInt8(ascii: "0")
}
