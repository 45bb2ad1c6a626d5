internal import DownloadCore

/// The name of a file in the spool, which says all that is known of its content: so a file appears whole and described
/// in one step, when it is renamed, or not at all. Each has the identity of its generation in it, so that none is ever
/// used twice: web servers keep open files by name.
enum SpoolName: Hashable {
    /// A content that is being generated.
    case partial(SpoolKey, GenerationID)
    /// A whole content.
    case whole(SpoolKey, StoredContent)
    /// What is told about one that is being generated, or has failed.
    case record(SpoolKey, GenerationID)

    /// `KEY-ID.part`, `KEY-ID.state`, or `KEY-ID-CREATED-SHA256-SIZE`.
    var text: String {
        switch self {
        case .partial(let key, let id):
            "\(key.digits)-\(id.digits).part"
        case .record(let key, let id):
            "\(key.digits)-\(id.digits).state"
        case .whole(let key, let content):
            [
                key.digits, content.id.digits, String(content.created), Hexadecimal.digits(of: content.digest),
                String(content.size),
            ]
            .joined(separator: "-")
        }
    }

    /// Reads a name; nil for one that the spool has not made.
    init?(_ text: String) {
        let isPartial = text.hasOctetSuffix(".part")
        let isRecord = text.hasOctetSuffix(".state")
        let parts = text.utf8.dropLast(isPartial ? 5 : isRecord ? 6 : 0)
            .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == (isPartial || isRecord ? 2 : 5), let key = SpoolKey(digits: parts[0]),
            let id = GenerationID(digits: parts[1])
        else { return nil }
        guard !isPartial, !isRecord else {
            self = isPartial ? .partial(key, id) : .record(key, id)
            return
        }
        guard let created = Int64(parts[2]), created >= 0, Hexadecimal.isDigits(parts[3], count: 64),
            let digest = Hexadecimal.bytes(of: parts[3]), let size = Int64(parts[4]), size >= 0
        else { return nil }
        self = .whole(key, StoredContent(id: id, created: created, digest: digest, size: size))
        // One content has one name: no leading zero or sign.
        guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
    }

    var key: SpoolKey {
        switch self {
        case .partial(let key, _), .whole(let key, _), .record(let key, _): key
        }
    }
}

/// What is known of a whole content in the spool.
struct StoredContent: Sendable, Hashable {
    /// Which run has made it.
    var id: GenerationID
    /// When, in seconds since 1970.
    var created: Int64
    /// Its SHA-256.
    var digest: [UInt8]
    /// In bytes.
    var size: Int64
}
