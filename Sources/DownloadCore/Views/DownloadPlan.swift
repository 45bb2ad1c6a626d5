public import HTTPTypes

/// What answers one request for a file: decided from values alone, before any content is produced.
///
/// The preconditions are looked at in the order of RFC 9110 §13.2.2, then Range and If-Range by its section 14. HEAD, 304, 412
/// and 416 send nothing of the file.
///
/// There are ranges only if the file has a size, a strong entity tag, and is repeatable or can start in the middle. A content
/// that cannot start in the middle is produced once more and cut: bounded by ``VirtualDownloadView/maximumSkip``, and only
/// if several ranges ascend; otherwise the answer is the whole file. So it is for more than 100 ranges, and for several ranges
/// of a file with a content coding. Ranges that overlap or touch are sent as one.
public struct DownloadPlan: Sendable, Hashable {
    /// What of the file follows the head.
    public enum Body: Sendable, Hashable {
        /// Nothing.
        case nothing
        /// All of it.
        case whole
        /// The bytes of one range.
        case range(Range<Int64>)
        /// Several ranges, each with a head of its own.
        case parts(MultipartByteRanges)
    }

    public var status: HTTPResponse.Status
    public var headerFields: HTTPFields
    public var body: Body
    /// How many bytes follow the head.
    public var extent: ContentExtent

    /// Plans the answer of `view` to a request for `file`.
    ///
    /// No content is produced, and the file's size is looked at only if the preconditions let the request proceed.
    ///
    /// - Parameters:
    ///   - request: The header fields of the request.
    ///   - mediaTypes: Evaluated only if neither the view nor the file says the media type.
    public init<View: VirtualDownloadView>(
        method: HTTPRequest.Method,
        headerFields request: HTTPFields,
        file: View.File,
        view: View,
        mediaTypes: @autoclosure () -> MediaTypeTable = .builtIn
    ) {
        let conditions = RequestConditions(request)
        let tag = file.entityTag
        let date = file.modificationDate
        let outcome = conditions.outcome(
            for: method,
            tag: tag,
            date: date,
            wasModified: { view.wasModified(file, since: $0) }
        )
        switch outcome {
        case .failed:
            self.init(status: .preconditionFailed)
            return
        case .notModified:
            self.init(status: .notModified)
            // The tag says all that the date would (RFC 9110 §15.4.5).
            appendCaching(of: view, tag: tag, date: tag == nil ? date : nil)
            return
        case .proceed:
            break
        }
        // A negative size is a mistake of the view, and is taken for none.
        let size = file.size.flatMap { $0 < 0 ? nil : $0 }
        let isRead = method == .get || method == .head
        let support = isRead ? RangeSupport(of: file, size: size, tag: tag, in: view) : .none
        var selection = RangeSelection.whole
        // Range means something for GET alone (RFC 9110 §14.2).
        if method == .get, support != .none, let size, let range = conditions.range,
            conditions.rangeApplies(to: tag, modified: date)
        {
            selection = RangeSelection(range, size: size, support: support)
            if selection == .unsatisfiable {
                self.init(status: .rangeNotSatisfiable)
                append(.contentRange, ContentRange.unsatisfied(size: size).description)
                headerFields.append(.acceptsByteRanges)
                return
            }
        }
        self.init(status: .ok)
        let name = view.basename ?? file.name
        appendContent(
            selection,
            type: view.contentType(of: file, named: name, by: mediaTypes),
            encoding: view.encoding,
            size: size,
            tag: tag
        )
        if support != .none { headerFields.append(.acceptsByteRanges) }
        let disposition = ContentDisposition(view.attachment ? .attachment : .inline, filename: name)
        append(.contentDisposition, disposition.description)
        appendCaching(of: view, tag: tag, date: date)
        if let digest = file.digest { append(.reprDigest, digest.description) }
        headerFields.append(.noSniffing)
        headerFields.append(.noBuffering)
        if method == .head {
            body = .nothing
            extent = .none
        }
    }

    /// A plan that sends nothing of the file.
    private init(status: HTTPResponse.Status) {
        self.status = status
        body = .nothing
        extent = .none
        headerFields = HTTPFields()
        // A 206 has eleven; growing the storage step by step costs more than all the values.
        headerFields.reserveCapacity(12)
    }

    /// Appends a field that is not there yet; the subscript would look for it.
    private mutating func append(_ name: HTTPField.Name, _ value: String) {
        headerFields.append(HTTPField(name: name, value: value))
    }

    /// Sets the body, and appends what describes the bytes that are sent.
    private mutating func appendContent(
        _ selection: RangeSelection,
        type: String,
        encoding: String?,
        size: Int64?,
        tag: EntityTag?
    ) {
        var sentType = type
        var length = size
        body = .whole
        if let size, let tag {
            switch selection {
            case .one(let range):
                status = .partialContent
                body = .range(range)
                length = range.upperBound - range.lowerBound
                append(.contentRange, ContentRange(range, of: size).description)
            case .several(let ranges) where encoding == nil:
                // A content coding would seem to be that of the frame, not of the parts.
                let frame = MultipartByteRanges(ranges: ranges, size: size, partType: type, tag: tag)
                status = .partialContent
                body = .parts(frame)
                length = frame.byteCount
                sentType = frame.contentType
            case .whole, .several, .unsatisfiable:
                break
            }
        }
        append(.contentType, sentType)
        if let length {
            append(.contentLength, String(length))
            extent = .exactly(length)
        } else {
            extent = .unknown
        }
        if let encoding { append(.contentEncoding, encoding) }
    }

    /// Appends what a cache needs, which a 304 repeats (RFC 9110 §15.4.5).
    private mutating func appendCaching<View: VirtualDownloadView>(of view: View, tag: EntityTag?, date: HTTPDate?) {
        if let tag { append(.eTag, tag.description) }
        if let date { append(.lastModified, date.description) }
        if let cacheControl = view.cacheControl { append(.cacheControl, cacheControl) }
        if let expires = view.expires { append(.expires, expires.description) }
        let vary = view.vary
        if !vary.isEmpty { append(.vary, vary.map(\.rawName).joined(separator: ", ")) }
    }
}

extension VirtualDownloadView {
    /// The value of Content-Type: the view's media type, or the file's, or one guessed from the name, with the charset of a text.
    fileprivate func contentType(of file: File, named name: String, by mediaTypes: () -> MediaTypeTable) -> String {
        if let type = mimeType ?? file.contentType { return MediaType.contentType(type, charset: charset) }
        let type = mediaTypes().mediaType(forName: name) ?? MediaType.unknown
        return MediaType.contentType(plain: type, charset: charset)
    }
}
