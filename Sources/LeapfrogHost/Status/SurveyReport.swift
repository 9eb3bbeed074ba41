import LeapfrogCore

/// What a release would meet: places, sizes, the last downtimes, free space.
struct SurveyReport {
  let pair: Pair
  let spec: PairSpec

  func make() throws -> Survey {
    let journal = try Journal(layout: pair.layout)
    let last = try journal.lastDowntimes()
    return Survey(
      status: try StatusReport(
        pair: pair, journal: journal, configured: Set(spec.sites.map(\.name))
      ).make(),
      sites: spec.sites.map { site in
        Survey.Site(
          name: site.name, databaseBytes: databaseBytes(site), lastDowntime: last[site.name])
      },
      freeBytes: try Files.freeSpace(at: pair.layout.root))
  }

  private func databaseBytes(_ site: SiteSpec) -> Int64 {
    (try? Engines.engine(of: site, in: spec, layout: pair.layout)?.size()) ?? 0
  }
}
