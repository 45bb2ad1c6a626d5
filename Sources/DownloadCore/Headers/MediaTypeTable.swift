/// Media types by the endings of file names.
///
///     MediaTypeTable.mediaType(forName: "Report.PDF")    // application/pdf
///
/// ``builtIn`` knows the common few hundred. A system's table is read by ``init(mimeTypes:)`` and put over it:
///
///     let table = MediaTypeTable.builtIn.merging(MediaTypeTable(mimeTypes: text))
public struct MediaTypeTable: Sendable {
    /// Types by ending: in lower case, without the first dot.
    private var types: [String: String] = [:]
    /// Whether an ending has a dot inside, so that names have to be looked at for such.
    private var hasCompoundEndings = false

    /// Endings longer than this are not looked up, in bytes.
    private static let maximumEndingLength = 32

    /// Creates a table from the text of a file in the format of `/etc/mime.types`.
    ///
    /// A line has a type and the endings it belongs to; `#` begins a comment. Lines whose type is none (RFC 9110 §8.3.1) are passed
    /// over. Where an ending is there twice, the later line counts. No file is read: that is the caller's.
    public init(mimeTypes text: String) {
        for line in text.utf8.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }
                .split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
                .map { String(Substring($0)) }
            guard words.count > 1, MediaType.isType(words[0]) else { continue }
            for ending in words.dropFirst() { add(words[0], for: ending) }
        }
    }

    private mutating func add(_ type: String, for ending: String) {
        let key = ending.lowercased()
        types[key] = type
        if key.utf8.contains(UInt8(ascii: ".")) { hasCompoundEndings = true }
    }

    /// How many endings the table has.
    public var count: Int { types.count }

    /// The endings in lower case, each with its type, in no order.
    public var entries: some Collection<(key: String, value: String)> { types }

    /// The table with the entries of `other` added; where both have an ending, that of `other` counts.
    public func merging(_ other: MediaTypeTable) -> MediaTypeTable {
        var result = self
        result.types.merge(other.types) { $1 }
        result.hasCompoundEndings = hasCompoundEndings || other.hasCompoundEndings
        return result
    }

    /// The type of a file by the ending of its name, in any case of letters; nil if it has none, or none that is known.
    ///
    /// Only the last segment of a path counts, and a dot at its beginning begins no ending. Of two endings that the table has, the longer
    /// one counts: `tar.gz` before `gz`. The answer is the type of the file as it is, never that of its unpacked content:
    /// `a.tar.gz` is `application/gzip`.
    public func mediaType(forName name: String) -> String? {
        let bytes = name.utf8
        var index = bytes.endIndex
        var length = 0
        var best: String?
        while index > bytes.startIndex, length <= Self.maximumEndingLength {
            let end = index
            bytes.formIndex(before: &index)
            let byte = bytes[index]
            if byte == 0x2f || byte == 0x5c { break }
            if byte == UInt8(ascii: ".") {
                guard index > bytes.startIndex else { break }
                let before = bytes[bytes.index(before: index)]
                if before == 0x2f || before == 0x5c { break }
                if let type = types[name[end...].lowercased()] { best = type }
                if !hasCompoundEndings { break }
            }
            length += 1
        }
        return best
    }

    /// The type of a file by the ending of its name, by the table that is built in.
    public static func mediaType(forName name: String) -> String? {
        builtIn.mediaType(forName: name)
    }
}
