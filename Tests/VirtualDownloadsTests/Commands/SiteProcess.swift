import Foundation
import TestSupport

/// The tests' program that was built beside the tests, run to its end.
struct SiteProcess {
    var status: Int32
    var output: String
    var errors: String

    static var executable: String {
        Bundle.module.bundleURL.deletingLastPathComponent().appending(path: "testsite").path
    }

    /// Where the toolchain keeps its libraries, if the system does not know.
    private static var libraries: [String: String] {
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
        var asNobody: [String] = []
        if let file, getuid() == 0 {
            for path in [file.path, file.deletingLastPathComponent().path] { _ = unsafe chown(path, 65534, 65534) }
            asNobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        }
        let process = try start(
            arguments,
            environment: environment,
            input: files[0].fileDescriptor,
            output: files[1].fileDescriptor,
            errors: files[2].fileDescriptor,
            by: asNobody
        )
        // A program that serves instead of answering would never end.
        let watchdog = DispatchWorkItem { process.signal(SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 600, execute: watchdog)
        let status = await process.status
        watchdog.cancel()
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: directory.appending(path: name)), as: UTF8.self)
        }
        return SiteProcess(status: status, output: try text("output"), errors: try text("errors"))
    }

    /// Starts it with these descriptors, and with nothing else in its environment; `/dev/null` where there is none.
    ///
    /// - Parameter command: A program, with its arguments, that starts it.
    static func start(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        input: Int32? = nil,
        output: Int32? = nil,
        errors: Int32? = nil,
        by command: [String] = []
    ) throws -> ChildProcess {
        let nothing = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        return try ChildProcess(
            command + [executable] + arguments,
            environment: environment.merging(libraries) { own, _ in own },
            input: input ?? nothing,
            output: output ?? nothing,
            errors: errors ?? nothing
        )
    }
}
