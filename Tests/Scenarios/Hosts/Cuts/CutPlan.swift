/// What happens to the link of a release, or to the one who follows it.
enum Cut: Sendable, CustomStringConvertible {
  /// Every packet is lost for a while.
  case packets(seconds: Double)
  /// The server's processes of the connection die, so often within a second.
  case session(times: Int)
  /// The controller dies, and the same command is given again.
  case controller
  /// The controller is stopped for a while.
  case pause(seconds: Double)

  var description: String {
    switch self {
    case .packets(let seconds): "packets lost for \(tenths(seconds)) s"
    case .session(let times): "session killed" + (times > 1 ? " \(times) times" : "")
    case .controller: "controller killed"
    case .pause(let seconds): "controller stopped for \(tenths(seconds)) s"
    }
  }

  /// What cases are counted by.
  var kind: String {
    switch self {
    case .packets(let seconds):
      seconds > CutPlan.silence ? "packets lost for long" : "packets lost for a while"
    case .session: "session killed"
    case .controller: description
    case .pause: "controller stopped"
    }
  }
}

/// When it happens.
enum Moment: Sendable, CustomStringConvertible {
  /// So many seconds after the command was given.
  case begin(Double)
  /// So many seconds after the host got to know what is to be staged.
  case stage(Double)
  /// So many seconds after the release was written down: its answer is on its way.
  case release(Double)

  var description: String {
    switch self {
    case .begin(let seconds): "\(tenths(seconds)) s after the command"
    case .stage(let seconds): "\(tenths(seconds)) s into the stage"
    case .release(let seconds): "\(Int(seconds * 1000)) ms into the release"
    }
  }
}

/// One case of many: what happens, and when. The same seed and index give the same again.
struct CutPlan: Sendable {
  let index: Int
  let cut: Cut
  let moment: Moment

  /// Seconds of silence after which a controller gives a link up.
  static let silence = 15.0

  /// `length` is that of a whole release in seconds.
  init(seed: UInt64, index: Int, length: Double) {
    self.index = index
    var random = SeededGenerator(seed: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
    cut = Self.cut(index, &random)
    moment = Self.moment(length, &random)
  }

  private static func cut(_ index: Int, _ random: inout SeededGenerator) -> Cut {
    switch index % 8 {
    case 0: .packets(seconds: .random(in: silence + 1...silence + 10, using: &random))
    case 1, 2: .packets(seconds: .random(in: 0.2...4, using: &random))
    case 3, 4: .session(times: .random(in: 1...3, using: &random))
    case 5, 6: .controller
    default: .pause(seconds: .random(in: 0.2...5, using: &random))
    }
  }

  private static func moment(_ length: Double, _ random: inout SeededGenerator) -> Moment {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: .begin(.random(in: 0...length, using: &random))
    case 1...3: .stage(.random(in: 0...length / 4, using: &random))
    case 4, 5: .release(.random(in: 0...0.05, using: &random))
    default: .release(.random(in: 0.1...1, using: &random))
    }
  }
}

private func tenths(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }

/// Numbers that a seed decides.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
