internal import DownloadCore
internal import HTTPTypes

/// The names of query items that others put behind a link on its way: they are not signed.
///
///     let signer = try LinkSigner(keys: [key], ignoring: .tracking)
///     let signer = try LinkSigner(keys: [key], ignoring: .tracking.union(["campaign", "acme_*"]))
///
/// Mailers, social networks and advertisements append such items, and without this a link that has been sent through
/// one of them is refused as tampered with. Anyone who has the link may write anything into them; a view that is signed
/// by the signer is not shown them. Names are compared octet by octet, after they have been percent-decoded.
public struct IgnoredQueryNames: Sendable, Hashable {
    private var names: Set<WireText> = []
    private var beginnings: Set<WireText> = []

    /// Collects names; one that ends with `*` stands for all that begin so.
    public init(_ names: [String] = []) {
        for name in names {
            if name.hasOctetSuffix("*") {
                beginnings.insert(WireText(Substring(name.utf8.dropLast())))
            } else {
                self.names.insert(name.wire)
            }
        }
    }

    /// No name: the whole query is signed.
    public static var none: IgnoredQueryNames { IgnoredQueryNames() }

    /// What the common mailers, social networks and advertisements append.
    ///
    /// `utm_*`, `mtm_*` and `pk_campaign` (analytics), `fbclid`, `gclid`, `msclkid` and others that count clicks,
    /// `mc_cid`, `_hsenc`, `mkt_tok` and others of mailers. None of them is a word that a view of yours would take for
    /// its own.
    public static let tracking = IgnoredQueryNames([
        // Analytics.
        "utm_*", "mtm_*", "pk_campaign", "pk_kwd", "pk_source", "pk_medium", "pk_content", "pk_cid", "_ga", "_gl",
        "_openstat", "s_kwcid", "ef_id",
        // Clicks on advertisements and in social networks.
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "srsltid", "msclkid",
        "yclid", "ysclid", "twclid", "ttclid", "li_fat_id", "igshid", "igsh", "mibextid", "epik", "ScCid", "rdt_cid",
        "wickedid", "rb_clickid", "irclickid",
        // Mailers.
        "mc_cid", "mc_eid", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp", "hsCtaTracking", "mkt_tok", "vero_id",
        "vero_conv", "oly_anon_id", "oly_enc_id", "ml_subscriber", "ml_subscriber_hash", "_kx", "__s", "bsft_*",
        "elqTrackId", "dm_i", "sfmc_*", "sb_referer_host",
    ])

    /// The names of both.
    public func union(_ other: IgnoredQueryNames) -> IgnoredQueryNames {
        var union = self
        union.names.formUnion(other.names)
        union.beginnings.formUnion(other.beginnings)
        return union
    }

    /// Whether a name, percent-decoded, is one of these.
    public func contains(_ name: String) -> Bool {
        names.contains(name.wire) || beginnings.contains { name.hasOctetPrefix($0.text) }
    }

    var isEmpty: Bool { names.isEmpty && beginnings.isEmpty }
}

extension IgnoredQueryNames: ExpressibleByArrayLiteral {
    public init(arrayLiteral names: String...) {
        self.init(names)
    }
}

extension DownloadRequest {
    /// The request without the items of its query that are ignored; the others as the client wrote them.
    func without(_ ignored: IgnoredQueryNames) -> DownloadRequest {
        guard !ignored.isEmpty, let target = http.path, let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return self
        }
        let query = target.utf8[mark...].dropFirst().prefix { $0 != UInt8(ascii: "#") }
        let pairs = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        let kept = pairs.filter { pair in
            // What can't be decoded is left for the view to refuse.
            guard let name = try? QueryItems(Substring(pair)).first?.name else { return true }
            return !ignored.contains(name)
        }
        guard kept.count < pairs.count else { return self }
        var request = self
        let rest = kept.isEmpty ? "" : "?" + kept.map { String(Substring($0)) }.joined(separator: "&")
        request.http.path = String(target[..<mark]) + rest + String(target[query.endIndex...])
        return request
    }
}
