internal import DownloadCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Rows of any encodable type, with how they are encoded: what the files of this module are made of.
public struct JSONRows {
    /// Whether going through the rows of an equal request again gives the same rows.
    let isRepeatable: Bool
    private let encoder: JSONEncoder
    private let start: () -> (JSONWriter) async throws -> Bool

    init<Rows: Sequence>(_ rows: Rows, repeatable: Bool, encoder: JSONEncoder?) where Rows.Element: Encodable {
        isRepeatable = repeatable
        self.encoder = encoder ?? .deterministic
        start = {
            var iterator = rows.makeIterator()
            return { writer in
                while let row = iterator.next() {
                    try writer.append(row: row)
                    if writer.isFull { return true }
                }
                return false
            }
        }
    }

    init<Rows: AsyncSequence>(_ rows: Rows, repeatable: Bool, encoder: JSONEncoder?) where Rows.Element: Encodable {
        isRepeatable = repeatable
        self.encoder = encoder ?? .deterministic
        start = {
            var iterator = rows.makeAsyncIterator()
            return { writer in
                guard let row = try await iterator.next(isolation: #isolation) else { return false }
                try writer.append(row: row)
                return true
            }
        }
    }

    /// Goes through the rows once, and writes each as it comes.
    ///
    /// - Parameters:
    ///   - opening: What precedes the first row.
    ///   - separator: What stands between two rows.
    ///   - terminator: What stands behind each row.
    ///   - close: Appends what follows the last.
    /// - Throws: What the rows, their encoding and the sink throw.
    func write(
        opening: StaticString = "",
        separator: StaticString = "",
        terminator: StaticString = "",
        to sink: inout some ByteSink & ~Copyable,
        close: (JSONWriter) throws -> Void
    ) async throws {
        let writer = JSONWriter(encoder, separator: separator, terminator: terminator)
        writer.append(opening)
        let next = start()
        while try await next(writer) { try await writer.flush(to: &sink) }
        try close(writer)
        try await writer.flush(to: &sink)
    }
}
