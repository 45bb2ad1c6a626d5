/// Compares a content with what it has to be, as it comes.
struct ContentComparison {
    private var expected: any IteratorProtocol<[UInt8]>
    private var piece: ArraySlice<UInt8> = []
    private var position: Int64 = 0
    /// Where the content first differs, in bytes from its beginning; nil while it does not.
    private(set) var firstDifference: Int64?

    init(_ expected: any IteratorProtocol<[UInt8]>) {
        self.expected = expected
    }

    /// Compares the next bytes.
    mutating func add(_ bytes: RawSpan) {
        var rest = 0
        while rest < bytes.byteCount, firstDifference == nil {
            guard fillPiece() else {
                firstDifference = position
                return
            }
            let count = min(bytes.byteCount - rest, piece.count)
            let difference = unsafe bytes.extracting(rest..<rest + count)
                .withUnsafeBytes { bytes in
                    unsafe zip(bytes, piece).enumerated().first { $0.element.0 != $0.element.1 }?.offset
                }
            firstDifference = difference.map { position + Int64($0) }
            piece.removeFirst(count)
            position += Int64(count)
            rest += count
        }
    }

    /// Takes the end: what was expected and has not come is a difference.
    mutating func finish() {
        if firstDifference == nil, fillPiece() { firstDifference = position }
    }

    /// Whether something is expected.
    private mutating func fillPiece() -> Bool {
        while piece.isEmpty {
            guard let next = expected.next() else { return false }
            piece = next[...]
        }
        return true
    }
}
