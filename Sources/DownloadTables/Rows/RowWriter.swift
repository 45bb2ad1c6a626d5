package import DownloadCore

/// What a format makes of cells: rows of bytes in a buffer that is emptied into the sink.
///
/// A class, since the closures that go through a user's rows, and are compiled for their type, hand it on without
/// copies. The buffer is each class's own, and private: the compiler need not look for overlapping accesses then.
@usableFromInline
package protocol RowWriter: AnyObject {
    /// Begins a row.
    func beginRow()

    /// Appends a cell to the row.
    func append(_ cell: TableCell)

    /// Ends the row.
    ///
    /// - Throws: ``TableError`` when the format cannot have it.
    func endRow() throws

    /// How many rows there were.
    var rowCount: Int64 { get }

    /// Whether the rows in the buffer are to be written.
    var isFull: Bool { get }

    /// The bytes that were not written yet: valid until the next row.
    @unsafe var unsafeBytes: UnsafeRawBufferPointer { get }

    /// Forgets them.
    func removeBytes()
}

extension RowWriter {
    /// Writes what is in the buffer, and empties it.
    package func flush(to sink: inout some ByteSink & ~Copyable) async throws {
        // Nothing is written into the buffer meanwhile: the code that makes rows waits for the sink.
        let bytes = unsafe unsafeBytes
        guard unsafe !bytes.isEmpty else { return }
        if unsafe !sink.writeAtOnce(bytes.bytes) { try await sink.write(unsafe bytes.bytes) }
        removeBytes()
    }
}

/// How many bytes of rows are written at once: enough that it costs little beside making them, and few enough that they
/// come soon.
package let rowBatchByteCount = 8192
