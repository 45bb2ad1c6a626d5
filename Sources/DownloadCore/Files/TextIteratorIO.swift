/// Text that a sequence or iterator generates piece by piece: the original's `TextIteratorIO`.
///
///     VirtualFile(TextIteratorIO(lines), name: "report.txt")
///
/// Each piece goes to the client as it comes; nothing is collected. The size is unknown unless the ``VirtualFile``
/// states it.
public struct TextIteratorIO<Pieces: Sequence>: DownloadContent where Pieces.Element: TextPiece {
    @usableFromInline let pieces: Pieces
    public let isRepeatable: Bool

    /// Wraps a sequence of texts.
    ///
    /// - Parameter repeatable: Whether going through `pieces` of an equal request again gives the same texts.
    public init(_ pieces: Pieces, repeatable: Bool = false) {
        self.pieces = pieces
        isRepeatable = repeatable
    }

    /// Wraps an iterator, which gives its texts once.
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

extension TextIteratorIO: Sendable where Pieces: Sendable {}
