/// A content did not have the size that its file declared.
public struct ContentLengthMismatch: Error, CustomStringConvertible {
    /// What the file declared, in bytes.
    public var declared: Int64
    /// What was written, in bytes; when it exceeds ``declared``, up to and including the first piece too many.
    public var written: Int64
    /// Whether the content may have fewer bytes than ``written``: it was asked for from there on, and nothing came.
    public var mayBeShorter: Bool

    /// Creates the error; sizes are in bytes.
    public init(declared: Int64, written: Int64, mayBeShorter: Bool = false) {
        self.declared = declared
        self.written = written
        self.mayBeShorter = mayBeShorter
    }

    public var description: String {
        let size = written > declared ? "\(written) or more bytes" : String(counting: written, "byte")
        return "the content has \(mayBeShorter ? "at most " : "")\(size), but its size was declared as \(declared)"
    }
}
