import Foundation
import Testing

/// A program that the tests run, and the Debian package that has it.
struct Program: Hashable, Sendable {
    var name: String
    var package: String
    /// The files that must be there besides the program itself.
    var files: [String] = []

    static let curl = Program(name: "curl", package: "curl")
    static let openssl = Program(name: "openssl", package: "openssl")
    static let spawnFCGI = Program(name: "spawn-fcgi", package: "spawn-fcgi")
    static let cgiFCGI = Program(name: "cgi-fcgi", package: "libfcgi-bin")
    static let wget = Program(name: "wget", package: "wget")
    static let aria2c = Program(name: "aria2c", package: "aria2")
    /// Debian's Python packages are for its own interpreter, not for another that comes earlier in PATH.
    static let python = Program(name: "/usr/bin/python3", package: "python3")
    static let requests = Program(
        name: "/usr/bin/python3",
        package: "python3-requests",
        files: ["/usr/lib/python3/dist-packages/requests"]
    )
    static let unzip = Program(name: "unzip", package: "unzip")
    static let sevenZip = Program(name: "7z", package: "p7zip-full")
    static let bsdtar = Program(name: "bsdtar", package: "libarchive-tools")
    static let openpyxl = Program(
        name: "/usr/bin/python3",
        package: "python3-openpyxl",
        files: ["/usr/lib/python3/dist-packages/openpyxl"]
    )

    /// Where the program is, or nil.
    var path: String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let candidates = name.hasPrefix("/") ? [name] : (path + ["/usr/sbin", "/sbin"]).map { "\($0)/\(name)" }
        guard files.allSatisfy(FileManager.default.fileExists(atPath:)) else { return nil }
        return candidates.first(where: FileManager.default.isExecutableFile(atPath:))
    }

    /// The sentence for whoever has not got it.
    var advice: String { "\(package) is missing: apt-get install \(package)" }

    func requiredPath() throws -> String {
        guard let path else { throw Missing(description: advice) }
        return path
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    /// Whether a missing program is a failure, not a reason to skip.
    static var allAreRequired: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }
}

extension Trait where Self == ConditionTrait {
    /// Skips what needs a program that is missing, saying what to install; with `CI=true` it runs, and fails saying
    /// that.
    static func needs(_ programs: Program...) -> Self {
        let missing = programs.filter { $0.path == nil }
        let advice = missing.map(\.advice).joined(separator: "; ")
        return .enabled(if: missing.isEmpty || Program.allAreRequired, Comment(rawValue: advice))
    }
}
