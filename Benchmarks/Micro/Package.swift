// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "micro-benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "downloadview", path: "../.."),
        // The same requirement as the library's own, whose currency types a request and an answer are made of.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "micro",
            dependencies: [
                .product(name: "DownloadCore", package: "downloadview"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Sources",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .strictMemorySafety(),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
