public import DownloadCore

/// Rows as one array of JSON, a row a line: it shows by itself when it is cut.
///
///     JSONArrayFile(name: "orders.json", rows: orders)
///
/// A row is any `Encodable`, encoded by Foundation's `JSONEncoder`.
public struct JSONArrayFile: JSONRowsFile {
    public var name: String
    public var contentType: String? = "application/json"
    public var entityTag: EntityTag?
    public var modificationDate: HTTPDate?
    public var digest: ContentDigest?
    /// The exact size in bytes, if it is known beforehand. The default is nil.
    public var size: Int64?
    public var isRepeatable: Bool { rows.isRepeatable }
    private let rows: JSONRows

    public init(name: String, rows: JSONRows) {
        self.name = name
        self.rows = rows
    }

    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await rows.write(opening: "[", separator: ",\n", to: &sink) { writer in
            writer.append(writer.rowCount > 0 ? "\n]\n" : "]\n")
        }
    }
}
