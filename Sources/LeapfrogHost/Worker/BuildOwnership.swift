import Foundation
import Glibc
import LeapfrogCore

/// Whose a platform is while it is built: the build's account's, and afterwards the pair's owner's again.
///
/// A file beside the manifest says so before anything is given. It goes when everything has been taken back and
/// the manifest says what is there, so that whatever is interrupted is taken up by the next stage or resume.
struct BuildOwnership {
  let layout: Layout
  let platform: PlatformName

  private struct Loan: Codable {
    var account: JobUser
    var isOwn: Bool
  }

  private var staged: StagedPlatform { StagedPlatform(layout: layout, platform: platform) }
  private var path: String { layout.loan(platform) }

  /// Gives the platform to an account; nothing is to be given where builds run as ourselves.
  func lend(to account: BuildAccount) throws {
    try takeBack()
    guard let user = account.user else { return }
    let loan = Loan(account: user, isOwn: account.isOwn)
    try endProcesses(of: loan)
    let bytes = Array(try JSONEncoder().encode(loan))
    try Failpoint.around("build.loan") { try Files.write(bytes, to: path) }
    try Failpoint.around("build.lend") { try staged.lend(to: user.uid, user.gid) }
  }

  /// Records what a build left, when it can change nothing any more.
  ///
  /// - Throws: `Failure` when a process cannot be ended, or holds a file open for writing; the platform is not
  ///   ready then.
  func record(_ command: Command, by account: BuildAccount, succeeded: Bool) throws {
    if let user = account.user {
      try endProcesses(of: Loan(account: user, isOwn: account.isOwn))
    }
    try Failpoint.around("build.record") {
      try staged.recordBuild(
        command, succeeded: succeeded,
        takingBackFrom: geteuid() == 0 ? account.user?.uid ?? 0 : nil)
    }
    try Failpoint.around("build.returned") { try Files.removeForGood(path) }
  }

  /// Takes back what a build has that did not come to its end.
  func takeBack() throws {
    guard Files.exists(path) else { return }
    let bytes = Data(try Files.read(path, atMost: 1 << 16))
    guard let loan = try? JSONDecoder().decode(Loan.self, from: bytes) else {
      throw Failure.failed(
        "\(path) does not say whose build had \(platform)", remedy: "cat \(path)")
    }
    try endProcesses(of: loan)
    try staged.takeBack(from: loan.account.uid)
    try Failpoint.around("build.returned") { try Files.removeForGood(path) }
  }

  /// An account that others use, too, has processes that are not of the build; the job has ended those that are.
  private func endProcesses(of loan: Loan) throws {
    guard loan.isOwn else { return }
    try Failpoint.around("build.end") { try AccountProcesses(user: loan.account).end() }
  }
}
