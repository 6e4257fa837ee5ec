// swift-tools-version: 6.2
import PackageDescription

/// One list for every target: the language as strict as it gets.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335: an existential is visible where it is paid for
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409: what a room shows of its imports is deliberate
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444: no member arrives through somebody else's import
    .strictMemorySafety(),  // SE-0458: unsafe code says so, and lives in the wrappers
    .treatAllWarnings(as: .error),
]

/// A room of the house (docs/architecture.md), and the tests in the folder of the same name.
func room(
    _ name: String, uses: [Target.Dependency] = [], resources: [Resource] = [], tested: Bool = true,
    extras: [String] = []
) -> [Target] {
    let room = Target.target(name: name, dependencies: uses, resources: resources, swiftSettings: strict)
    guard tested else { return [room] }
    return [
        room,
        .testTarget(
            name: name + "Tests", dependencies: [.target(name: name), "TestSupport"] + uses, path: "Tests/" + name,
            exclude: extras, swiftSettings: strict),
    ]
}

/// A plugin: the folder `plugins/NAME` with its sources and its tests, which may use more than the plugin itself.
func plugin(
    _ folder: String, _ module: String, uses: [Target.Dependency] = [], testUses: [Target.Dependency] = []
) -> [Target] {
    [
        .target(
            name: module, dependencies: ["PluginAPI", "EventModel", "Configuration"] + uses,
            path: "plugins/\(folder)/Sources",
            swiftSettings: strict),
        .testTarget(
            name: module + "Tests",
            dependencies: [
                .target(name: module), "PluginTesting", "PluginAPI", "EventModel", "Configuration", "TestSupport",
            ] + uses + testUses,
            path: "plugins/\(folder)/Tests", swiftSettings: strict),
    ]
}

/// The store's tests also compare reports with what they should be of random events, and erase what people ask for.
let reportTests: [Target.Dependency] = ["Reports", "Cache", "Accounts", "Jobs"]

/// Every plugin, one line each; `plugins/Catalog` lists the same names.
let plugins: [Target] =
    plugin("validate", "ValidatePlugin", uses: ["Platform"])
    + plugin("clock", "ClockPlugin")
    + plugin("opt_out", "OptOutPlugin")
    + plugin("user_agent", "UserAgentPlugin", uses: ["Cryptography", "Platform", "RegularExpressions"])
    + plugin("bot", "BotPlugin", uses: ["Platform", "RegularExpressions"])
    + plugin("geo", "GeoPlugin", uses: ["Platform", "MaxMind"])
    + plugin("exclude", "ExcludePlugin", uses: ["Platform"])
    + plugin("campaign", "CampaignPlugin")
    + plugin("site_search", "SiteSearchPlugin")
    + plugin("url_scrub", "URLScrubPlugin")
    + plugin("page_url", "PageURLPlugin")
    + plugin("referrer", "ReferrerPlugin", uses: ["Platform"])
    + plugin("channel", "ChannelPlugin")
    + plugin("language", "LanguagePlugin")
    + plugin("screen", "ScreenPlugin")
    + plugin("page_group", "PageGroupPlugin")
    + plugin("lookup", "LookupPlugin", uses: ["Platform"])
    + plugin("bot_policy", "BotPolicyPlugin")
    + plugin("visitor_id", "VisitorIDPlugin", uses: ["Cryptography", "Platform"])
    + plugin("user_id", "UserIDPlugin", uses: ["Cryptography"])
    + plugin("sample", "SamplePlugin", uses: ["Cryptography"])
    + plugin("properties", "PropertiesPlugin", uses: ["Cryptography", "Platform"])
    + plugin("pii", "PIIPlugin", uses: ["Platform"])
    + plugin("discard", "DiscardPlugin")
    + plugin("postgres", "PostgresPlugin", uses: ["Database", "Cryptography", "Platform"], testUses: reportTests)
    + plugin("file", "FilePlugin", uses: ["Compression", "Platform"])

/// The C libraries that Debian packages; only the wrapper room named beside each imports it.
let libraries: [Target] = [
    .systemLibrary(name: "CFastCGI", providers: [.apt(["libfcgi-dev"])]),  // FastCGI
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),  // Database
    // No pkgConfig: Debian's hiredis.pc carries a flag that SwiftPM prohibits.
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),  // Cache
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),  // Cryptography
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),  // Compression
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),  // Compression
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),  // RegularExpressions
    .systemLibrary(name: "CMaxMindDB", pkgConfig: "libmaxminddb", providers: [.apt(["libmaxminddb-dev"])]),  // MaxMind
    .systemLibrary(name: "COath", pkgConfig: "liboath", providers: [.apt(["liboath-dev"])]),  // OneTimePassword
    .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),  // QRCode
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),  // Mail
    .target(name: "CSystem"),  // Platform: what Glibc's module does not show to Swift
]

let package = Package(
    name: "footfall",
    products: [.executable(name: "footfall", targets: ["footfall"])],
    targets: libraries + plugins
        + room("Platform", uses: ["CSystem"])
        + room("Cryptography", uses: ["CSodium"])
        + room("OneTimePassword", uses: ["COath", "Cryptography"])
        + room("QRCode", uses: ["CQRencode"])
        + room("Mail", uses: ["CCurl", "Cryptography", "Platform"])
        + room("Compression", uses: ["CZlib", "CZstd"])
        + room("RegularExpressions", uses: ["CPCRE2"])
        + room("MaxMind", uses: ["CMaxMindDB", "EventModel"], extras: ["make-database.pl"])
        + room("Configuration")
        + room("EventModel")
        + room("PluginAPI", uses: ["EventModel", "Configuration", "Platform"])
        + room("PluginTesting", uses: ["PluginAPI", "EventModel", "Configuration", "Platform"], tested: false)
        + room("Journal", uses: ["EventModel", "Platform", "Cryptography"])
        + room("Pipeline", uses: ["PluginAPI", "EventModel", "Journal", "Configuration", "Platform"])
        + room("FastCGI", uses: ["CFastCGI", "Platform"])
        + room(
            "Collect",
            uses: [
                "FastCGI", "Pipeline", "Journal", "EventModel", "PluginAPI", "Platform", "Cryptography", "Compression",
            ],
            resources: [.embedInCode("Tracker/footfall.js")])
        + room("Replay", uses: ["FastCGI", "Platform"])
        + room("Database", uses: ["CPostgres", "Platform"])
        + room("Cache", uses: ["CHiredis", "Platform"])
        + room("Accounts", uses: ["Database", "EventModel", "Cryptography", "OneTimePassword", "Platform"])
        + room(
            "Reports",
            uses: ["Database", "Cache", "Compression", "Configuration", "Cryptography", "EventModel", "Platform"])
        + room(
            "Dashboard",
            uses: [
                "FastCGI", "Reports", "Accounts", "Database", "EventModel", "Platform", "Cryptography",
                "Mail", "OneTimePassword", "QRCode",
            ],
            resources: [
                .embedInCode("Assets/dashboard.css"), .embedInCode("Assets/dashboard.js"),
                .embedInCode("Assets/world.txt"),
            ], extras: ["Golden"])
        + room("Jobs", uses: ["Database", "Platform"])
        + [
            .target(
                name: "Catalog",
                dependencies: ["PluginAPI"] + plugins.filter { $0.type == .regular }.map { .target(name: $0.name) },
                path: "plugins/Catalog/Sources", swiftSettings: strict),
            .executableTarget(
                name: "footfall",
                dependencies: [
                    "FastCGI", "Collect", "Dashboard", "Jobs", "Catalog", "Pipeline", "PluginAPI", "Journal", "Reports",
                    "Replay", "Accounts", "Cache", "Database", "EventModel", "Configuration", "Platform",
                    "Cryptography", "PostgresPlugin",
                ], swiftSettings: strict),
            .testTarget(
                name: "HouseTests",
                dependencies: [
                    "Catalog", "Pipeline", "PluginAPI", "Configuration", "EventModel", "TestSupport", "footfall",
                    "Cache", "Collect", "Accounts", "Cryptography", "Database", "FastCGI", "Platform",
                ],
                path: "Tests/House", swiftSettings: strict),
            .target(
                name: "TestSupport", dependencies: ["Database", "Platform", "Journal", "EventModel"],
                path: "Tests/TestSupport",
                swiftSettings: strict),
        ]
)

// What `tools/fuzz` builds, and nobody else: it wants flags of its own for the whole package.
if Context.environment["FOOTFALL_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CFuzzer", "Collect", "Compression", "EventModel", "Journal", "Pipeline", "Platform", "Cryptography",
                "BotPlugin", "PIIPlugin", "URLScrubPlugin", "UserAgentPlugin",
            ],
            path: "Tests/Fuzz/Sources", swiftSettings: strict),
    ]
}

// What `tools/bench chain` builds.
if Context.environment["FOOTFALL_BENCH_CHAIN"] != nil {
    package.targets.append(
        .executableTarget(
            name: "chain-bench",
            dependencies: [
                "Catalog", "Configuration", "Cryptography", "EventModel", "Pipeline", "Platform", "PluginAPI",
            ],
            path: "Tests/Benchmarks/Chain", swiftSettings: strict))
}

// One plugin and what it stands on, for those who write it: `tools/plugin test NAME`. Nothing else is compiled.
if let only = Context.environment["FOOTFALL_ONLY"] {
    var wanted = Set([only, only + "Tests"])
    var isGrowing = true
    while isGrowing {
        let names = package.targets.filter { wanted.contains($0.name) }.flatMap(\.dependencies).compactMap {
            name(of: $0)
        }
        isGrowing = !wanted.isSuperset(of: names)
        wanted.formUnion(names)
    }
    package.targets.removeAll { !wanted.contains($0.name) }
    package.products.removeAll()
}

func name(of dependency: Target.Dependency) -> String? {
    switch dependency {
    case .targetItem(let name, _), .byNameItem(let name, _): name
    case .productItem: nil
    @unknown default: nil
    }
}
