#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Rows of any encodable type: goes through them once.
struct JSONRows {
    private let start: () -> (JSONWriter) async throws -> Bool

    init<Rows: Sequence>(_ rows: Rows) where Rows.Element: Encodable {
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

    init<Rows: AsyncSequence>(_ rows: Rows) where Rows.Element: Encodable {
        start = {
            var iterator = rows.makeAsyncIterator()
            return { writer in
                guard let row = try await iterator.next(isolation: #isolation) else { return false }
                try writer.append(row: row)
                return true
            }
        }
    }

    /// Begins to go through the rows.
    ///
    /// - Returns: What writes some rows, and is false when there are no more.
    func begin() -> (JSONWriter) async throws -> Bool { start() }
}
