/// A pair of devices that carry packets from one namespace to another.
struct NetworkLink {
  /// Where it begins: the test's own network when nil.
  let from: String?
  /// Where it leads to; its device there is `eth0`.
  let to: String
  /// The name of its device where it begins.
  let device: String

  /// Connects both ends.
  ///
  /// - Returns: what carries the packets, unless the system does.
  func lay(delay: Duration?) throws -> SlowRoad? {
    let road = try delay.map { try SlowRoad(from: device, to: to, delay: $0) }
    if road == nil {
      let place = from.map { " netns \($0)" } ?? ""
      try IP.run("link add \(device)\(place) type veth peer name eth0 netns \(to)")
    }
    try IP.run("link set lo up", in: to)
    try IP.run("link set eth0 up", in: to)
    try IP.run("link set \(device) up", in: from)
    return road
  }

  /// Gives both ends addresses that nobody has.
  func takeSubnet(behind: Subnet?) throws -> Subnet {
    let subnet = try reserve(behind)
    for (address, place, device) in [
      (subnet.near, from, device), (subnet.far, to, "eth0"),
    ] {
      try IP.run("addr add \(address)/30 dev \(device) noprefixroute", in: place)
    }
    try IP.run("route add \(subnet.network) dev eth0", in: to)
    try IP.run("addr add \(subnet.near6)/126 dev \(device) nodad", in: from)
    try IP.run("addr add \(subnet.far6)/126 dev eth0 nodad", in: to)
    return subnet
  }

  /// Whoever adds a route first has its network: the system refuses a second one.
  private func reserve(_ behind: Subnet?) throws -> Subnet {
    if let behind {
      let subnet = Subnet(index: behind.index, depth: behind.depth + 1)
      try IP.run("route add \(subnet.network) dev \(device)", in: from)
      return subnet
    }
    for _ in 0..<100 {
      let subnet = Subnet(index: .random(in: 0..<Subnet.count), depth: 0)
      let ended = try IP.attempt("route add \(subnet.network) dev \(device)", in: from)
      if ended.status == 0 { return subnet }
      guard ended.output.contains("File exists") else { throw ServerProcess.Fault(ended.output) }
    }
    throw ServerProcess.Fault("no network is free")
  }
}
