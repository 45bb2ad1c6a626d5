package import DownloadCore
package import DownloadSystem
internal import Glibc
package import HTTPTypes

/// The sink of one response on a file descriptor: a CGI program's output, or a file.
///
/// It blocks its thread while the reader is slow, as a program with one request may. Pieces are collected for 20 ms or
/// 64 KiB, whichever is sooner, so a generator that pauses should expect its last few pieces to be seen with the next.
package struct DescriptorSink: ResponseSink, ~Copyable {
    /// How the head is written.
    package enum HeadForm: Sendable {
        /// As a CGI program's (RFC 3875 §6.2): `Status: 200 OK`.
        case cgi
        /// As a client sees it: `HTTP/1.1 200 OK`, lines ended by a line feed.
        case readable
    }

    private static let capacity = 65_536
    private static let patience: Int64 = 20

    private let content: Descriptor
    private let head: Descriptor
    private let form: HeadForm
    private var pendingHead: [UInt8]?
    private var buffer: [UInt8] = []
    private var lastWrite: Int64 = 0
    private var account = ContentAccount()
    /// What writing to a descriptor has thrown, whatever the generator made of it: a part may be written, and nothing
    /// may follow.
    private var failure: (any Error)?
    package private(set) var isFinished = false
    /// The status of the head, 0 before there is one.
    package private(set) var status = 0
    /// An error that was answered by a response, for the log.
    package private(set) var noted: (any Error)?
    /// The name of the file if nothing is known of its media type, for the log.
    package private(set) var untypedName: String?

    /// Creates a sink that writes the head to one descriptor and the content to another, or to the same.
    package init(content: Descriptor, head: Descriptor, form: HeadForm) {
        self.content = content
        self.head = head
        self.form = form
    }

    package var isCommitted: Bool { account.isCommitted }

    /// Whether writing has failed because nobody reads any more: the client left.
    var hasNoReader: Bool {
        switch (failure as? SystemError)?.code {
        case EPIPE, ECONNRESET: true
        default: false
        }
    }

    package mutating func begin(_ head: HTTPResponse, extent: ContentExtent) {
        guard account.begin(extent) else { return }
        status = head.status.code
        let end = form == .cgi ? "\r\n" : "\n"
        var text = form == .cgi ? "Status: " : "HTTP/1.1 "
        text += "\(head.status.code) \(head.status.reasonPhrase)\(end)"
        for field in head.headerFields { text += "\(field.name.rawName): \(field.value)\(end)" }
        text += end
        pendingHead = Array(text.utf8)
    }

    package mutating func write(_ bytes: RawSpan) async throws {
        guard bytes.byteCount > 0 else { return }
        if let failure { throw failure }
        try account.add(bytes.byteCount)
        try sendHead()
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        // The last byte of a declared size waits for the end: only then is it certain that no more come.
        let now = MonotonicClock.now
        if buffer.count >= Self.capacity || now - lastWrite >= Self.patience {
            try flush(holdingBack: account.isFull ? 1 : 0)
            lastWrite = now
        }
        try Task.checkCancellation()
    }

    package mutating func finish() async throws {
        guard !isFinished else { return }
        if let failure { throw failure }
        try account.finish()
        try sendHead()
        try flush(holdingBack: 0)
        isFinished = true
    }

    /// Sends what is collected of a response that has failed on the way: a client that resumes goes on from there.
    package mutating func sendCollected() {
        guard isCommitted, !isFinished, failure == nil else { return }
        // It has failed already, and is told so: that this fails too changes nothing.
        try? flush(holdingBack: account.isFull ? 1 : 0)
    }

    package mutating func log(_ error: any Error) {
        noted = error
    }

    package mutating func didNotFindMediaType(of name: String) {
        untypedName = name
    }

    private mutating func sendHead() throws {
        guard let text = pendingHead else { return }
        pendingHead = nil
        if head == content {
            buffer = text + buffer
        } else {
            do {
                try head.write(text)
            } catch {
                failure = error
                throw error
            }
        }
    }

    private mutating func flush(holdingBack held: Int) throws {
        let count = max(0, buffer.count - held)
        do {
            try unsafe content.write(buffer.span.bytes.extracting(first: count))
        } catch {
            failure = error
            throw error
        }
        buffer.removeFirst(count)
    }
}
