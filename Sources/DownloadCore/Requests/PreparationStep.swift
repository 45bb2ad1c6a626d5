import HTTPTypes

/// What a client asks of a download that is being prepared: one item of the query, which no signature covers, since it
/// says nothing of the content.
///
///     ?year=2026&preparation=4d0c…9f-status
package struct PreparationStep: Sendable {
    package enum Kind: Sendable, Hashable {
        /// How far it is, for a program.
        case status
        /// The same for a person.
        case page
        /// The file, which a page has found to be ready.
        case file
        /// The file, by a client that has waited so often.
        case wait(Int)
    }

    /// The item's name.
    package static let name = "preparation"
    /// How many hexadecimal digits identify a preparation.
    package static let tokenLength = 32

    /// What identifies the preparation.
    package var token: String
    package var kind: Kind

    package init(token: String, kind: Kind) {
        self.token = token
        self.kind = kind
    }

    /// Reads an item of a query; nil for one of the view's own.
    package init?(_ item: QueryItems.Item) {
        guard item.name.isOctetEqual(to: Self.name) else { return nil }
        let parts = item.value.splitOctets { $0 == UInt8(ascii: "-") }
        guard let token = parts.first, token.utf8.count == Self.tokenLength,
            token.utf8.allSatisfy({ $0.hexValue != nil })
        else { return nil }
        let words = parts.dropFirst().map { WireText($0) }
        switch words.first {
        case "status" where words.count == 1: kind = .status
        case "page" where words.count == 1: kind = .page
        case "file" where words.count == 1: kind = .file
        case "wait" where words.count == 2:
            guard let count = Int(words[1].text), (1...999).contains(count) else { return nil }
            kind = .wait(count)
        default: return nil
        }
        self.token = String(token)
    }

    /// The item's value.
    package var value: String {
        switch kind {
        case .status: "\(token)-status"
        case .page: "\(token)-page"
        case .file: "\(token)-file"
        case .wait(let count): "\(token)-wait-\(count)"
        }
    }
}

extension DownloadRequest {
    /// The request without the query item that asks something of a preparation, and what that asks; nil without one.
    package var withoutPreparation: (request: DownloadRequest, step: PreparationStep?) {
        guard let target = http.path, let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return (self, nil)
        }
        let query = target.utf8[mark...].dropFirst().prefix { $0 != UInt8(ascii: "#") }
        var step: PreparationStep?
        let pairs = query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        let kept = pairs.filter { pair in
            // An item that can't be decoded is not one of these: the view refuses it when it reads its query.
            guard let item = try? QueryItems(Substring(pair)).first, let found = PreparationStep(item) else {
                return true
            }
            step = step ?? found
            return false
        }
        guard let step else { return (self, nil) }
        var request = self
        let rest = kept.isEmpty ? "" : "?" + kept.map { String(Substring($0)) }.joined(separator: "&")
        request.http.path = String(target[..<mark]) + rest + String(target[query.endIndex...])
        return (request, step)
    }

    /// A reference to the same target (RFC 3986 §4.2), with a step of its preparation unless it is nil.
    package func reference(to step: PreparationStep?) -> String {
        var target = String(Substring(self.target.utf8.prefix { $0 != UInt8(ascii: "#") }))
        if let step {
            let separator = target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
            target += "\(separator)\(PreparationStep.name)=\(step.value)"
        }
        // What begins with two slashes would name a host; a query alone is of the same path.
        guard !target.hasOctetPrefix("//"), target.hasOctetPrefix("/") else {
            return "?\(Substring(target.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()))"
        }
        return target
    }
}
