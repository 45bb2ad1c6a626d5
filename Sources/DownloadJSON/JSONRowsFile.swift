public import DownloadCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A file of rows as JSON, in one form or the other: ``NDJSONFile``, ``JSONArrayFile``.
///
/// A row is any `Encodable`, encoded by Foundation's `JSONEncoder`.
public protocol JSONRowsFile: DownloadFile {
    /// Wraps rows. Use the initialisers that take a sequence.
    init(name: String, rows: JSONRows)
}

extension JSONRowsFile {
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
        self.init(name: name, rows: JSONRows(rows, repeatable: repeatable, encoder: encoder))
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
        self.init(name: name, rows: JSONRows(rows, repeatable: repeatable, encoder: encoder))
    }
}
