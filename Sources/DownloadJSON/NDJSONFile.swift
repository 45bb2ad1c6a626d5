public import DownloadCore

/// Rows as JSON, one a line: NDJSON, also called JSON Lines.
///
///     NDJSONFile(name: "orders.ndjson", rows: orders)
///
/// A row is any `Encodable`, encoded by Foundation's `JSONEncoder`. A download that broke off looks whole, up to its
/// last line: see ``closingRow``, or use ``JSONArrayFile``.
public struct NDJSONFile: JSONRowsFile {
    public var name: String
    public var contentType: String? = "application/x-ndjson"
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    /// The exact size in bytes, if it is known beforehand. The default is nil.
    public var size: Int64?
    /// The key of a last line that has the number of rows: `{"rows":1000}`; nil, the default, for none.
    public var closingRow: String?
    public var isRepeatable: Bool { rows.isRepeatable }
    private let rows: JSONRows

    public init(name: String, rows: JSONRows) {
        self.name = name
        self.rows = rows
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await rows.write(terminator: "\n", to: &sink) { writer in
            // Unicode equality: one name alone.
            if let closingRow { try writer.append(row: [closingRow: writer.rowCount]) }
        }
    }
}
