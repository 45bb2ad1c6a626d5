import Foundation
import TestSupport

/// A process that a test started: a server, or a client.
final class RunningProgram: Sendable {
    private let process: ChildProcess
    /// The files that its standard output and error go to.
    let output: String
    let errors: String

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
        let descriptors = [
            try Self.opened("/dev/null", O_RDONLY), try Self.opened(output), try Self.opened(errors),
        ]
        defer { for descriptor in descriptors { close(descriptor) } }
        let drop = getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []
        process = try ChildProcess(
            drop + [program] + arguments,
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory.path, "LC_ALL": "C.UTF-8",
            ]
            .merging(environment) { $1 },
            input: input ?? descriptors[0],
            output: descriptors[1],
            errors: descriptors[2],
            afterwards: { [weak directory] in directory?.removeIfEmpty(group: $0) }
        )
        directory.add(group: process.identifier)
        // It may have ended before it was added.
        if process.hasEnded { directory.removeIfEmpty(group: process.identifier) }
    }

    /// Waits for its end: the exit status, or the signal's number negated.
    var status: Int32 { get async { await process.status } }

    var hasEnded: Bool { process.hasEnded }

    func signal(_ number: Int32) { process.signal(number) }

    var processIdentifier: Int32 { process.identifier }

    /// What it has written so far.
    var outputText: String { String(decoding: outputData, as: UTF8.self) }
    var errorText: String { String(decoding: FileManager.default.contents(atPath: errors) ?? Data(), as: UTF8.self) }
    var outputData: Data { FileManager.default.contents(atPath: output) ?? Data() }

    private static func opened(_ path: String, _ flags: Int32 = O_WRONLY | O_CREAT | O_EXCL | O_APPEND) throws -> Int32
    {
        // Above 2, so that no descriptor is overwritten by the child's first three before it is in place.
        let descriptor = unsafe open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor > 2 else { throw ServerFailure(description: "can't open \(path): error \(errno)") }
        // Programs may open /dev/stderr, as curl does for the head.
        if getuid() == 0, flags & O_CREAT != 0 { fchown(descriptor, Account.nobody.user, Account.nobody.group) }
        return descriptor
    }
}
