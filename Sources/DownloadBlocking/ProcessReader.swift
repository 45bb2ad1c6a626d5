internal import DownloadCore
internal import DownloadSystem

/// Reads what a process writes to its two pipes.
struct ProcessReader {
    /// How much of what it wrote to standard error is kept, in bytes: the end says why it failed.
    private static let maximumErrors = 2048

    private let output: Descriptor
    private let errors: Descriptor
    /// Readable when nobody wants the rest any more.
    private let end: Descriptor
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var errorBytes: [UInt8] = []

    init(output: Descriptor, errors: Descriptor, end: Descriptor) {
        self.output = output
        self.errors = errors
        self.end = end
    }

    /// The end of what the process wrote to standard error, in one line.
    var lastErrors: String {
        String(decoding: errorBytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: " | ")
    }

    /// Writes its output into the sink until both pipes are at their end, and the process too.
    ///
    /// - Throws: `CancellationError` when nobody wants the rest any more.
    mutating func read(into sink: BlockingSink, untilEndOf process: Descriptor) throws {
        var open = [output, errors]
        while !open.isEmpty {
            let ready = Descriptor.waitForAny(of: open + [end])
            try sink.cancellation.check()
            if ready.contains(errors), try !keepErrors() { open.removeAll { $0 == errors } }
            if ready.contains(output) {
                let count = try read(output)
                if count == 0 { open.removeAll { $0 == output } }
                try sink.write(buffer[..<count])
            }
        }
        while Descriptor.waitForAny(of: [process, end]).isEmpty {}
        try sink.cancellation.check()
    }

    /// Keeps the end of what comes on standard error; false when there is no more.
    private mutating func keepErrors() throws -> Bool {
        let count = try read(errors)
        errorBytes += buffer[..<count]
        errorBytes.removeFirst(max(0, errorBytes.count - Self.maximumErrors))
        return count > 0
    }

    private mutating func read(_ descriptor: Descriptor) throws -> Int {
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        return try descriptor.read(into: &bytes)
    }
}
