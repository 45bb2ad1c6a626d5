public import HTTPTypes

/// How the web server in front wants to be told to send a file on disk by itself: what its configuration says in the
/// parameter DOWNLOADS_HANDOVER of each request, which no client can set.
///
///     X-Accel-Redirect /var/cache/downloads=/-spool /srv/reports=/-reports     nginx, Caddy
///     X-Sendfile /var/cache/downloads /srv/reports                             Apache's mod_xsendfile, lighttpd
///
/// First comes the header field, then a rule for each folder whose files may be handed over: behind `=` what the web
/// server calls it; without, it calls it as the system does. A space within a name is written as `%20`, an equals sign
/// as `%3D`.
public struct HandOver: Sendable, Hashable {
    /// What a folder is called.
    private struct Rule: Hashable {
        /// The folder's path, without a slash at its end.
        var folder: [UInt8]
        /// What the web server calls it, percent-encoded, without a slash at its end.
        var name: [UInt8]
    }

    private let fieldName: HTTPField.Name
    private let rules: [Rule]

    /// Reads what the web server says; nil if it says nothing that is understood, and then nothing is handed over.
    public init?(_ text: String) {
        let words = text.utf8.split { $0 == 0x20 || $0 == 0x09 }
        guard let first = words.first, let name = HTTPField.Name(String(decoding: first, as: UTF8.self)),
            name == .xAccelRedirect || name == .xSendfile
        else { return nil }
        fieldName = name
        var rules: [Rule] = []
        for word in words.dropFirst() {
            guard let rule = Self.rule(word) else { return nil }
            rules.append(rule)
        }
        guard !rules.isEmpty else { return nil }
        // The longest is the one that is meant.
        self.rules = rules.sorted { $0.folder.count > $1.folder.count }
    }

    private static func rule(_ word: Substring.UTF8View) -> Rule? {
        let sides = word.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard let folder = decodedPath(sides[0]) else { return nil }
        guard sides.count == 2 else { return Rule(folder: folder, name: encoded(folder[...])) }
        guard let name = decodedPath(sides[1]) else { return nil }
        return Rule(folder: folder, name: encoded(name[...]))
    }

    /// The path without a slash at its end; nil for one that is not absolute or has several spellings.
    private static func decodedPath(_ path: Substring.UTF8View) -> [UInt8]? {
        let withoutSlash = path.last == UInt8(ascii: "/") ? path.dropLast() : path
        return [UInt8](percentDecoding: withoutSlash).flatMap { isPlain($0) ? $0 : nil }
    }

    /// The header field that tells the web server to send the file at a path; nil if no rule covers it.
    public func field(forFileAt path: String) -> HTTPField? {
        let bytes = Array(path.utf8)
        guard Self.isPlain(bytes) else { return nil }
        for rule in rules where bytes.count > rule.folder.count + 1 && bytes.starts(with: rule.folder) {
            guard bytes[rule.folder.count] == UInt8(ascii: "/") else { continue }
            let value = rule.name + Self.encoded(bytes[rule.folder.count...])
            return HTTPField(name: fieldName, value: String(decoding: value, as: UTF8.self))
        }
        return nil
    }

    /// Whether the path is absolute and has one spelling: no `.`, `..` or empty segment, no NUL.
    private static func isPlain(_ path: [UInt8]) -> Bool {
        guard path.first == UInt8(ascii: "/"), !path.contains(0) else { return false }
        return path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }

    /// Every server decodes what it is told.
    private static func encoded(_ path: ArraySlice<UInt8>) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.append(percentEncoding: path) { $0.isUnreserved || $0 == UInt8(ascii: "/") }
        return encoded
    }
}

extension HTTPField.Name {
    /// `X-Accel-Redirect`: a place of nginx's own that it sends instead.
    static let xAccelRedirect = handOver("X-Accel-Redirect")
    /// `X-Sendfile`: a file that the web server sends instead.
    static let xSendfile = handOver("X-Sendfile")

    private static func handOver(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not a field name") }
        return name
    }
}
