// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
  Context.environment["LEAPFROG_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]
let swift: [SwiftSetting] = [.swiftLanguageMode(.v6)] + strict
/// Symbols are most of what would go to a host.
let stripped: [LinkerSetting] = [
  .unsafeFlags(["-Xlinker", "-s"], .when(configuration: .release))
]

/// The built-in profiles, which stay YAML files and become part of the executable.
let profiles = ["command", "django", "drupal", "drupal7", "wordpress"]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// What of SQLite GRDB does not show: how it opens files.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "leapfrog",
  products: [
    .executable(name: "leapfrog", targets: ["leapfrog"]),
    .executable(name: "leapfrog-host", targets: ["leapfrog-host"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CZlib"),
    // Linked as an archive: a host needs nothing but libc and libsqlite3.
    .target(
      name: "LeapfrogCore", dependencies: ["CZlib"], swiftSettings: swift,
      linkerSettings: [.linkedLibrary(":libz.a")]),
    .target(name: "CPosix"),
    .target(
      name: "LeapfrogHost", dependencies: ["LeapfrogCore", "CPosix", crypto, grdb, sqlite],
      swiftSettings: swift),
    .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CLibssh2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
    .target(
      name: "LeapfrogControl",
      dependencies: [
        "LeapfrogCore", "CLibgit2", "CLibssh2", "Yams", crypto, subprocess, systemPackage,
      ],
      resources: profiles.map { .embedInCode("Profiles/\($0).yml") }, swiftSettings: swift),
    .executableTarget(
      name: "leapfrog", dependencies: ["LeapfrogControl", argumentParser], swiftSettings: swift,
      linkerSettings: stripped),
    .executableTarget(
      name: "leapfrog-host", dependencies: ["LeapfrogHost", argumentParser], swiftSettings: swift,
      linkerSettings: stripped),
    .target(
      name: "RealServers", dependencies: ["LeapfrogHost"], path: "Tests/RealServers",
      swiftSettings: swift),
    .testTarget(name: "LeapfrogCoreTests", dependencies: ["LeapfrogCore"], swiftSettings: swift),
    .testTarget(
      name: "LeapfrogHostTests", dependencies: ["LeapfrogHost", "leapfrog-host", "RealServers"],
      swiftSettings: swift),
    .testTarget(
      name: "LeapfrogControlTests", dependencies: ["LeapfrogControl", "RealServers"],
      swiftSettings: swift),
    .testTarget(
      name: "Scenarios",
      dependencies: ["leapfrog", "leapfrog-host", "RealServers", grdb, subprocess],
      swiftSettings: swift),
  ]
)
