/// How the client of a test takes a download: all of it as it comes, unless it is said otherwise.
///
///     let response = try await ExportView().response(to: .get("/export"), by: .leaving(after: 1000))
///     #expect(response.failure is CancellationError)
///     #expect(response.generatedBytes < 100_000)
public struct TestClient: Sendable {
    /// How many bytes of the content it takes at a time; others have their turn after each. Nil: what comes.
    public var takes: Int?

    /// After how many bytes of the content it leaves. Nil: it stays to the end.
    ///
    /// As with a web server, the write that was to deliver more throws, and the task that answers is cancelled.
    public var leavesAfter: Int64?

    /// What the content has to be; nil keeps it in ``RecordedResponse/body`` instead.
    var expected: (@Sendable () -> any IteratorProtocol<[UInt8]>)?

    /// Creates a client.
    public init(takes: Int? = nil, leavesAfter: Int64? = nil) {
        self.takes = takes
        self.leavesAfter = leavesAfter
    }

    /// A client that takes so many bytes at a time, and lets others go on after each.
    public static func slow(taking bytes: Int = 1024) -> TestClient {
        TestClient(takes: max(1, bytes))
    }

    /// A client that leaves when it has so many bytes of the content.
    public static func leaving(after bytes: Int64) -> TestClient {
        TestClient(leavesAfter: max(0, bytes))
    }

    /// The same client, which compares the content with `content` as it comes and keeps nothing of it: for downloads
    /// that are larger than memory.
    ///
    /// ``RecordedResponse/firstDifference`` says where it differs; of a range, counted from the range's first byte.
    ///
    /// - Parameter content: What the content has to be, in pieces of any length.
    public func comparing<Pieces: Sequence<[UInt8]> & Sendable>(with content: Pieces) -> TestClient {
        var copy = self
        copy.expected = { content.makeIterator() }
        return copy
    }

    /// A client that compares the content as it comes, and keeps nothing of it.
    public static func comparing<Pieces: Sequence<[UInt8]> & Sendable>(with content: Pieces) -> TestClient {
        TestClient().comparing(with: content)
    }
}
