internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes

/// The sink of one response on a connection: head and content through `FCGX_PutStr` into records.
struct RecordSink: ResponseSink, ~Copyable {
    private let connection: Connection
    private let output: RecordStream
    private var account = ContentAccount()
    private var headIsTooLarge = false
    /// What sending has thrown, whatever the generator made of it: part of an accepted piece may be missing, so nothing
    /// may follow.
    private var failure: (any Error)?
    /// What was not taken of the piece that failed, in bytes.
    private var untaken: Int64 = 0
    /// Whether the end of the response is on its way.
    private var isEnded = false
    private(set) var isFinished = false
    /// The status of the head, 0 before there is one.
    private(set) var status = 0
    /// An error that was answered by a response, for the log.
    private(set) var noted: (any Error)?
    /// The name of the file if nothing is known of its media type, for the log.
    private(set) var untypedName: String?

    init(_ connection: Connection) {
        self.connection = connection
        output = connection.output
    }

    var isCommitted: Bool { account.isCommitted }
    /// How much of the content was taken: all of it that can have been sent.
    var contentBytes: Int64 { account.count - untaken }

    mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {
        guard account.begin(extent) else { return }
        output.takeRoom()
        output.discardUnpublished()
        output.liftLimit()
        let headStatus = head.status
        status = headStatus.code
        headIsTooLarge = !append(headStatus, head.headerFields)
        // A response that has more to give is asked now and then whether it takes long, see `write`.
        output.limitRoom()
    }

    /// The head as CGI has it (RFC 3875 §6.3); false if it does not fit.
    private func append(_ status: HTTPResponse.Status, _ fields: HTTPFields) -> Bool {
        // HAProxy takes the last of Status and Location, and makes a 302 of the latter.
        let isElsewhere = status.kind == .redirection || status == .created || status == .accepted
        if isElsewhere, let place = fields[.location], !append(HTTPField.Name.location.rawName, place) { return false }
        guard append("Status: "), append(String(status.code)), append(" "), append(status.reasonPhrase), append("\r\n")
        else { return false }
        // By index, and what is needed of a field: its copy takes longer than its bytes.
        for index in fields.indices where !isElsewhere || fields[index].name != .location {
            guard append(fields[index].name.rawName, fields[index].value) else { return false }
        }
        return append("\r\n")
    }

    @inline(__always)
    private func append(_ name: String, _ value: String) -> Bool {
        append(name) && append(": ") && append(value) && append("\r\n")
    }

    @inline(__always)
    private func append(_ text: String) -> Bool {
        let output = output
        // Every native text has contiguous storage.
        return unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.count <= output.room else { return false }
            unsafe output.append(UnsafeRawBufferPointer(bytes).bytes)
            return true
        } ?? false
    }

    mutating func write(_ bytes: RawSpan) async throws {
        let count = bytes.byteCount
        guard count > 0 else { return }
        if headIsTooLarge { throw HeadTooLarge() }
        if let failure { throw failure }
        try account.add(count)
        var written = 0
        do {
            if count <= output.room {
                output.append(bytes)
                written = count
            } else {
                while true {
                    let piece = bytes.extracting(droppingFirst: written).extracting(first: output.room)
                    output.append(piece)
                    written += piece.byteCount
                    if written == count { break }
                    output.publish()
                    try connection.checkCancellation()
                    if output.isLimited {
                        try await connection.checkFirstTurn()
                    } else {
                        try await connection.drain()
                    }
                }
            }
            // The last byte of a declared size waits for the end: only then is it certain that no more come.
            output.publish(holdingBack: account.isFull ? 1 : 0)
            try connection.noteWritten()
        } catch {
            untaken = Int64(count - written)
            failure = error
            throw error
        }
    }

    mutating func log(_ error: any Error) {
        noted = error
    }

    mutating func didMatch(route pattern: String) {
        connection.didMatch(route: pattern)
    }

    mutating func didNotFindMediaType(of name: String) {
        untypedName = name
    }

    mutating func finish() async throws {
        guard !isFinished else { return }
        if headIsTooLarge { throw HeadTooLarge() }
        if let failure { throw failure }
        try account.finish()
        output.end()
        isEnded = true
        do {
            // A small response goes out at once, and needs no asynchronous call.
            if case .done = output.flush() {} else { try await connection.drain() }
        } catch {
            failure = error
            throw error
        }
        isFinished = true
    }

    /// Ends a response that the web server has aborted, as it is to be (FastCGI 1.0 §5.4): properly, whatever is
    /// missing. The web server may use the connection again.
    ///
    /// - Returns: Whether the end was sent to its last byte.
    @discardableResult
    mutating func abandon() async -> Bool {
        guard !isFinished, output.isOpen else { return isFinished }
        if !isEnded {
            output.discardUnpublished()
            output.end()
            isEnded = true
        }
        do {
            try await connection.drain(failedAt: connection.clock.now)
            isFinished = true
        } catch {
            failure = error
        }
        return isFinished
    }

    /// Makes a response that was not finished look failed: whatever was written, then an invalid record.
    ///
    /// - Returns: Whether that, or the proper end where it was on its way, was sent to its last byte.
    @discardableResult
    mutating func fail() async -> Bool {
        // Broken off, it sends nothing more, and no worker may be left to wait with.
        guard !isFinished, output.isOpen else { return isFinished }
        let now = connection.clock.now
        do {
            // A proper end can't be called back, and the web server may use the connection again once it has that.
            if !isEnded {
                // The web server must see the content, and pass the head on, before it meets the record: nginx answers
                // 502 for a failure that it finds in the bytes it reads the head from, and curl takes that for a
                // download.
                if isCommitted {
                    output.publish(holdingBack: account.isFull ? 1 : 0)
                    try await connection.drain(failedAt: now)
                    await connection.waitUntilRead()
                }
                // Of a head alone nothing is published, and so nothing sent.
                output.end(broken: true)
            }
            try await connection.drain(failedAt: now)
            return true
        } catch {
            return false
        }
    }

    // MARK: - Fast path

    /// Takes a small piece without an asynchronous call, as ``write(_:)`` would: a million rows of 32 bytes went from
    /// 0.2 to 1.0 of C's speed by it. False where that has more to do than to copy, and then nothing was taken.
    mutating func writeAtOnce(_ bytes: RawSpan) -> Bool {
        let count = bytes.byteCount
        // Asked first, since it is false after a failure, and then there may be no buffer to have room.
        guard connection.canNoteAtOnce, count > 0, count < output.room, !headIsTooLarge, account.addIfFitting(count)
        else { return false }
        output.append(bytes)
        // As in `write`.
        output.publish(holdingBack: account.isFull ? 1 : 0)
        connection.noteWrittenAtOnce()
        return true
    }
}

/// The header fields of a response do not fit into a record.
struct HeadTooLarge: Error, CustomStringConvertible {
    var description: String { "the header fields of the response exceed 64 KiB" }
}
