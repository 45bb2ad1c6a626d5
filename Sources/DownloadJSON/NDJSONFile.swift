public import DownloadCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// Rows as JSON, one a line: NDJSON, also called JSON Lines.
///
///     NDJSONFile(name: "orders.ndjson", rows: orders)
///
/// A row is any `Encodable`, encoded by Foundation's `JSONEncoder`. A download that broke off looks whole, up to its
/// last line: see ``closingRow``, or use ``JSONArrayFile``.
public struct NDJSONFile: DownloadFile {
    public var name: String
    public var contentType: String? = "application/x-ndjson"
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    /// The exact size in bytes, if it is known beforehand. The default is nil.
    public var size: Int64?
    public let isRepeatable: Bool
    /// The key of a last line that has the number of rows: `{"rows":1000}`; nil, the default, for none.
    public var closingRow: String?
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
        let writer = JSONWriter(encoder, separator: "", terminator: "\n")
        let next = rows.begin()
        while try await next(writer) { try await writer.flush(to: &sink) }
        // Unicode equality: one name alone.
        if let closingRow { try writer.append(row: [closingRow: writer.rowCount]) }
        try await writer.flush(to: &sink)
    }
}
