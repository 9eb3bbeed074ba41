/// A host of a test's own: a namespace with addresses of its own, and one road to it that can be
/// cut. Only root can make one.
///
/// What runs in it ends with it.
public final class NetworkNamespace: Sendable {
  /// The name of the namespace, and of the device that leads to it.
  public let name: String
  /// What it is reached from: the test's own network when nil.
  public let neighbor: NetworkNamespace?
  let subnet: Subnet
  private let road: SlowRoad?

  /// Its own address.
  public var address: String { subnet.far }
  /// Its own address of IPv6.
  public var address6: String { subnet.far6 }
  /// The address that the other end of its road has.
  public var gateway: String { subnet.near }

  /// Makes a namespace that only the test's own network is connected with.
  ///
  /// - Parameter delay: how long a packet is on its way, in each direction.
  public convenience init(delay: Duration? = nil) throws { try self.init(nil, delay) }

  /// Makes a namespace that only another one is connected with: the test itself has no way there.
  ///
  /// One can be behind each at a time.
  public convenience init(behind neighbor: NetworkNamespace) throws { try self.init(neighbor, nil) }

  private init(_ neighbor: NetworkNamespace?, _ delay: Duration?) throws {
    Leftovers.remove
    let name = Leftovers.nextName()
    (self.name, self.neighbor) = (name, neighbor)
    do {
      let link = NetworkLink(from: neighbor?.name, to: name, device: name)
      try IP.run("netns add \(name)")
      road = try link.lay(delay: delay)
      subnet = try link.takeSubnet(behind: neighbor?.subnet)
      if let neighbor { try Self.close(subnet, to: neighbor) }
    } catch {
      Leftovers.remove(name, reachedFrom: neighbor?.name)
      throw error
    }
  }

  deinit { Leftovers.remove(name, reachedFrom: neighbor?.name) }

  /// The command that runs another one in the namespace.
  public func command(_ command: [String]) -> [String] { IP.inside(name) + command }

  /// From now on, every packet from and to the namespace is lost, and nobody is told.
  public func cut() throws { try Firewall.drop(in: name) }

  /// From now on, packets arrive again.
  public func mend() throws { try Firewall.open(name) }

  /// Makes the way to a network that lies behind another one end there, because without one the
  /// packets of a test would leave the machine.
  private static func close(_ subnet: Subnet, to neighbor: NetworkNamespace) throws {
    let first = sequence(first: neighbor) { $0.neighbor }.reversed()[0]
    for network in [subnet.network, subnet.network6] {
      try IP.run("route replace \(network) dev \(first.name)")
    }
  }
}
