import Glibc
import LeapfrogCore

/// Connects to a TCP port: IPv4 and IPv6, one address after the other.
enum Dialing {
  /// - Parameters:
  ///   - seconds: for each address.
  ///   - family: `any`, `inet` or `inet6`, as ssh says it.
  /// - Throws: `LinkLost` with the reason of the last address.
  static func connect(
    _ address: String, port: Int, family: String, host: String, seconds: Double
  ) throws -> Socket {
    let shown = "\(host) (\(address.contains(":") ? "[\(address)]" : address):\(port))"
    var reason = "no address"
    let addresses = try Addresses(address, port, family, shown)
    for entry in addresses.all {
      switch attempt(entry, Deadline(seconds: seconds)) {
      case .success(let socket): return socket
      case .failure(let fault): reason = fault.text
      }
    }
    throw LinkLost("\(shown) cannot be reached: \(reason)", remedy: "ssh \(host)")
  }

  private struct Fault: Error { let text: String }

  private static func attempt(_ entry: addrinfo, _ limit: Deadline) -> Result<Socket, Fault> {
    let number = socket(
      entry.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return .failure(Fault(text: String(cString: strerror(errno)))) }
    let made = Socket(number)
    if Glibc.connect(number, entry.ai_addr, entry.ai_addrlen) != 0, errno != EINPROGRESS {
      return .failure(Fault(text: String(cString: strerror(errno))))
    }
    guard made.wait(reading: false, writing: true, milliseconds: limit.milliseconds) else {
      return .failure(Fault(text: "no answer"))
    }
    let code = pendingError(of: number)
    guard code == 0 else { return .failure(Fault(text: String(cString: strerror(code)))) }
    var yes: Int32 = 1
    setsockopt(
      number, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    return .success(made)
  }

  private static func pendingError(of number: Int32) -> Int32 {
    var (code, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size)
    return code
  }

  /// What a name means, as the system's resolver says.
  private struct Addresses: ~Copyable {
    private var first: UnsafeMutablePointer<addrinfo>?

    init(_ address: String, _ port: Int, _ family: String, _ shown: String) throws {
      var hints = addrinfo()
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      hints.ai_family = ["inet": AF_INET, "inet6": AF_INET6][family] ?? AF_UNSPEC
      let code = getaddrinfo(address, String(port), &hints, &first)
      guard code == 0 else {
        throw LinkLost("\(shown) cannot be reached: \(String(cString: gai_strerror(code)))")
      }
    }

    deinit { freeaddrinfo(first) }

    var all: [addrinfo] {
      Array(sequence(first: first?.pointee) { $0?.ai_next?.pointee }.prefix { $0 != nil })
        .compactMap { $0 }
    }
  }
}
