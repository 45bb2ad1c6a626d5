/// Bytes that a sequence or iterator generates piece by piece: the original's `BytesIteratorIO`.
public struct BytesIteratorIO<Pieces: Sequence>: DownloadContent where Pieces.Element: BytesPiece {
    @usableFromInline let pieces: Pieces
    public let isRepeatable: Bool

    /// Wraps a sequence of byte arrays.
    ///
    /// - Parameter repeatable: Whether going through `pieces` of an equal request again gives the same bytes.
    public init(_ pieces: Pieces, repeatable: Bool = false) {
        self.pieces = pieces
        isRepeatable = repeatable
    }

    /// Wraps an iterator, which gives its bytes once.
    public init<Source: IteratorProtocol>(_ iterator: Source) where Pieces == IteratorSequence<Source> {
        self.init(IteratorSequence(iterator))
    }

    @inlinable
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        for piece in pieces where !piece.writeAtOnce(to: &sink) {
            try await piece.write(to: &sink)
        }
    }
}

extension BytesIteratorIO: Sendable where Pieces: Sendable {}
