internal import DownloadCore
internal import DownloadTables

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Encodes rows into a buffer.
final class JSONWriter {
    private var buffer = RowBuffer()
    private(set) var rowCount: Int64 = 0
    private let encoder: JSONEncoder
    private let separator: StaticString
    private let terminator: StaticString

    init(_ encoder: JSONEncoder, separator: StaticString, terminator: StaticString) {
        self.encoder = encoder
        self.separator = separator
        self.terminator = terminator
    }

    /// Whether the rows in the buffer are to be written: the first at once.
    var isFull: Bool { buffer.count >= rowBatchByteCount || rowCount <= 1 }

    /// Appends a row.
    ///
    /// - Throws: What encoding throws.
    func append(row: some Encodable) throws {
        var data = try encoder.encode(row)
        // Between its parts only: in a text a line break is `\n`.
        if encoder.outputFormatting.contains(.prettyPrinted) { data.removeAll { $0 == 0x0a } }
        if rowCount > 0 { buffer.append(separator) }
        unsafe data.withUnsafeBytes { unsafe buffer.append($0.assumingMemoryBound(to: UInt8.self)) }
        buffer.append(terminator)
        rowCount += 1
    }

    func append(_ text: StaticString) {
        buffer.append(text)
    }

    /// Writes what is in the buffer, and empties it.
    func flush(to sink: inout some ByteSink & ~Copyable) async throws {
        // Nothing is written into the buffer meanwhile: the code that encodes rows waits for the sink.
        let bytes = unsafe buffer.unsafeBytes
        guard unsafe !bytes.isEmpty else { return }
        if unsafe !sink.writeAtOnce(bytes.bytes) { try await sink.write(unsafe bytes.bytes) }
        buffer.removeAll()
    }
}

extension JSONEncoder {
    /// An encoder whose keys do not change their order from one process to the next.
    static var deterministic: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
