/// The compressor of dumps.
enum Zstd {
  /// What one CPU does faster than a server delivers; higher levels take longer than they save.
  static let level = 1

  static let tool = Tool("zstd", package: "zstd")

  static let compressor = ClientCommand(
    program: "zstd", package: "zstd", arguments: ["-q", "-\(level)", "-c"])
  static let decompressor = ClientCommand(
    program: "zstd", package: "zstd", arguments: ["-q", "-d", "-c"])
}
