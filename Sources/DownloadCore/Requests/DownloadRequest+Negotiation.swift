import HTTPTypes

extension DownloadRequest {
    /// The one of `offers` that Accept prefers (RFC 9110 §12.5.1), the first of equals; nil if the client accepts none.
    ///
    /// A view that uses it names Accept in ``DownloadOptions/vary``, and throws ``DownloadError`` 406 for nil.
    ///
    /// - Parameter offers: Media types without parameters, in lower case, best first.
    public func preferredMediaType(of offers: [String]) -> String? {
        preferred(of: offers, by: headerFields[.accept]) { offer, _ in
            [offer, "\(Substring(offer.utf8.prefix { $0 != UInt8(ascii: "/") }))/*", "*/*"]
        }
    }

    /// The one of `offers` that Accept-Language prefers (RFC 9110 §12.5.4), the first of equals; nil if the client
    /// accepts none.
    ///
    /// An offer is accepted by its own tag or a shorter one, `de-CH` by `de`, and where neither is named by a longer
    /// one, `de` by `de-CH` (RFC 4647 §3.4): many clients name nothing but the language of one country.
    ///
    /// - Parameter offers: Language tags, best first.
    public func preferredLanguage(of offers: [String]) -> String? {
        preferred(of: offers, by: headerFields[.acceptLanguage]) { offer, list in
            let own = offer.lowercasedASCII
            var ranges = [own]
            while let range = ranges.last, let dash = range.utf8.lastIndex(of: UInt8(ascii: "-")) {
                ranges.append(String(range[..<dash]))
            }
            // One that is refused says nothing about the language at large.
            let longer = list.members.filter { $0.weight > 0 && $0.value.hasOctetPrefix("\(own)-") }
            if let best = longer.max(by: { $0.weight < $1.weight }) { ranges.append(best.value) }
            return ranges + ["*"]
        }
    }

    /// The one of `offers` that Accept-Encoding prefers (RFC 9110 §12.5.3), the first of equals; nil if the client
    /// accepts none.
    ///
    /// No coding, `identity`, is accepted unless the field refuses it; where the field does not name it, every coding
    /// that it names is preferred. Without the field, and with an empty one, it is `identity`, if that is offered.
    ///
    /// - Parameter offers: Content codings in lower case, best first, with `identity` where the content may be sent as
    ///   it is.
    public func preferredContentCoding(of offers: [String]) -> String? {
        let list = WeightedList(headerFields[.acceptEncoding] ?? "")
        var best: (offer: String, weight: Int)?
        for offer in offers {
            let isIdentity = offer.isOctetEqual(to: "identity")
            // `x-gzip` is another name of gzip (RFC 9110 §8.4.1.3).
            let names = offer.isOctetEqual(to: "gzip") ? [offer, "x-gzip", "*"] : [offer, "*"]
            // In half thousandths, of which one is left for what is accepted without being named.
            let weight = list.weight(ofFirst: names).map { $0 * 2 } ?? (isIdentity ? 1 : 0)
            if weight > best?.weight ?? 0 { best = (offer, weight) }
        }
        return best?.offer
    }

    private func preferred(
        of offers: [String],
        by field: String?,
        ranges: (_ offer: String, _ list: WeightedList) -> [String]
    ) -> String? {
        guard let field else { return offers.first }
        let list = WeightedList(field)
        guard !list.members.isEmpty else { return offers.first }
        var best: (offer: String, weight: Int)?
        for offer in offers {
            let weight = list.weight(ofFirst: ranges(offer, list)) ?? 0
            if weight > best?.weight ?? 0 { best = (offer, weight) }
        }
        return best?.offer
    }
}
