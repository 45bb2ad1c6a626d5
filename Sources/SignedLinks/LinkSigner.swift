internal import Crypto
public import DownloadCore
public import DownloadSystem
public import HTTPTypes

/// Signs links to downloads, and checks them: anyone who has such a link may download, until it expires.
///
///     let signer = try LinkSigner(keys: [SigningKey(id: "2026-11", hex: secret)])
///     let link = try signer.link(to: "/export/orders.csv?rows=10", validFor: .seconds(3600))
///
///     Route("/export/orders.csv", OrdersExportView().signed(by: signer))
///
/// The signature is HMAC-SHA-256 over method, path, query, suggested name and expiry. It does not depend on how a
/// client or a proxy writes them: `%7E` for `~` changes nothing, another order of the query does. A link for GET is
/// also good for HEAD. The content of a POST is not signed.
///
/// To change the key, put the new one in front: the first signs, all verify. Once the last link of the old one has
/// expired, remove it. A link can't be taken back but by removing its key.
///
/// A link that is sent by mail or posted comes back with items that others have put behind it, `utm_source` or
/// `fbclid`, and is refused; `ignoring: .tracking` lets them pass.
///
/// A link shows everything but the key, and it is in the logs of web servers. What a cache keeps it may give out after
/// the expiry: a view whose content is not public says `private` or `no-store` in `cacheControl`.
public struct LinkSigner: LinkSigning {
    private let keys: [SigningKey]
    /// The items of a query that are not signed.
    let ignored: IgnoredQueryNames
    private let now: @Sendable () -> HTTPDate

    /// Creates a signer.
    ///
    /// - Parameters:
    ///   - keys: The first signs, all verify.
    ///   - ignored: The names of query items that are not signed, since others append them; the default is none.
    ///     ``IgnoredQueryNames/tracking`` has the usual ones.
    ///   - now: The clock; the default is the system's.
    /// - Throws: ``SigningError`` if there is no key, or if two have one id.
    public init(
        keys: [SigningKey],
        ignoring ignored: IgnoredQueryNames = .none,
        now: @escaping @Sendable () -> HTTPDate = { .now }
    ) throws(SigningError) {
        guard !keys.isEmpty else { throw SigningError("there is no key to sign with") }
        for (index, key) in keys.enumerated() where keys[..<index].contains(where: { $0.id.wire == key.id.wire }) {
            throw SigningError("there are two keys “\(key.id)”")
        }
        self.keys = keys
        self.ignored = ignored
        self.now = now
    }

    /// A link to `target` that holds until `expires`.
    ///
    /// - Parameters:
    ///   - target: The path as a client asks for it, with mount prefix and query. What can't stand in a URL is
    ///     percent-encoded;
    ///     what is percent-encoded already stays so.
    ///   - method: The method that the link is for; GET includes HEAD.
    ///   - name: The name that the client saves the file under; nil, the default, for the one that the view gives.
    ///   - expires: The first second in which the link no longer holds.
    /// - Returns: The path and query of the link, in ASCII and without characters that HTML would have to escape but
    ///   `&`.
    /// - Throws: ``SigningError`` for a target that is not a path, has a fragment, or is signed already, and for a name
    ///   of which nothing is seen.
    public func link(
        to target: String,
        method: HTTPRequest.Method = .get,
        name: String? = nil,
        expires: HTTPDate
    ) throws(SigningError) -> String {
        // By bytes: with a combining mark behind it, “#” or “?” is another character, but the same separator.
        guard !target.utf8.contains(UInt8(ascii: "#")) else {
            throw SigningError("“\(target)” has a fragment, which no server is sent")
        }
        guard let path = RequestPath(target: target) else {
            throw SigningError("“\(target)” is not a path on a server, such as /export/orders.csv?rows=10")
        }
        guard let query = try? QueryItems(Substring(target.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst())) else {
            throw SigningError("the query of “\(target)” is not percent-encoded UTF-8")
        }
        if let item = query.first(where: { SignatureItem(named: $0.name) != nil }) {
            throw SigningError("“\(target)” has “\(item.name)” in its query, which is for signatures")
        }
        if let name, !ContentDisposition.saysSomething(name) {
            throw SigningError(name.isEmpty ? "the suggested name is empty" : "nothing is seen of the suggested name")
        }
        let contents = LinkContents(
            method: method,
            path: path.signedText,
            query: query.filter { !ignored.contains($0.name) },
            name: name,
            expires: expires
        )
        // There is a first: the initialiser has seen to it.
        let key = keys[0]
        let signature = HMAC<SHA256>.authenticationCode(for: contents.canonicalForm, using: key.secret)
        var items = query.map { ($0.name, $0.value) }
        if let name { items.append((SignatureItem.name.rawValue, name)) }
        items.append((SignatureItem.expires.rawValue, String(expires.secondsSince1970)))
        items.append((SignatureItem.keyID.rawValue, key.id))
        items.append((SignatureItem.signature.rawValue, String(hexOf: signature)))
        var encodedPath: [UInt8] = []
        for segment in path.segments {
            encodedPath.append(UInt8(ascii: "/"))
            encodedPath.append(percentEncoding: segment.text.utf8, keeping: \.isPathCharacterInHTML)
        }
        if path.endsWithSlash || path.segments.isEmpty { encodedPath.append(UInt8(ascii: "/")) }
        let encodedQuery = items.map { "\($0.percentEncoded)=\($1.percentEncoded)" }
        return "\(String(decoding: encodedPath, as: UTF8.self))?\(encodedQuery.joined(separator: "&"))"
    }

    /// A link to `target` that holds from now on for `lifetime`, in whole seconds.
    ///
    /// - Throws: ``SigningError`` as for a moment, and for a lifetime of less than a second.
    public func link(
        to target: String,
        method: HTTPRequest.Method = .get,
        name: String? = nil,
        validFor lifetime: Duration
    ) throws(SigningError) -> String {
        let (expires, isTooLate) = now().secondsSince1970.addingReportingOverflow(lifetime.components.seconds)
        guard lifetime >= .seconds(1), !isTooLate else {
            throw SigningError("a link can't hold for \(lifetime)")
        }
        return try link(to: target, method: method, name: name, expires: HTTPDate(secondsSince1970: expires))
    }

    /// Checks that `request` is what a link was signed for, and that the link still holds.
    ///
    /// The signature is compared in a time that does not depend on it.
    ///
    /// - Parameter moment: When it is asked for; nil, the default, for now.
    /// - Throws: ``LinkError``.
    @discardableResult
    public func verify(_ request: DownloadRequest, at moment: HTTPDate? = nil) throws(LinkError) -> SignedLink {
        guard let path = RequestPath(target: request.target), let items = try? request.query else {
            throw LinkError(.malformed, "the path or the query is not percent-encoded UTF-8")
        }
        var query = Array(items)
        let (link, signature) = try SignedLink.extract(from: &query)
        guard let key = keys.first(where: { $0.id.wire == link.keyID.wire }) else {
            throw LinkError(.keyUnknown, link.keyID)
        }
        let contents = LinkContents(
            method: request.method,
            path: path.signedText,
            // What a view that prepares its download adds to its own links says nothing of the content.
            query: query.filter { !ignored.contains($0.name) && PreparationStep($0) == nil },
            name: link.name,
            expires: link.expires
        )
        guard
            HMAC<SHA256>
                .isValidAuthenticationCode(
                    signature,
                    authenticating: contents.canonicalForm,
                    using: key.secret
                )
        else { throw LinkError(.invalid) }
        guard moment ?? now() < link.expires else { throw LinkError(.expired, "since \(link.expires)") }
        return link
    }
}
