import Foundation

/// A road on which packets take their time: a program carries them from one device to another.
final class SlowRoad: Sendable {
  private let directory: ServerDirectory
  private let process: ServerProcess

  /// Both devices appear, and go with the program.
  ///
  /// - Parameters:
  ///   - device: the name of the one in the test's own network.
  ///   - namespace: where the other one is, as `eth0`.
  init(from device: String, to namespace: String, delay: Duration) throws {
    directory = try ServerDirectory()
    let file = try directory.write(Self.program, "road.py")
    let inner = "\(device)i"
    process = try ServerProcess(
      ["python3", file, device, inner, "\(delay / .seconds(1))"], directory: directory.path)
    try process.waitUntilReady {
      access("/sys/class/net/\(device)", F_OK) == 0 && access("/sys/class/net/\(inner)", F_OK) == 0
    }
    try IP.run("link set dev \(inner) netns \(namespace) name eth0")
  }

  /// Opens two devices and carries packets between them, each as much later as it is told.
  ///
  /// With headers that say what is left to do (a checksum, a division into packets), the system hands
  /// over up to 64 kB at once, of packets that have the usual size for those who see them.
  private static let program = """
    import collections, fcntl, os, select, struct, sys, time

    TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
    IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
    TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4

    def device(name):
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
        fcntl.ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
        return tun

    def collect(tun, queue, delay):
        for _ in range(64):
            try:
                packet = os.read(tun, 70000)
            except OSError:
                return
            queue.append((time.monotonic() + delay, packet))

    def deliver(tun, queue):
        while queue and queue[0][0] <= time.monotonic():
            try:
                os.write(tun, queue.popleft()[1])
            except OSError:
                pass

    ends = [device(name) for name in sys.argv[1:3]]
    delay = float(sys.argv[3])
    # From a device to the other one, and what is on the way there.
    roads = [(ends[0], ends[1], collections.deque()), (ends[1], ends[0], collections.deque())]
    while True:
        due = [queue[0][0] for _, _, queue in roads if queue]
        wait = max(0, min(due) - time.monotonic()) if due else None
        ready, _, _ = select.select(ends, [], [], wait)
        for source, target, queue in roads:
            if source in ready:
                collect(source, queue, delay)
            deliver(target, queue)

    """
}
