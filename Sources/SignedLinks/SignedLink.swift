public import DownloadCore

/// What a link with a good signature says of itself.
public struct SignedLink: Sendable, Hashable {
    /// The name that the client saves the file under; nil for the one that the view gives.
    public var name: String?
    /// The first second in which the link no longer holds.
    public var expires: HTTPDate
    /// The id of the key that it was signed with.
    public var keyID: String

    public static func == (a: SignedLink, b: SignedLink) -> Bool {
        a.name?.wire == b.name?.wire && a.expires == b.expires && a.keyID.wire == b.keyID.wire
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name?.wire)
        hasher.combine(expires)
        hasher.combine(keyID.wire)
    }
}

/// The items of a query that are the signature's own.
enum SignatureItem: String, CaseIterable {
    case name = "link-name"
    case expires = "link-expires"
    case keyID = "link-key"
    case signature = "link-signature"

    /// The item of a name; nil for an item that is not the signature's.
    init?(named name: String) {
        guard let item = Self.allCases.first(where: { $0.rawValue.wire == name.wire }) else { return nil }
        self = item
    }
}

extension SignedLink {
    /// Takes the signature's own items out of a query, without looking at whether they are true.
    ///
    /// - Parameter query: All items; afterwards those that are signed.
    /// - Returns: What the items say, and the signature's bytes.
    /// - Throws: ``LinkError`` with the code `missing` or `malformed`.
    static func extract(
        from query: inout [QueryItems.Item]
    ) throws(LinkError) -> (link: SignedLink, signature: [UInt8]) {
        var values: [SignatureItem: String] = [:]
        var signed: [QueryItems.Item] = []
        for item in query {
            guard let own = SignatureItem(named: item.name) else {
                signed.append(item)
                continue
            }
            guard values.updateValue(item.value, forKey: own) == nil else {
                throw LinkError(.malformed, "\(own.rawValue) is there twice")
            }
        }
        guard let signature = values[.signature] else { throw LinkError(.missing) }
        guard let keyID = values[.keyID] else { throw LinkError(.malformed, "there is no link-key") }
        guard let expires = values[.expires], let seconds = Int64(expires), String(seconds).wire == expires.wire
        else {
            throw LinkError(.malformed, "link-expires is not a number of seconds")
        }
        guard let bytes = [UInt8](hex: signature.utf8) else {
            throw LinkError(.malformed, "link-signature is not hexadecimal")
        }
        // An empty name is how the signed form writes none.
        guard values[.name]?.isEmpty != true else { throw LinkError(.malformed, "link-name is empty") }
        query = signed
        return (SignedLink(name: values[.name], expires: HTTPDate(secondsSince1970: seconds), keyID: keyID), bytes)
    }
}
