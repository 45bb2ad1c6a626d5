/// The value of a Content-Disposition field (RFC 6266).
///
///     ContentDisposition(.attachment, filename: "Übersicht.csv").description
///     // attachment; filename="Ubersicht.csv"; filename*=UTF-8''%C3%9Cbersicht.csv
///
/// No name can break out of the field: the value has only visible ASCII and spaces, and what a client sees of the name
/// has no path, no control characters, no marks that change the direction of text, nothing invisible, no blanks
/// at its ends and no dot behind it. A name longer than 220 bytes is cut before its ending: a client that downloads
/// puts an ending of its own behind it, and file systems take 255. An empty name is left out; one that has nothing
/// usable in it (`..`) is `download`.
///
/// If the name is more than plain ASCII, it is there twice: in full as `filename*` (RFC 8187), and for old recipients
/// as a likeness in ASCII. There é is e and ß is ss, by the decompositions of the Unicode Character Database.
public struct ContentDisposition: Sendable, Hashable {
    /// What the client is asked to do with the content.
    public enum Kind: String, Sendable, Hashable {
        /// To save it.
        case attachment
        /// To show it.
        case inline
    }

    /// Whether the client is asked to save the content or to show it.
    public var kind: Kind
    /// The suggested name, as it was given; ``description`` has what is sent of it.
    public var filename: String

    /// Creates a value; an empty name is left out of it.
    public init(_ kind: Kind, filename: String) {
        self.kind = kind
        self.filename = filename
    }
}

extension ContentDisposition: CustomStringConvertible {
    /// The value as the field has it.
    public var description: String {
        Self.value(kind, DownloadName(filename))
    }

    /// Whether a client would be told anything of `filename`: of an empty name, of dots and of what is never seen
    /// nothing is left.
    package static func saysSomething(_ filename: String) -> Bool { DownloadName.isSeen(filename) }

    /// The value with a name that has been cleaned; without one for nil.
    static func value(_ kind: Kind, _ name: DownloadName?) -> String {
        guard let name else { return kind.rawValue }
        let start =
            switch kind {
            case .attachment: "attachment; filename=\""
            case .inline: "inline; filename=\""
            }
        if name.isPlain { return String(joining: [start, name.text, "\""]) }
        var bytes = Array(start.utf8)
        for byte in name.fallback.utf8 {
            // A name has no backslash: it would end a segment of a path.
            if byte == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes += "\"; filename*=UTF-8''".utf8
        bytes.append(percentEncoding: name.text.utf8, keeping: \.isAttributeCharacter)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// `attr-char` (RFC 8187 §3.2.1): a token character other than `*`, `'` and `%`.
    fileprivate var isAttributeCharacter: Bool {
        isTokenCharacter && self != 0x2a && self != 0x27 && self != 0x25
    }
}
