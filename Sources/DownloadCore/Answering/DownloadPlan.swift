package import HTTPTypes

/// What answers one request for a file: decided from values alone, before any content is produced.
///
/// The preconditions are looked at in the order of RFC 9110 §13.2.2, then Range and If-Range by its section 14. HEAD,
/// 304, 412 and 416 send nothing of the file.
///
/// There are ranges only if the file has a size, a strong entity tag, and is repeatable or is seekable. A content
/// that is not seekable is produced once more and cut: bounded by ``ViewOptions/maximumSkippedBytes``, and only
/// if several ranges ascend; otherwise the answer is the whole file. So it is for more than 100 ranges, and for several
/// ranges of a file with a content coding. Ranges that overlap or touch are sent as one.
///
/// Every 200 says whether there are ranges (RFC 9110 §14.3). Where it says nothing, web servers (lighttpd) cut a range
/// out of the answer themselves, and a client joins the parts of two different contents.
package struct DownloadPlan: Sendable, Hashable {
    /// What of the file follows the head.
    package enum Body: Sendable, Hashable {
        /// Nothing.
        case nothing
        /// All of it.
        case whole
        /// The bytes of one range.
        case range(Range<Int64>)
        /// Several ranges, each with a head of its own.
        indirect case parts(MultipartByteRanges)
    }

    package var status: HTTPResponse.Status
    package var headerFields: HTTPFields
    package var body = Body.nothing
    /// How many bytes follow the head.
    package var extent = ContentExtent.none
    /// The content coding that the file says itself it is in; nil for none, and for one that is the view's option.
    package var fileEncoding: WireText?
    /// The name of a file whose media type nobody says and nothing is known of by its name; nil if it is known.
    package var untypedName: WireText?
}

// In extensions, here and below, so that the memberwise initializers stay: one that is written out costs a copy of the
// whole.
extension DownloadPlan {
    /// Plans the answer of `view` to a request for `file`.
    ///
    /// No content is produced, and the file's size is looked at only if the preconditions let the request proceed.
    ///
    /// - Parameters:
    ///   - request: The header fields of the request.
    ///   - receivedAt: When the request came; `Last-Modified` is no later (RFC 9110 §8.8.2.1). Nil leaves it as the
    ///     file has it.
    ///   - mediaTypes: Evaluated only if neither the view nor the file says the media type.
    package init<View: VirtualDownloadView>(
        method: HTTPRequest.Method,
        headerFields request: HTTPFields,
        receivedAt: HTTPDate? = nil,
        file: View.File,
        view: View,
        mediaTypes: @autoclosure () -> MediaTypeTable = .builtIn
    ) {
        let conditions = RequestConditions(request)
        let own = file.statedOptions
        let defaults = view.statedOptions
        let properties = file.statedProperties
        let tag = properties.entityTag
        let date = properties.modificationDate
        let outcome = conditions.outcome(
            for: method,
            receivedAt: receivedAt,
            tag: tag,
            date: date,
            wasModified: { view.wasModified(file, since: $0) }
        )
        let lastModified = date.map { min($0, receivedAt ?? $0) }
        switch outcome {
        case .failed:
            self.init(status: .preconditionFailed, headerFields: [:])
            return
        case .notModified:
            var fields = FieldList()
            // The tag says all that the date would (RFC 9110 §15.4.5).
            fields.appendCaching(by: own, or: defaults, tag: tag, lastModified: tag == nil ? lastModified : nil)
            fields.append(furtherFieldsOf: own, and: defaults)
            self.init(status: .notModified, headerFields: fields.headerFields)
            return
        case .proceed:
            break
        }
        // A negative size is a mistake of the view, and is taken for none.
        let size = file.statedSize.flatMap { $0 < 0 ? nil : $0 }
        let isRead = method == .get || method == .head
        let support = isRead ? RangeSupport(of: properties, size: size, in: view) : .none
        var selection = RangeSelection.whole
        // Range means something for GET alone (RFC 9110 §14.2).
        if method == .get, support != .none, let size, let range = conditions.range,
            conditions.rangeApplies(to: tag, modified: date, receivedAt: receivedAt)
        {
            selection = RangeSelection(range, size: size, support: support)
            if support == .seeks, selection.skippedBytes(by: file) > view.maximumSkippedBytes.optionValue ?? 4 << 20 {
                selection = .tooCostly
            }
            if selection == .unsatisfiable {
                self.init(
                    status: .rangeNotSatisfiable,
                    headerFields: [
                        .contentRange: ContentRange.unsatisfied(size: size).description, .acceptRanges: "bytes",
                    ]
                )
                return
            }
        }
        let name = DownloadName(own.basename.nonEmpty ?? defaults.basename.nonEmpty ?? file.name)
        let knownType = Self.contentType(of: properties, by: own, or: defaults, named: name, mediaTypes)
        let type = knownType ?? MediaType.unknown
        let encoding = (own.encoding ?? defaults.encoding)
            .flatMap { Self.isIdentity($0) ? nil : $0 }
        let sent = SentContent(selection, of: type, encoding: encoding, size: size, tag: tag)
        // What the web server sends in the file's place has ranges of its own, of which it tells.
        let isElsewhere =
            own.headerFields?.contains(.xAccelRedirect) == true
            || defaults.headerFields?.contains(.xAccelRedirect) == true
        let hasRanges = support != .none && selection != .tooCostly
        var fields = FieldList(isElsewhere ? FieldList.plain : hasRanges ? FieldList.ranged : FieldList.unranged)
        if let range = sent.contentRange { fields.append(.contentRange, range) }
        fields.append(.contentType, sent.type)
        if let length = sent.extent.byteCount { fields.append(.contentLength, String(length)) }
        if let encoding { fields.append(.contentEncoding, encoding) }
        let isAttachment = own.attachment ?? defaults.attachment ?? true
        fields.append(.contentDisposition, ContentDisposition.value(isAttachment ? .attachment : .inline, name))
        fields.appendCaching(by: own, or: defaults, tag: tag, lastModified: lastModified)
        if let digest = properties.digest { fields.append(.reprDigest, digest.description) }
        fields.append(furtherFieldsOf: own, and: defaults)
        let isHead = method == .head
        self.init(
            status: sent.status,
            headerFields: fields.headerFields,
            body: isHead ? .nothing : sent.body,
            extent: isHead ? .none : sent.extent,
            fileEncoding: own.encoding == nil ? nil : encoding?.wire,
            untypedName: knownType == nil ? WireText(name?.text ?? "") : nil
        )
    }

    /// Whether a content coding is none, and not to be sent (RFC 9110 §8.4.1).
    private static func isIdentity(_ encoding: String) -> Bool {
        let name = HeaderValue.sanitized(encoding)
        return name.isEmpty || name.isOctetEqualIgnoringCase(to: "identity")
    }
}

/// What is sent of a file, and what the head says about it.
private struct SentContent {
    var status: HTTPResponse.Status
    var body: DownloadPlan.Body
    var extent: ContentExtent
    var type: String
    var contentRange: String?
}

extension SentContent {
    init(_ selection: RangeSelection, of type: String, encoding: String?, size: Int64?, tag: EntityTag?) {
        switch selection {
        case .one(let range):
            self.init(
                status: .partialContent,
                body: .range(range),
                extent: .exactly(range.upperBound - range.lowerBound),
                type: type,
                contentRange: ContentRange(range, of: size).description
            )
            return
        case .several(let ranges) where encoding == nil:
            // A content coding would seem to be that of the frame, not of the parts.
            guard let size, let tag else { break }
            let frame = MultipartByteRanges(ranges: ranges, size: size, partType: type, tag: tag)
            self.init(
                status: .partialContent,
                body: .parts(frame),
                extent: .exactly(frame.byteCount),
                type: frame.contentType
            )
            return
        case .whole, .tooCostly, .several, .unsatisfiable:
            break
        }
        self.init(status: .ok, body: .whole, extent: size.map { .exactly($0) } ?? .unknown, type: type)
    }
}

/// Collects fields of different names: by appending, since the subscript of `HTTPFields` looks for the name first.
private struct FieldList {
    // What each 200 and 206 says; of a file that has ranges, and of one that has none.
    static let plain: HTTPFields = [.xContentTypeOptions: "nosniff", .xAccelBuffering: "no"]
    static let ranged: HTTPFields = [.xContentTypeOptions: "nosniff", .xAccelBuffering: "no", .acceptRanges: "bytes"]
    static let unranged: HTTPFields = [.xContentTypeOptions: "nosniff", .xAccelBuffering: "no", .acceptRanges: "none"]

    private(set) var headerFields: HTTPFields

    init(_ constant: HTTPFields = [:]) {
        headerFields = constant
        // A 206 has eleven.
        headerFields.reserveCapacity(12)
    }

    mutating func append(_ name: HTTPField.Name, _ value: String) {
        headerFields.append(HTTPField(name: name, value: value))
    }

    /// Appends what a cache needs, which a 304 repeats (RFC 9110 §15.4.5).
    mutating func appendCaching(
        by own: StatedOptions,
        or defaults: StatedOptions,
        tag: EntityTag?,
        lastModified: HTTPDate?
    ) {
        if let tag { append(.eTag, tag.description) }
        if let lastModified { append(.lastModified, lastModified.description) }
        if let cacheControl = own.cacheControl ?? defaults.cacheControl, !cacheControl.isEmpty {
            append(.cacheControl, cacheControl)
        }
        if let expires = own.expires ?? defaults.expires { append(.expires, expires.description) }
        var vary = defaults.vary ?? []
        if let further = own.vary { vary += further.filter { !vary.contains($0) } }
        if !vary.isEmpty { append(.vary, vary.map(\.rawName).joined(separator: ", ")) }
    }

    /// Appends the option `headerFields`: the file's fields take the place of the view's, and both that of what is
    /// there.
    mutating func append(furtherFieldsOf own: StatedOptions, and defaults: StatedOptions) {
        if let further = defaults.headerFields { replace(by: further) }
        if let further = own.headerFields { replace(by: further) }
    }

    private mutating func replace(by further: HTTPFields) {
        guard !further.isEmpty else { return }
        let own = further.filter { !Self.isDecidedHere($0.name) }
        for field in own where field.name != .vary { headerFields[field.name] = nil }
        for field in own { headerFields.append(field) }
    }

    /// Whether a field says what of the file is sent, which depends on the request.
    private static func isDecidedHere(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .contentRange || name == .contentType
    }
}

extension DownloadPlan {
    /// The value of Content-Type: the option of the file or the view, or the file's type, or one guessed from the name,
    /// with the charset of a text; nil if nothing is known of the name.
    fileprivate static func contentType(
        of file: StatedProperties,
        by own: StatedOptions,
        or defaults: StatedOptions,
        named name: DownloadName?,
        _ mediaTypes: () -> MediaTypeTable
    ) -> String? {
        let charset = (own.charset ?? defaults.charset).nonEmpty
        guard let type = file.statedMediaType(by: own, or: defaults) else {
            // By the name as the client is told it: blanks and what is not seen are not part of its ending.
            let guess = name.flatMap { mediaTypes().mediaType(forName: $0.text) }
            return guess.map { MediaType.contentType(known: $0, charset: charset) }
        }
        return MediaType.contentType(type, charset: charset)
    }
}

extension StatedProperties {
    /// The media type that the file or the view says; nil if it is to be guessed.
    fileprivate func statedMediaType(by own: StatedOptions, or defaults: StatedOptions) -> String? {
        own.mimeType.nonEmpty ?? defaults.mimeType.nonEmpty ?? contentType
    }
}

extension DownloadFile {
    /// The media type as an answer says it, by the table that is built in; nil if nothing is known of it.
    ///
    /// - Parameter defaults: What the view says.
    package func mediaType(by defaults: StatedOptions) -> String? {
        let own = statedOptions
        if let type = statedProperties.statedMediaType(by: own, or: defaults) { return type }
        let name = DownloadName(own.basename.nonEmpty ?? defaults.basename.nonEmpty ?? name)
        return name.flatMap { MediaTypeTable.mediaType(forName: $0.text) }
    }
}

extension String? {
    /// The text that is said; nil for an empty one, too.
    fileprivate var nonEmpty: String? {
        guard let self, !self.isEmpty else { return nil }
        return self
    }
}
