internal import HTTPTypes

extension DownloadRequest {
    /// The values of a form that was sent as the content, decoded again at each call; none if the request has no
    /// content.
    ///
    ///     let orders = try request.form.all("order")
    ///
    /// Its view has to answer POST (`VirtualDownloadView.methods`).
    ///
    /// - Throws: ``DownloadError`` 415 for content of another type than `application/x-www-form-urlencoded`, such as
    ///   `multipart/form-data`, which browsers send for a form with files; `DownloadError` 400 for an invalid
    ///   percent-encoding, and for what is not UTF-8. A view lets them pass.
    public var form: QueryItems {
        get throws(DownloadError) {
            guard !body.isEmpty else { return try QueryItems("") }
            let type = (headerFields[.contentType] ?? "").utf8.prefix { $0 != UInt8(ascii: ";") }
            guard Substring(type).trimmed.isOctetEqualIgnoringCase(to: "application/x-www-form-urlencoded") else {
                throw DownloadError(
                    .unsupportedMediaType,
                    reason: "the content must be of the type application/x-www-form-urlencoded"
                )
            }
            guard let text = String(validating: body, as: UTF8.self) else { throw QueryItems.notUTF8 }
            return try QueryItems(text)
        }
    }
}
