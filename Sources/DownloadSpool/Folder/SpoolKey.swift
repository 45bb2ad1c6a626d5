internal import DownloadCore

/// What a spooled content is found by: a digest of what its bytes depend on. Nothing of a client's gets into the name
/// of a file.
struct SpoolKey: Sendable, Hashable {
    private let name: WireText
    /// 64 hexadecimal digits.
    var digits: String { name.text }

    /// - Parameter parts: What the bytes depend on; `("ab", "c")` and `("a", "bc")` are two keys.
    init(of parts: [String]) {
        var hash = ContentHash()
        for part in parts {
            hash.update("\(part.utf8.count):")
            hash.update(part)
        }
        name = WireText(Hexadecimal.digits(of: hash.finish()))
    }

    /// Reads the digits of a key; nil for anything else.
    init?(digits: some StringProtocol) {
        guard Hexadecimal.isDigits(digits, count: 64) else { return nil }
        name = WireText(String(digits))
    }

    /// The folder of the spool that the content lies in: one of 256, so that none has many files.
    var folder: String { String(digits.prefix(2)) }
}
