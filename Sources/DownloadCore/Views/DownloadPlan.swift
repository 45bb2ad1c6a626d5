public import HTTPTypes

/// What answers one request for a file: decided from values alone, before any content is produced.
public struct DownloadPlan: Sendable, Hashable {
    /// What of the file follows the head.
    public enum Body: Sendable, Hashable {
        /// Nothing: HEAD, 304.
        case nothing
        /// All of it.
        case whole
    }

    public var status: HTTPResponse.Status
    public var headerFields: HTTPFields
    public var body: Body

    /// Plans the answer of `view` to a request for `file`. No content is produced.
    public init<View: VirtualDownloadView>(
        method: HTTPRequest.Method,
        headerFields request: HTTPFields,
        file: View.File,
        view: View
    ) {
        let isRead = method == .get || method == .head
        if isRead, let since = request[.ifModifiedSince], !view.wasModified(file, since: since) {
            self.init(status: .notModified, headerFields: [:], body: .nothing)
            return
        }
        self.init(
            status: .ok,
            headerFields: Self.representationFields(of: file, in: view),
            body: method == .head ? .nothing : .whole
        )
    }

    private init(status: HTTPResponse.Status, headerFields: HTTPFields, body: Body) {
        self.status = status
        self.headerFields = headerFields
        self.body = body
    }

    private static func representationFields<View: VirtualDownloadView>(
        of file: View.File,
        in view: View
    ) -> HTTPFields {
        var fields = HTTPFields()
        let name = view.basename ?? file.name
        fields.append(HTTPField(name: .contentType, value: view.contentType(of: file, named: name)))
        let disposition = ContentDisposition(view.attachment ? .attachment : .inline, filename: name)
        fields.append(HTTPField(name: .contentDisposition, value: disposition.description))
        if let size = file.size { fields.append(HTTPField(name: .contentLength, value: String(size))) }
        if let encoding = view.encoding { fields.append(HTTPField(name: .contentEncoding, value: encoding)) }
        fields.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
        fields.append(HTTPField(name: .xAccelBuffering, value: "no"))
        return fields
    }
}

extension VirtualDownloadView {
    /// The value of Content-Type: the view's media type, or the file's, or one guessed from the name, with the charset of a text.
    fileprivate func contentType(of file: File, named name: String) -> String {
        // A file's content type is a whole field value and may have parameters of its own.
        if mimeType == nil, let contentType = file.contentType, contentType.contains(";") { return contentType }
        let type = mimeType ?? file.contentType ?? MediaTypeTable.mediaType(forName: name) ?? "application/octet-stream"
        guard let charset, type.hasPrefix("text/"), !type.contains(";") else { return type }
        return "\(type); charset=\(charset)"
    }
}
