public import DownloadCore
public import DownloadSystem

extension LinkSigner {
    /// A signer with the keys of a text, as `id:hex,id:hex`: the first signs, all verify.
    ///
    /// - Parameters:
    ///   - text: The keys; spaces and line ends around each are passed over.
    ///   - ignored: The names of query items that are not signed; the default is none.
    ///   - now: The clock; the default is the system's.
    /// - Throws: ``SigningError`` for a text of another form, and for keys that can't be used. It shows no secret.
    public init(
        parsing text: String,
        ignoring ignored: IgnoredQueryNames = .none,
        now: @escaping @Sendable () -> HTTPDate = { .now }
    ) throws(SigningError) {
        var keys: [SigningKey] = []
        for (index, entry) in text.splitOctets(whereSeparator: { $0 == UInt8(ascii: ",") }).enumerated() {
            let parts = entry.splitOctets { $0 == UInt8(ascii: ":") }.map(Self.trimmed)
            let isNoKey = SigningError("key \(index + 1) is not of the form id:hex, as in “2026-11:8f3a…”")
            guard parts.count == 2 else { throw isNoKey }
            do {
                keys.append(try SigningKey(id: parts[0], hex: parts[1]))
            } catch {
                // Written the other way round, the id that the error shows would be the secret.
                throw Self.couldBeSecret(parts[0]) ? isNoKey : error
            }
        }
        try self.init(keys: keys, ignoring: ignored, now: now)
    }

    /// A signer with the keys that are in the environment, in the form of ``init(parsing:ignoring:now:)``.
    ///
    /// - Parameters:
    ///   - variable: The name of the variable; `DOWNLOADS_SIGNING_KEYS` by default.
    ///   - ignored: The names of query items that are not signed; the default is none.
    /// - Returns: nil if the variable is not set, or empty.
    /// - Throws: ``SigningError`` if it is set and can't be used, with the variable's name.
    public static func fromEnvironment(
        _ variable: String = "DOWNLOADS_SIGNING_KEYS",
        ignoring ignored: IgnoredQueryNames = .none
    ) throws(SigningError) -> LinkSigner? {
        guard let text = ProcessEnvironment.value(variable), !text.isEmpty else { return nil }
        do {
            return try LinkSigner(parsing: text, ignoring: ignored)
        } catch {
            throw SigningError("\(variable): \(error)")
        }
    }

    /// Whether an id looks like the digits of a secret, or most of them.
    private static func couldBeSecret(_ id: String) -> Bool {
        id.utf8.count >= SigningKey.minimumByteCount && id.utf8.allSatisfy { $0.hexValue != nil }
    }

    private static func trimmed(_ text: Substring) -> String {
        var scalars = text.unicodeScalars
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return String(scalars)
    }
}
