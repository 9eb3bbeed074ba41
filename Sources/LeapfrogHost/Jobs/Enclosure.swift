import CPosix
import Glibc
import LeapfrogCore

/// Becomes a program that walks a site's data by paths, as root, where no path leads out of the data: in a
/// mount namespace of its own in which the data's symbolic links are read and never followed.
public enum Enclosure {
  /// The number of the open directory.
  static let number: Int32 = 4

  /// Replaces this process.
  ///
  /// - Parameters:
  ///   - path: where the directory is.
  ///   - command: the program's path and its arguments.
  /// - Throws: `Failure` where the host cannot do that.
  public static func become(_ command: [String], at path: String) throws {
    guard let program = command.first, fcntl(number, F_SETFD, FD_CLOEXEC) == 0,
      let wanted = FileStatus(descriptor: number)
    else { throw Failure.usage("this is started by leapfrog, not by hand") }
    guard separate_mounts() == 0 else { throw refusal(path) }
    // What was opened before is not of these mounts.
    let directory = try TrustedPath.open(path)
    guard enclose_directory(directory.number, path) == 0 else { throw refusal(path) }
    for found in [FileStatus(directory), FileStatus(following: ".")] {
      guard let found, found.inode == wanted.inode, found.device == wanted.device else {
        throw Failure.refused("\(path) is another directory than a moment ago")
      }
    }
    let arguments = ([Files.name(of: program)] + command.dropFirst()).map { strdup($0) } + [nil]
    execv(program, arguments)
    throw Failure.system("run", program)
  }

  private static func refusal(_ path: String) -> Failure {
    let reason = String(cString: strerror(errno))
    return .refused(
      "\(path) cannot be mounted without following links, which restic needs for a site's files "
        + "(\(reason)); it takes Linux 5.12 and root's right to mount")
  }
}
