import HTTPTypes

/// The conditional fields of one request and its Range (RFC 9110 §13.1, §14.2), found in one pass over its header.
struct RequestConditions {
    var ifMatch: String?
    var ifUnmodifiedSince: String?
    var ifNoneMatch: String?
    var ifModifiedSince: String?
    var ifRange: String?
    var range: String?

    /// Whether the request may be answered as if it had no conditions.
    enum Outcome {
        case proceed
        /// 304.
        case notModified
        /// 412.
        case failed
    }

    init(_ fields: HTTPFields) {
        // By index: an iterator over the fields is generic code that the compiler does not specialise.
        for index in 0..<fields.count {
            // A request has a dozen fields, and almost none of them begins with these letters.
            let name = fields[index].name.canonicalName
            let bytes = name.utf8Span.span
            guard !bytes.isEmpty, bytes[0] == UInt8(ascii: "i") || bytes[0] == UInt8(ascii: "r") else { continue }
            switch name.wire {
            case "range": Self.add(fields[index].value, to: &range)
            case "if-range": Self.add(fields[index].value, to: &ifRange)
            case "if-none-match": Self.add(fields[index].value, to: &ifNoneMatch)
            case "if-modified-since": Self.add(fields[index].value, to: &ifModifiedSince)
            case "if-match": Self.add(fields[index].value, to: &ifMatch)
            case "if-unmodified-since": Self.add(fields[index].value, to: &ifUnmodifiedSince)
            default: break
            }
        }
    }

    /// Lines of the same name are one list (RFC 9110 §5.3). A field that is not a list becomes invalid, and is
    /// ignored.
    private static func add(_ line: String, to value: inout String?) {
        if let first = value { value = "\(first), \(line)" } else { value = line }
    }

    /// What the preconditions make of the request, in the order of RFC 9110 §13.2.2.
    ///
    /// - Parameters:
    ///   - receivedAt: When the request came, which decides the century of a date whose year has two digits.
    ///   - wasModified: Asked only if If-Modified-Since is there and counts.
    func outcome(
        for method: HTTPRequest.Method,
        receivedAt: HTTPDate?,
        tag: EntityTag?,
        date: HTTPDate?,
        wasModified: (_ since: String) -> Bool
    ) -> Outcome {
        let isRead = method == .get || method == .head
        if let ifMatch, !ifMatch.isEmpty {
            guard Self.matches(ifMatch, tag, { $0.isStronglyEqual(to: $1) }) else { return .failed }
        } else if let ifUnmodifiedSince, let date, let limit = HTTPDate(ifUnmodifiedSince, now: receivedAt),
            date > limit
        {
            return .failed
        }
        if let ifNoneMatch, !ifNoneMatch.isEmpty {
            if Self.matches(ifNoneMatch, tag, { $0.isWeaklyEqual(to: $1) }) { return isRead ? .notModified : .failed }
        } else if isRead, let ifModifiedSince, !wasModified(ifModifiedSince) {
            return .notModified
        }
        return .proceed
    }

    /// Whether If-Range lets the Range count (RFC 9110 §13.1.5): it is absent, or names exactly this content.
    ///
    /// A date has to be the very date of the file, and counts as a strong validator then: that no two contents share a
    /// date is what ``DownloadFile/modificationDate`` promises (§8.8.2.2). Anything else, a weak tag or a list too, is
    /// false.
    func rangeApplies(to tag: EntityTag?, modified date: HTTPDate?, receivedAt: HTTPDate?) -> Bool {
        guard let ifRange else { return true }
        if let tag, let condition = EntityTag(parsing: ifRange) { return condition.isStronglyEqual(to: tag) }
        guard let date else { return false }
        return HTTPDate(ifRange, now: receivedAt) == date
    }

    /// Whether a list of entity tags, or `*`, matches. A value that is neither matches nothing.
    private static func matches(
        _ value: String,
        _ tag: EntityTag?,
        _ areEqual: (EntityTag, EntityTag) -> Bool
    ) -> Bool {
        // As almost every client sends back what it has been told.
        if let tag, tag.isWritten(as: value) { return areEqual(tag, tag) }
        return switch EntityTagCondition(value) {
        case .any?: true
        case .tags(let tags)?: if let tag { tags.contains { areEqual($0, tag) } } else { false }
        case nil: false
        }
    }
}
