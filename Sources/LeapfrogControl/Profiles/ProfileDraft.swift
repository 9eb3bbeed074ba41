import LeapfrogCore

/// A profile that another one may begin from.
struct ProfileDraft {
  var profile: Profile
  /// What each command that is a text begins with.
  var prelude: String?
}
