import Foundation

/// The tests' program that was built beside the tests, run to its end.
struct SiteProcess {
    var status: Int32
    var output: String
    var errors: String

    static var executable: URL {
        Bundle.module.bundleURL.deletingLastPathComponent().appending(path: "testsite")
    }

    /// Where the toolchain keeps its libraries, if the system does not know.
    static var libraries: [String: String] {
        ProcessInfo.processInfo.environment.filter { $0.key == "LD_LIBRARY_PATH" }
    }

    /// Runs it with nothing in its environment but `environment`, and `input` (empty by default) as its standard input.
    ///
    /// - Parameter file: If given, and the tests run as root, who may do anything: the file and its folder are given to
    ///   nobody, and the program runs as nobody.
    static func run(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        input: String = "",
        asOwnerOf file: URL? = nil
    ) async throws -> SiteProcess {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        if let file, getuid() == 0 {
            for path in [file.path, file.deletingLastPathComponent().path] { _ = unsafe chown(path, 65534, 65534) }
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            process.arguments =
                ["--reuid=65534", "--regid=65534", "--clear-groups", "--", executable.path] + arguments
        }
        process.environment = environment.merging(libraries) { own, _ in own }
        let directory = FileManager.default.temporaryDirectory.appending(path: "site-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        // Files, not pipes: nobody has to read while the program writes.
        let files = try ["input", "output", "errors"]
            .map { name in
                let url = directory.appending(path: name)
                try Data(name == "input" ? Array(input.utf8) : []).write(to: url)
                return try FileHandle(forUpdating: url)
            }
        process.standardInput = files[0]
        process.standardOutput = files[1]
        process.standardError = files[2]
        // A program that serves instead of answering would never end.
        let watchdog = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 20, execute: watchdog)
        try await process.runToEnd()
        watchdog.cancel()
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: directory.appending(path: name)), as: UTF8.self)
        }
        return SiteProcess(status: process.terminationStatus, output: try text("output"), errors: try text("errors"))
    }
}

extension Process {
    /// Starts it and returns when it has ended. (`waitUntilExit` would spin on a thread that other tests need.)
    func runToEnd() async throws {
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            terminationHandler = { _ in ended.resume() }
            do {
                try run()
            } catch {
                ended.resume(throwing: error)
            }
        }
    }
}
