/// What loses the packets of a namespace.
enum Firewall {
  /// Neighbours still find each other, as they do on a real road that is cut further away; otherwise
  /// the system would report a host that cannot be reached.
  private static let rules = """
    table inet cut
    delete table inet cut
    table inet cut {
      chain in {
        type filter hook prerouting priority -300;
        iifname != "lo" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        iifname != "lo" drop
      }
      chain out {
        type filter hook postrouting priority 300;
        oifname != "lo" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        oifname != "lo" drop
      }
    }
    """

  /// Loses all packets of a namespace but those to itself. Doing it again is fine.
  static func drop(in namespace: String) throws {
    try Tool.run(IP.inside(namespace) + ["nft", rules])
  }

  /// Loses none any more. Doing it again is fine.
  static func open(_ namespace: String) throws {
    try Tool.run(IP.inside(namespace) + ["nft", "table inet cut; delete table inet cut"])
  }
}
