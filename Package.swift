// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of this package is compiled with.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .strictMemorySafety(),
    ] + (Context.environment["DOWNLOADVIEW_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "downloadview",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "VirtualDownloads", targets: ["VirtualDownloads"]),
        .library(name: "DownloadCore", targets: ["DownloadCore"]),
        .library(name: "FastCGI", targets: ["FastCGI"]),
        .library(name: "DownloadSpool", targets: ["DownloadSpool"]),
        .library(name: "SignedLinks", targets: ["SignedLinks"]),
        .library(name: "DownloadArchives", targets: ["DownloadArchives"]),
        .library(name: "DownloadCompression", targets: ["DownloadCompression"]),
        // Apart from gzip, since it links libzstd.
        .library(name: "DownloadZstandard", targets: ["DownloadZstandard"]),
        .library(name: "DownloadTables", targets: ["DownloadTables"]),
        .library(name: "DownloadSpreadsheets", targets: ["DownloadSpreadsheets"]),
        .library(name: "DownloadJSON", targets: ["DownloadJSON"]),
        .library(name: "DownloadTesting", targets: ["DownloadTesting"]),
        .library(name: "DownloadBlocking", targets: ["DownloadBlocking"]),
        .library(name: "DownloadFoundation", targets: ["DownloadFoundation"]),
        .library(name: "DownloadNIO", targets: ["DownloadNIO"]),
        .executable(name: "demo", targets: ["demo"]),
    ],
    dependencies: [
        // The currency types of an HTTP message: method, status, header fields. Without its traits: they link
        // Foundation.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        // The one logging API of the server ecosystem.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // Counters and timers into whatever backend the user has (CoreMetrics only: it links no Foundation).
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        // `Service`: a server that stops gracefully beside a user's other services.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // The command line of every application.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // HMAC-SHA-256 and its check in constant time, for SignedLinks alone: it brings FoundationEssentials.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        // SQLite for the demo and for the tests of an export out of a database: no library product has it.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // `ByteBuffer`, for DownloadNIO alone (NIOCore, without its event loops' sockets).
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        .target(
            name: "DownloadCore",
            dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CFastCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"]), .brew(["fcgi"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "DownloadSystem", dependencies: ["CLinux", "DownloadCore"], swiftSettings: settings),
        // SHA-256 by the processor's own instructions: the digest of what is spooled, taken while it is written.
        .target(name: "CSHA256"),
        .target(
            name: "DownloadSpool",
            dependencies: [
                "CSHA256", "DownloadCore", "DownloadSystem",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "FastCGI",
            dependencies: [
                "CFastCGI", "CLinux", "DownloadCore", "DownloadSystem",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "VirtualDownloads",
            dependencies: [
                "DownloadBlocking", "DownloadCore", "DownloadSpool", "DownloadSystem", "FastCGI",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "DownloadTesting",
            dependencies: ["DownloadCore", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: settings
        ),
        .target(name: "DownloadBlocking", dependencies: ["DownloadCore", "DownloadSystem"], swiftSettings: settings),
        .target(name: "DownloadFoundation", dependencies: ["DownloadCore"], swiftSettings: settings),
        .target(
            name: "DownloadNIO",
            dependencies: ["DownloadCore", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: settings
        ),
        // CRC-32 and streamed deflate for archives: 22 GB/s and 480 MB/s on a core that zlib takes to 4 and 0.1 GB/s.
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"]), .brew(["isa-l"])]),
        // Deflate at the levels that ISA-L does not reach: a fifth smaller, at a tenth of the speed.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(
            name: "DownloadArchives",
            dependencies: ["CISAL", "CZlib", "DownloadCore", "DownloadSystem"],
            swiftSettings: settings
        ),
        // gzip of what is generated: 430 MB/s of a table to 31 % of its size; zlib's level 1: 137 MB/s to 35 %.
        .target(
            name: "DownloadCompression",
            dependencies: [
                "CISAL", "DownloadCore", "DownloadSystem", .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        // Zstandard for those who want it: 320 MB/s and 28 %.
        .systemLibrary(
            name: "CZstandard",
            pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]
        ),
        .target(
            name: "DownloadZstandard",
            dependencies: ["CZstandard", "DownloadCompression"],
            swiftSettings: settings
        ),
        .target(name: "DownloadTables", dependencies: ["DownloadCore"], swiftSettings: settings),
        .target(
            name: "DownloadSpreadsheets",
            dependencies: ["DownloadArchives", "DownloadCore", "DownloadTables"],
            swiftSettings: settings
        ),
        // Apart from the tables, since encoding JSON takes FoundationEssentials.
        .target(name: "DownloadJSON", dependencies: ["DownloadCore", "DownloadTables"], swiftSettings: settings),
        .target(
            name: "SignedLinks",
            dependencies: [
                "DownloadCore", "DownloadSystem",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        // The example application, and its views for the tests' program.
        .executableTarget(
            name: "demo",
            dependencies: ["DemoViews", "SignedLinks", "VirtualDownloads"],
            path: "Examples/Demo",
            swiftSettings: settings
        ),
        .target(
            name: "DemoViews",
            dependencies: [
                "DownloadArchives", "DownloadJSON", "DownloadSpool", "DownloadSpreadsheets", "DownloadTables",
                "SignedLinks", "VirtualDownloads",
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Examples/DemoViews",
            swiftSettings: settings
        ),
        // What README shows first, and what the manual shows, with the manual itself.
        .executableTarget(
            name: "hello",
            dependencies: ["VirtualDownloads"],
            path: "Examples/Hello",
            swiftSettings: settings
        ),
        .target(
            name: "Manual",
            dependencies: [
                // What its articles link to, too.
                "DownloadArchives", "DownloadBlocking", "DownloadCompression", "DownloadCore", "DownloadFoundation",
                "DownloadJSON", "DownloadNIO", "DownloadSpool", "DownloadSpreadsheets", "DownloadTables",
                "DownloadTesting", "FastCGI", "SignedLinks",
                "VirtualDownloads",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Examples/Manual",
            exclude: ["Package.swift.txt"],
            swiftSettings: settings
        ),
        // What the tests and benchmarks run: the demo's views, and those that misbehave. No product has it.
        .executableTarget(
            name: "testsite",
            dependencies: [
                "DemoViews", "DownloadArchives", "DownloadCompression", "DownloadJSON", "DownloadSpool",
                "DownloadSpreadsheets", "DownloadSystem", "DownloadTables", "DownloadZstandard", "Randomness",
                "SignedLinks", "VirtualDownloads",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/TestSite",
            swiftSettings: settings
        ),
        // Random numbers that are the same in every run, for tests and for their program.
        .target(name: "Randomness", path: "Tests/Randomness", swiftSettings: settings),
        // Millions of random inputs for archives and tables: a program, since tests run without optimisation.
        .executableTarget(
            name: "randominputs",
            dependencies: ["DownloadArchives", "DownloadCore", "DownloadSpreadsheets", "DownloadTables", "Randomness"],
            path: "Tests/RandomInputs",
            swiftSettings: settings
        ),
        .target(name: "TestSupport", dependencies: ["Randomness"], path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "DownloadCoreTests",
            dependencies: [
                "DownloadCore", "DownloadTesting", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadBlockingTests",
            dependencies: ["DownloadBlocking", "DownloadCore", "DownloadTesting", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadFoundationTests",
            dependencies: ["DownloadCore", "DownloadFoundation", "DownloadTesting"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadNIOTests",
            dependencies: [
                "DownloadCore", "DownloadNIO", "DownloadTesting", .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadSystemTests",
            dependencies: ["DownloadSystem", "DownloadCore", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadTestingTests",
            dependencies: [
                "DownloadCore", "DownloadTesting", .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "FastCGITests",
            dependencies: [
                "CFastCGI", "DownloadCore", "DownloadSystem", "FastCGI", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "VirtualDownloadsTests",
            dependencies: [
                "VirtualDownloads", "DownloadTesting", "DownloadCore", "DownloadSystem", "FastCGI", "TestSupport",
                "testsite",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            resources: [.copy("Resources")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadArchivesTests",
            dependencies: ["DownloadArchives", "DownloadCore", "DownloadTesting", "Randomness", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadCompressionTests",
            dependencies: [
                "DownloadCompression", "DownloadZstandard", "DownloadCore", "DownloadTesting", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadTablesTests",
            dependencies: ["DownloadTables", "DownloadJSON", "DownloadSpreadsheets", "DownloadCore", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SignedLinksTests",
            dependencies: [
                "SignedLinks", "DownloadCore", "DownloadSystem", "VirtualDownloads", "DownloadTesting",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DemoTests",
            dependencies: [
                "DemoViews", "DownloadCore", "DownloadTesting", "TestSupport", "VirtualDownloads", "demo",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ManualTests",
            dependencies: [
                "DownloadCompression", "DownloadSpool", "DownloadTables", "DownloadTesting", "FastCGI", "Manual",
                "SignedLinks", "TestSupport", "VirtualDownloads", "hello",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadSpoolTests",
            dependencies: [
                "CSHA256", "DownloadCore", "DownloadSpool", "DownloadSystem", "DownloadTesting", "Randomness",
                "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "EndToEndTests", dependencies: ["testsite", "TestSupport"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// The manual is built by Tools/documentation, with Apple's plugin for DocC; for nobody else is it a dependency.
if Context.environment["DOWNLOADVIEW_DOCUMENTATION"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
