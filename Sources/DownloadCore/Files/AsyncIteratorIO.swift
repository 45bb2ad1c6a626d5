/// Text or bytes that an asynchronous sequence generates: rows of a database cursor, chunks of an upstream response.
///
/// The counterpart of ``TextIteratorIO`` and ``BytesIteratorIO`` for an `AsyncSequence`. When the client leaves, the
/// task that awaits the next piece is cancelled.
public struct AsyncIteratorIO<Pieces: AsyncSequence>: DownloadContent where Pieces.Element: ContentPiece {
    @usableFromInline let pieces: Pieces
    public let isRepeatable: Bool

    /// Wraps an asynchronous sequence of texts or byte arrays.
    ///
    /// - Parameter repeatable: Whether going through `pieces` of an equal request again gives the same content.
    public init(_ pieces: Pieces, repeatable: Bool = false) {
        self.pieces = pieces
        isRepeatable = repeatable
    }

    @inlinable
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        for try await piece in pieces where !piece.writeAtOnce(to: &sink) {
            try await piece.write(to: &sink)
        }
    }
}

extension AsyncIteratorIO: Sendable where Pieces: Sendable {}
