public import DownloadCore
internal import DownloadSystem

/// What a program writes to its standard output, as content: a database's dump, a document that a converter makes.
///
///     VirtualFile(ProcessOutput("pg_dump", ["--no-owner", "shop"]), name: "shop.sql")
///
/// The program is started when the content is wanted, by its path or a name in `PATH`, and without a shell: an argument
/// is one argument, whatever is in it. Put `--` before those that come from a client, which else may be options.
///
/// - What it writes is on its way at once, and it waits while the client is behind.
/// - It has to exit with status 0. Any other **fails** the download visibly, with what it wrote to standard error in
///   the log: ``ProcessFailure``.
/// - When the client leaves, it and what it has started are sent SIGTERM, and SIGKILL two seconds later.
/// - It has this program's environment, without `HTTP_…`, which in a CGI program are the client's, and without
///   `DOWNLOADS_…`, such as the keys of signed links.
///
/// It holds a thread of a ``BlockingPool`` while it runs: a pool of its own bounds how many there are at once.
public struct ProcessOutput: DownloadContent, Sendable {
    private let program: String
    private let arguments: [String]
    private let environment: [String: String]
    private let input: [UInt8]
    private let runAhead: RunAhead
    private let pool: BlockingPool
    /// For how long it may go on after SIGTERM, in milliseconds.
    var patience: Int32 = 2000
    public let isRepeatable: Bool

    /// What `program` writes.
    ///
    /// - Parameters:
    ///   - arguments: What it is called with, without its own name.
    ///   - environment: Variables besides those that it inherits, and in their place.
    ///   - input: What it reads from its standard input; empty, the default, for nothing.
    ///   - repeatable: Whether it writes the same bytes again for an equal request.
    ///   - runAhead: How far it may get ahead of its client.
    ///   - pool: Whose threads wait for it.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        // Unicode equality: names that the program's author writes.
        environment: [String: String] = [:],
        input: [UInt8] = [],
        repeatable: Bool = false,
        runningAhead runAhead: RunAhead = .none,
        on pool: BlockingPool = .shared
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.runAhead = runAhead
        self.pool = pool
        isRepeatable = repeatable
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await BlockingWriter(runningAhead: runAhead, on: pool) { [self] sink in try run(into: sink) }
            .write(to: &sink)
    }

    private func run(into sink: BlockingSink) throws {
        let end = try WakeUp()
        try sink.cancellation.withInterrupt({ end.signal() }) {
            let output = try ReadingPipe()
            let errors = try ReadingPipe()
            let child = try start(output: output.writing, errors: errors.writing)
            var reader = ProcessReader(output: output.reading, errors: errors.reading, end: Descriptor(end.descriptor))
            output.closeWriting()
            errors.closeWriting()
            do {
                try reader.read(into: sink, untilEndOf: child.endingDescriptor)
            } catch {
                child.terminate()
                if Descriptor.waitForAny(of: [child.endingDescriptor], milliseconds: patience).isEmpty { child.end() }
                _ = try? child.wait()
                throw error
            }
            let ending: SpawnedProcess.Ending
            do throws(SystemError) {
                ending = try child.wait()
            } catch {
                throw ProcessFailure(program: program, untold: error)
            }
            guard ending == .exited(status: 0) else {
                throw ProcessFailure(program: program, ending: ending, errors: reader.lastErrors)
            }
        }
    }

    private func start(output: Descriptor, errors: Descriptor) throws -> SpawnedProcess {
        do {
            let input = try self.input.isEmpty ? nil : Self.file(of: self.input)
            defer { input?.discard() }
            return try SpawnedProcess(
                program,
                arguments: arguments,
                environment: Self.variables(environment, over: Self.inheritedVariables),
                input: input,
                output: output,
                errors: errors
            )
        } catch {
            throw ProcessFailure(program: program, error: error)
        }
    }

    /// The variables that the program is given, each as `NAME=value`: those of its own, and of the inherited what is
    /// neither a client's nor a secret.
    static func variables(_ own: [String: String], over inherited: [(name: String, value: String)]) -> [String] {
        let rest = inherited.filter { name, _ in
            own[name] == nil && !name.hasOctetPrefix("HTTP_") && !name.hasOctetPrefix("DOWNLOADS_")
        }
        return (own.map { (name: $0.key, value: $0.value) } + rest).map { "\($0.name)=\($0.value)" }
    }

    private static var inheritedVariables: [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        ProcessEnvironment.forEach { variables.append((name: $0, value: $1)) }
        return variables
    }

    /// A file in memory with these bytes, to be read from the beginning.
    private static func file(of bytes: [UInt8]) throws(SystemError) -> Descriptor {
        let file = OwnedDescriptor(try Descriptor.memoryFile("input"))
        try file.descriptor.write(bytes)
        try file.descriptor.seek(to: 0)
        return file.release()
    }
}

/// A program that has failed, or could not be started.
public struct ProcessFailure: Error, CustomStringConvertible, Sendable {
    /// The program, as it was named.
    public let program: String
    /// What has happened, with the end of what the program wrote to standard error.
    public let description: String

    init(program: String, error: SystemError) {
        self.program = program
        description = "\(program) could not be started: \(error.reason)"
    }

    /// - Parameter untold: Why it is not known how the program has ended.
    init(program: String, untold: SystemError) {
        self.program = program
        description = "\(program) has ended, and how can't be told: \(untold.reason); SIGCHLD must not be ignored"
    }

    init(program: String, ending: SpawnedProcess.Ending, errors: String) {
        self.program = program
        let outcome =
            switch ending {
            case .exited(let status): "\(program) ended with status \(status)"
            case .killed(let signal): "\(program) was ended by signal \(signal)"
            }
        description = errors.isEmpty ? outcome : "\(outcome): \(errors)"
    }
}

/// A pipe whose ends are closed with it.
private final class ReadingPipe {
    private let pipe: Pipe
    private var isOpenForWriting = true

    init() throws(SystemError) {
        pipe = try Pipe()
    }

    deinit {
        pipe.reading.discard()
        closeWriting()
    }

    var reading: Descriptor { pipe.reading }
    var writing: Descriptor { pipe.writing }

    /// The end for the child is its own.
    func closeWriting() {
        guard isOpenForWriting else { return }
        isOpenForWriting = false
        pipe.writing.discard()
    }
}
