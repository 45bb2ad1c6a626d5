public import DownloadCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Rows as one array of JSON, a row a line: it shows by itself when it is cut.
///
///     JSONArrayFile(name: "orders.json", rows: orders)
///
/// A row is any `Encodable`, encoded by Foundation's `JSONEncoder`.
public struct JSONArrayFile: DownloadFile {
    public var name: String
    public var contentType: String? = "application/json"
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    /// The exact size in bytes, if it is known beforehand. The default is nil.
    public var size: Int64?
    public let isRepeatable: Bool
    private let rows: JSONRows
    private let encoder: JSONEncoder

    /// Rows of a sequence.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - repeatable: Whether going through `rows` of an equal request again gives the same rows.
    ///   - encoder: Says how dates, keys and the like are encoded; line breaks between the parts of a row are left out.
    ///     The default sorts the keys, so that equal rows give equal bytes.
    public init<Rows: Sequence>(
        name: String,
        repeatable: Bool = false,
        encoder: JSONEncoder? = nil,
        rows: Rows
    ) where Rows.Element: Encodable {
        self.name = name
        isRepeatable = repeatable
        self.encoder = encoder ?? .deterministic
        self.rows = JSONRows(rows)
    }

    /// Rows that come one by one.
    ///
    /// - Parameters:
    ///   - name: The name that the client saves it under.
    ///   - repeatable: Whether going through `rows` of an equal request again gives the same rows.
    ///   - encoder: Says how dates, keys and the like are encoded; line breaks between the parts of a row are left out.
    ///     The default sorts the keys, so that equal rows give equal bytes.
    public init<Rows: AsyncSequence>(
        name: String,
        repeatable: Bool = false,
        encoder: JSONEncoder? = nil,
        rows: Rows
    ) where Rows.Element: Encodable {
        self.name = name
        isRepeatable = repeatable
        self.encoder = encoder ?? .deterministic
        self.rows = JSONRows(rows)
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        let writer = JSONWriter(encoder, separator: ",\n", terminator: "")
        writer.append("[")
        let next = rows.begin()
        while try await next(writer) { try await writer.flush(to: &sink) }
        writer.append(writer.rowCount > 0 ? "\n]\n" : "]\n")
        try await writer.flush(to: &sink)
    }
}
