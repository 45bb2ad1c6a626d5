import Foundation
import Synchronization

/// A process that a test started: a server, or a client.
final class RunningProgram: Sendable {
    let processIdentifier: Int32
    /// Where its standard output and error go.
    let output: String
    let errors: String
    private let end: Task<Int32, Never>

    /// Starts a program in a process group of its own; as nobody, if the tests run as root.
    ///
    /// - Parameter input: The descriptor that becomes its standard input; `/dev/null` if nil.
    init(
        _ program: String,
        _ arguments: [String],
        in directory: WorkDirectory,
        environment: [String: String] = [:],
        input: Int32? = nil
    ) throws {
        let name = directory.file(URL(fileURLWithPath: program).lastPathComponent + "-" + UUID().uuidString.prefix(8))
        output = name + ".out"
        errors = name + ".err"
        let process = Process()
        let drop = getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []
        let command = drop + [program] + arguments
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory.path, "LC_ALL": "C.UTF-8"]
            .merging(environment) { $1 }
        process.standardInput =
            if let input { FileHandle(fileDescriptor: input, closeOnDealloc: false) } else { FileHandle.nullDevice }
        process.standardOutput = try Self.handle(for: output)
        process.standardError = try Self.handle(for: errors)
        let (statuses, continuation) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            continuation.yield(
                process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            )
            continuation.finish()
        }
        try process.run()
        processIdentifier = process.processIdentifier
        directory.add(group: process.processIdentifier)
        end = Task {
            for await status in statuses { return status }
            return -1
        }
    }

    /// Waits for its end: the exit status, or the signal's number negated.
    var status: Int32 { get async { await end.value } }

    func signal(_ number: Int32) { kill(processIdentifier, number) }

    /// What it has written so far.
    var outputText: String { text(of: output) }
    var errorText: String { text(of: errors) }
    var outputData: Data { FileManager.default.contents(atPath: output) ?? Data() }

    private func text(of file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    private static func handle(for path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }
}

/// Looks again each 10 ms until `condition` holds; false if it never did.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return try await condition()
}
