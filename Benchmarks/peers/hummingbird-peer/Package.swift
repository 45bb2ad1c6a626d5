// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "hummingbird-peer",
    platforms: [.macOS(.v26)],
    dependencies: [.package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0")],
    targets: [
        .executableTarget(
            name: "hummingbird-peer",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
            path: "Sources"
        )
    ]
)
