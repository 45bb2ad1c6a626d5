/// Media types by the endings of file names.
///
///     MediaTypeTable.builtIn.mediaType(forName: "Report.PDF")    // application/pdf
///
/// ``builtIn`` knows the common few hundred. A system's table is put over it:
///
///     let table = MediaTypeTable(mimeTypes: bytes, over: .builtIn)
public struct MediaTypeTable: Sendable {
    /// Types by ending: in lower case, without the first dot.
    private var types: [WireText: String] = [:]
    /// Whether an ending has a dot inside, so that names have to be looked at for such.
    private var hasCompoundEndings = false

    /// Endings longer than this are not looked up, in bytes.
    private static let maximumEndingLength = 32

    /// Creates a table from the text of a file in the format of `/etc/mime.types`.
    ///
    /// A line has a type and the endings it belongs to; `#` begins a comment. Lines without a valid type (RFC 9110
    /// §8.3.1) are passed over. Where an ending is there twice, the later line counts. No file is read: that is the
    /// caller's.
    public init(mimeTypes text: String) {
        self.init(mimeTypes: Array(text.utf8))
    }

    /// Creates a table from the bytes of a file in the format of `/etc/mime.types`, as ``init(mimeTypes:)`` does from
    /// its text.
    ///
    /// What is not UTF-8 is repaired.
    ///
    /// - Parameter base: Has the types of those endings that the file has not. The default is nil: they have none.
    public init(mimeTypes bytes: [UInt8], over base: MediaTypeTable? = nil) {
        if let base { self = base }
        // Half of a system's lines have no ending, the others about two.
        types.reserveCapacity(types.count + bytes.count / 50)
        var words = MimeTypesWords(bytes)
        var type: String?
        while let word = words.next() {
            if word.isFirst {
                // Made into a text only when an ending follows.
                type = nil
                continue
            }
            if type == nil { type = words.type ?? "" }
            if let type, !type.isEmpty { add(type, for: words.text(of: word)) }
        }
    }

    private mutating func add(_ type: String, for ending: String) {
        types[ending.wire] = type
        if !hasCompoundEndings, ending.utf8.contains(UInt8(ascii: ".")) { hasCompoundEndings = true }
    }

    /// How many endings the table has.
    package var count: Int { types.count }

    /// The endings in lower case, each with its type, in no order.
    package var entries: some Collection<(key: String, value: String)> { types.map { ($0.key.text, $0.value) } }

    /// The table with the entries of `other` added; where both have an ending, that of `other` counts.
    package func merging(_ other: MediaTypeTable) -> MediaTypeTable {
        var result = self
        result.types.merge(other.types) { $1 }
        result.hasCompoundEndings = hasCompoundEndings || other.hasCompoundEndings
        return result
    }

    /// The type of a file by the ending of its name, in any case of letters; nil if it has none, or an unknown one.
    ///
    /// Only the last segment of a path counts, and a dot at its beginning begins no ending. Of two endings that the
    /// table has, the longer one counts: `tar.gz` before `gz`. The answer is the type of the file as it is, never that
    /// of its unpacked content: `a.tar.gz` is `application/gzip`.
    public func mediaType(forName name: String) -> String? {
        let bytes = name.utf8Span.span
        var best: String?
        var isLowercase = true
        for index in (max(0, bytes.count - 1 - Self.maximumEndingLength)..<bytes.count).reversed() {
            let byte = bytes[index]
            if byte == 0x2f || byte == 0x5c { break }
            if byte == UInt8(ascii: ".") {
                guard index > 0, bytes[index - 1] != 0x2f, bytes[index - 1] != 0x5c else { break }
                let ending = name.utf8.index(name.startIndex, offsetBy: index + 1)
                let key = isLowercase ? WireText(name[ending...]) : Self.key(name[ending...])
                if let type = types[key] { best = type }
                if !hasCompoundEndings { break }
            }
            if byte >= 0x80 || byte.lowercased != byte { isLowercase = false }
        }
        return best
    }

    /// An ending as the table has it.
    private static func key(_ ending: Substring) -> WireText {
        ending.utf8.allSatisfy { $0 < 0x80 } ? ending.lowercasedASCII.wire : String(ending).lowercasedLetters.wire
    }

    /// The type of a file by the ending of its name, by the table that is built in.
    package static func mediaType(forName name: String) -> String? {
        builtIn.mediaType(forName: name)
    }
}
