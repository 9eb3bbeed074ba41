import Glibc
import Synchronization

/// Variables of the tests' own process, set while other tests read the environment.
///
/// Not by `setenv`, which moves the array that somebody may be reading.
enum TestVariable {
  private typealias Entry = UnsafeMutablePointer<CChar>

  /// An array with room for more entries than it has.
  private struct Room {
    let array: UnsafeMutablePointer<Entry?>
    var count = 0
  }

  private static let room = Mutex<Room?>(nil)
  private static let size = 20_000

  static func set(_ name: String, _ value: String) {
    room.withLock { room in
      var own = room.flatMap { $0.array == environ ? $0 : nil } ?? moved()
      precondition(own.count + 1 < size)
      // The end first, so that there always is one.
      own.array[own.count + 1] = nil
      own.array[own.count] = strdup("\(name)=\(value)")
      own.count += 1
      room = own
    }
  }

  /// The entries that there are, in the place of the array that has them; that one is never freed.
  private static func moved() -> Room {
    var room = Room(array: .allocate(capacity: size))
    while let entry = environ[room.count] {
      room.array[room.count] = entry
      room.count += 1
    }
    room.array[room.count] = nil
    // In Swift `environ` cannot be set.
    let place = dlsym(nil, "environ")?.assumingMemoryBound(
      to: UnsafeMutablePointer<Entry?>?.self)
    precondition(place?.pointee == environ)
    place?.pointee = room.array
    return room
  }
}
