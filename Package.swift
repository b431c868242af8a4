// swift-tools-version: 6.2

import PackageDescription

// MARK: Settings

/// Under CI a warning is an error; a user's newer compiler may warn as it likes.
/// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0480-swiftpm-warning-control.md
let warningSettings: [SwiftSetting] =
    Context.environment["CI"] == nil
    ? [] : [.treatAllWarnings(as: .error), .treatWarning("DeprecatedDeclaration", as: .warning)]

/// One set of compiler settings for every target.
///
/// Each flag names the proposal that it switches on.
let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
        .enableUpcomingFeature("ExistentialAny"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
        .enableUpcomingFeature("MemberImportVisibility"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
        .enableUpcomingFeature("InternalImportsByDefault"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
        .enableUpcomingFeature("InferIsolatedConformances"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0481-weak-let.md
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
        .strictMemorySafety(),
    ] + warningSettings

// MARK: Dependencies

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let heapModule = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioConcurrency = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypes1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypes2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let sandbox = Target.Dependency.target(name: "Sandbox", condition: .when(traits: ["Sandbox"]))
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

// MARK: The rooms

/// The rooms whose tests are in the package, for a short run under the thread sanitizer; nil: every test there is.
let testedRooms = Context.environment["TESTED_ROOMS"]?.split(separator: ",").map(String.init)

/// One room: a target, its tests beside it, and the rooms and packages that it may call.
struct Room {
    var name: String
    var isExecutable = false
    /// Whether it is optimized in debug builds, too: the explorer and the simulation run it some hundred million times.
    var isAlwaysFast = false
    /// Files of the folder that are no sources.
    var exclude: [String] = []
    /// Files of the folder whose bytes are part of the binary.
    var embedded: [String] = []
    var dependencies: [Target.Dependency] = []
    var testDependencies: [Target.Dependency] = []
    /// Files of the tests' folder that are no sources.
    var testExclude: [String] = []

    private var isTested: Bool { testedRooms?.contains(name) ?? true }

    var targets: [Target] {
        let swiftSettings =
            swiftSettings
            + (isAlwaysFast && isTested ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])
        let source: Target =
            isExecutable
            ? .executableTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
            : .target(
                name: name,
                dependencies: dependencies,
                exclude: exclude,
                resources: embedded.map { .embedInCode($0) },
                swiftSettings: swiftSettings
            )
        let tests: Target = .testTarget(
            name: "\(name)Tests",
            dependencies: [.byName(name: name)] + testDependencies,
            exclude: testExclude,
            swiftSettings: swiftSettings
        )
        return isTested ? [source, tests] : [source]
    }
}

let rooms: [Room] = [
    // Escapes: what may be printed of text that anybody may have written.
    Room(name: "PlainText"),
    // Text to a tree of nodes with line and column marks.
    Room(name: "YAMLDocument", dependencies: ["CLibYAML"]),
    // Users' regular expressions, with a bound on the work of a search: to refuse them early and to seek them.
    Room(name: "Patterns", dependencies: ["CPCRE2"]),
    // What tasks and threads meet by, and share: mailbox, latch, promise, lock, deadline, backoff, box.
    Room(name: "Coordination", testDependencies: ["Repeatable"]),
    // What is asked of the machine: files, folders that change, bounded commands, orphans, descriptors.
    Room(
        name: "HostSystem",
        dependencies: ["CLinux", "Coordination", subprocess, systemPackage],
        testDependencies: ["Coordination", "Repeatable"]
    ),
    // The event loop: HTTP and TCP by libcurl on a thread of its own.
    Room(
        name: "Transport",
        dependencies: ["CLibcurl", "CLinux", "Coordination", "HostSystem", heapModule],
        testDependencies: ["Coordination", "HostSystem", "Repeatable", nioCore, nioPosix]
    ),
    // The pure decision core: events in, effects out.
    Room(name: "FailoverCore", isAlwaysFast: true, testDependencies: ["Repeatable"]),
    // Who supervises what: the election for one Lease, which group is in which shard, who should hold which shard.
    Room(
        name: "Leadership",
        isAlwaysFast: true,
        dependencies: ["FailoverCore"],
        testDependencies: ["FailoverCore", "Repeatable"]
    ),
    // The configuration file: schema, decoding with diagnostics, defaults.
    Room(
        name: "StandbyConfiguration",
        dependencies: ["PlainText", "Coordination", "HostSystem", "YAMLDocument", "FailoverCore", "Patterns"],
        testDependencies: ["HostSystem", "YAMLDocument", "FailoverCore", subprocess, systemPackage],
        testExclude: ["Fixtures"]
    ),
    // A small client of the Kubernetes API.
    Room(
        name: "KubernetesClient",
        dependencies: [
            "Coordination", "HostSystem", "Transport", "YAMLDocument", logging, metrics, nioCore, nioHTTP1, nioPosix,
            nioSSL, nioWebSocket,
        ],
        testDependencies: [
            "Coordination", "HostSystem", "Repeatable", "Sandbox", "Transport", "RecordedExchanges", logging, metrics,
            metricsTestKit, nioCore, nioPosix, nioSSL,
        ]
    ),
    // Schedules and runs probes, counts thresholds.
    Room(
        name: "Probing",
        dependencies: [
            "Coordination", "HostSystem", "Transport", "KubernetesClient", "StandbyConfiguration", "FailoverCore",
            "Patterns", metrics,
        ],
        testDependencies: [
            "HostSystem", "Sandbox", "FailoverCore", "StandbyConfiguration", "Patterns", "Transport", metricsTestKit,
            nioCore, nioHTTP1, nioHTTP2, nioPosix, nioSSL, subprocess, systemPackage,
        ],
        testExclude: ["GRPC/health-server.py"]
    ),
    // One actor per group: observations to the core, effects to the API server.
    Room(
        name: "Supervision",
        exclude: ["README.md"],
        dependencies: [
            "PlainText", "Coordination", "HostSystem", "Transport", "KubernetesClient", "Probing", "FailoverCore",
            "Leadership", "StandbyConfiguration", heapModule, logging, metrics, serviceLifecycle,
        ],
        testDependencies: [
            "Coordination", "FailoverCore", "HostSystem", "KubernetesClient", "Leadership", "Probing", "Sandbox",
            "StandbyConfiguration", "Transport", "YAMLDocument", logging, metricsTestKit,
        ],
        testExclude: ["Reporting/Notices.txt"]
    ),
    // Endpoints for the kubelet, Prometheus and operators.
    Room(
        name: "Operations",
        exclude: [
            "README.md", "Page/dashboard.png", "Page/dashboard-dark.png", "Page/group.png", "Page/group-narrow.png",
        ],
        embedded: ["Page/index.html", "Page/page.css", "Page/page.js", "openapi.json"],
        dependencies: [
            "Coordination", "FailoverCore", "HostSystem", "Supervision", metrics, nioConcurrency, nioCore, nioHTTP1,
            nioPosix, serviceLifecycle,
        ],
        testDependencies: [
            "Coordination", "FailoverCore", "HostSystem", "KubernetesClient", "StandbyConfiguration", "Supervision",
            "Transport", logging, metrics, nioCore, nioHTTP1,
        ],
        testExclude: ["Metrics/Metrics.txt"]
    ),
    // An in-memory Kubernetes API server and toy applications, for the demo and the tests.
    Room(
        name: "Sandbox",
        exclude: ["README.md"],
        dependencies: [
            "COpenSSL", "YAMLDocument", hummingbird, hummingbirdCore, httpTypes, logging, nioConcurrency, nioCore,
            nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypes1, nioHTTPTypes2, nioPosix, nioSSL, nioWebSocket, subprocess,
            systemPackage,
        ],
        testDependencies: [
            "Transport", "KubernetesClient", "RecordedExchanges", "Repeatable", logging, nioCore, nioPosix, subprocess,
            systemPackage,
        ]
    ),
]

if let unknown = testedRooms?.first(where: { name in !rooms.contains { $0.name == name } }) {
    fatalError("TESTED_ROOMS: no room is called \(unknown); there are \(rooms.map(\.name).joined(separator: ", "))")
}

/// The tests of the whole, and what only they need.
let testsOfTheWhole: [Target] = [
    // The real binary on any cluster, pods played without containers.
    .testTarget(
        name: "ClusterTests",
        dependencies: ["KubernetesClient", "Sandbox", "TestedCluster", "YAMLDocument", "kube-standby"],
        swiftSettings: swiftSettings
    ),
    // The real binary against the sandbox, under its faults.
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "Coordination", "Sandbox", "TestedCluster", "Transport", "YAMLDocument", "FailoverCore",
            "HeadlessBrowser", "KubernetesClient", "Leadership", "Operations",
            "Probing", "StandbyConfiguration", "Supervision", "kube-standby", logging, nioCore, nioHTTP1, nioPosix,
            serviceLifecycle, subprocess, systemPackage,
        ],
        swiftSettings: swiftSettings
    ),
    // A cluster to test on: the sandbox, or whatever a kubeconfig names.
    .target(
        name: "TestedCluster",
        dependencies: [
            "Coordination", "Sandbox", "Transport", "KubernetesClient", "kube-standby", logging, subprocess,
            systemPackage,
        ],
        path: "Tests/TestedCluster",
        swiftSettings: swiftSettings
    ),
    // The rules of the API that the product relies on, against any server.
    .testTarget(
        name: "ConformanceTests",
        dependencies: ["TestedCluster", "Sandbox"],
        swiftSettings: swiftSettings
    ),
    // The import table, the manifest and the rules for sources.
    .testTarget(name: "ArchitectureTests", swiftSettings: swiftSettings),
]

let package = Package(
    name: "kube-standby",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "kube-standby", targets: ["kube-standby"])],
    traits: [
        .trait(name: "Sandbox", description: "The commands `demo` and `sandbox`; the image is built without them."),
        .default(enabledTraits: ["Sandbox"]),
    ],
    dependencies: [
        // The command line: parsing, help and completions.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        // Heap: the event loop's timers by due time, writes by their urgency.
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        // Logs, so that whoever embeds a room chooses where they go.
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        // Counters and timers, so that whoever embeds a room chooses who reads them.
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        // WebSockets, for commands in pods; sockets of the sandbox's toy applications and of the tests' servers.
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        // HTTP/2 of the sandbox's API server, with limits that hummingbird does not let one set.
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        // From the frames of NIO to the vocabulary of hummingbird's requests.
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        // TLS of those WebSockets, and of the sandbox's API server.
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        // The vocabulary of hummingbird's requests and answers.
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        // HTTP server: the sandbox's API server and its admin endpoint.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        // Child processes that cannot leak: exec probes and kubeconfig credential plugins.
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        // File paths, in the interface of swift-subprocess.
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        // Order of start and stop, and signals.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: rooms.flatMap(\.targets) + [
        // YAML's own parser.
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        // HTTP, TLS and HTTP/2.
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // The sandbox's certificates: OpenSSL comes with libcurl; swift-certificates would bring a second BoringSSL into each build.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Regular expressions whose work can be bounded, which Swift's cannot; in every Debian base image.
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        // Linux's own calls that Swift does not know: variadic ones, glibc's own, descriptors that tell of events.
        .systemLibrary(name: "CLinux"),
        // The command line: wires the rooms together, decides nothing.
        .executableTarget(
            name: "kube-standby",
            dependencies: [
                "CLinux", "PlainText", "Coordination", "HostSystem", "Transport", "KubernetesClient", "Leadership",
                "Probing",
                "Supervision", "Operations", "FailoverCore", "StandbyConfiguration", "YAMLDocument", sandbox,
                argumentParser, logging, metrics, serviceLifecycle, unixSignals,
            ],
            swiftSettings: swiftSettings
        ),
        // Times of failovers on the sandbox, and what the sandbox itself can bear.
        .executableTarget(
            name: "kube-standby-bench",
            dependencies: [
                "Coordination", "Transport", "KubernetesClient", "Leadership", "Probing", "FailoverCore",
                "HeadlessBrowser", "Patterns",
                "Supervision",
                "StandbyConfiguration", "Sandbox", logging, nioCore, nioPosix, nioSSL, serviceLifecycle, subprocess,
                systemPackage,
            ],
            exclude: ["Peers", "README.md"],
            swiftSettings: swiftSettings
        ),
        // Mutated configurations against the reader, mutated objects against all that hears of them.
        .executableTarget(
            name: "kube-standby-fuzz",
            dependencies: [
                "StandbyConfiguration", "YAMLDocument", "FailoverCore", "KubernetesClient", "Probing", "Repeatable",
                "Supervision", "Transport", argumentParser,
            ],
            swiftSettings: swiftSettings
        ),
        // What makes a test repeatable: a clock that the test moves, random numbers of a seed.
        .target(
            name: "Repeatable",
            dependencies: ["Coordination"],
            path: "Tests/Repeatable",
            swiftSettings: swiftSettings
        ),
        // A browser that tests and benchmarks drive.
        .target(
            name: "HeadlessBrowser",
            dependencies: ["Coordination"],
            path: "Tests/HeadlessBrowser",
            swiftSettings: swiftSettings
        ),
        // What a real API server answered, byte for byte.
        .target(
            name: "RecordedExchanges",
            dependencies: ["Sandbox"],
            path: "Tests/RecordedExchanges",
            exclude: ["Exchanges"],
            swiftSettings: swiftSettings
        ),
    ] + (testedRooms == nil ? testsOfTheWhole : [])
)
