// A toolchain's static runtime comes without the testing library.
#if canImport(Testing)
public import DownloadCore
import HTTPTypes
public import Testing

/// Expects a recorded response to be this download; what is nil is not compared.
///
///     let response = try await TextDownloadView().response(to: .get())
///     expectDownload(response, content: "Hello world!\n", basename: "hello-world.txt", attachment: true)
///
/// Each of ``RecordedResponse/differences(content:basename:mimeType:contentType:attachment:size:)`` becomes an issue of
/// the running test; under another testing library, compare those with an empty array.
public func expectDownload(
    _ response: RecordedResponse,
    content: String? = nil,
    basename: String? = nil,
    mimeType: String? = nil,
    contentType: String? = nil,
    attachment: Bool? = nil,
    size: Int64? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    record(
        response.differences(
            content: content.map { Array($0.utf8) },
            basename: basename,
            mimeType: mimeType,
            contentType: contentType,
            attachment: attachment,
            size: size
        ),
        at: sourceLocation
    )
}

/// Expects a recorded response to be the download of these bytes, as
/// ``expectDownload(_:content:basename:mimeType:contentType:attachment:size:sourceLocation:)`` does of a text.
public func expectDownload(
    _ response: RecordedResponse,
    content: [UInt8],
    basename: String? = nil,
    mimeType: String? = nil,
    contentType: String? = nil,
    attachment: Bool? = nil,
    size: Int64? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let differences = response.differences(
        content: content,
        basename: basename,
        mimeType: mimeType,
        contentType: contentType,
        attachment: attachment,
        size: size
    )
    record(differences, at: sourceLocation)
}

private func record(_ differences: [String], at sourceLocation: SourceLocation) {
    for difference in differences { Issue.record("\(difference)", sourceLocation: sourceLocation) }
}

/// Downloads from a view and expects this; then expects that HEAD has the same head, that a matching If-None-Match
/// gives 304, and that neither these nor a 304 to If-Modified-Since run the generator. What is nil is not compared.
///
///     try await expectDownload(from: TextDownloadView(), content: "Hello world!\n", size: 13)
///
/// - Parameter request: A GET.
/// - Throws: What the view throws before its first byte and does not answer.
public func expectDownload(
    from view: some VirtualDownloadView,
    for request: DownloadRequest = .get(),
    content: String? = nil,
    basename: String? = nil,
    mimeType: String? = nil,
    contentType: String? = nil,
    attachment: Bool? = nil,
    size: Int64? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    try await expect(
        from: view,
        for: request,
        differences: {
            $0.differences(
                content: content.map { Array($0.utf8) },
                basename: basename,
                mimeType: mimeType,
                contentType: contentType,
                attachment: attachment,
                size: size
            )
        },
        at: sourceLocation
    )
}

/// Downloads from a view and expects these bytes, as
/// ``expectDownload(from:for:content:basename:mimeType:contentType:attachment:size:sourceLocation:)`` does of a text.
public func expectDownload(
    from view: some VirtualDownloadView,
    for request: DownloadRequest = .get(),
    content: [UInt8],
    basename: String? = nil,
    mimeType: String? = nil,
    contentType: String? = nil,
    attachment: Bool? = nil,
    size: Int64? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    try await expect(
        from: view,
        for: request,
        differences: {
            $0.differences(
                content: content,
                basename: basename,
                mimeType: mimeType,
                contentType: contentType,
                attachment: attachment,
                size: size
            )
        },
        at: sourceLocation
    )
}

private func expect(
    from view: some VirtualDownloadView,
    for request: DownloadRequest,
    differences: (RecordedResponse) -> [String],
    at sourceLocation: SourceLocation
) async throws {
    let response = try await view.response(to: request)
    record(differences(response) + response.misspellings, at: sourceLocation)
    #expect(response.fileRequests == 1, "file(for:) is called once", sourceLocation: sourceLocation)
    if view.methods.optionValue?.contains(.head) == true {
        var head = request
        head.http.method = .head
        let response = response.status == .ok ? response : try await view.response(to: request.unconditional)
        let headResponse = try await view.response(to: head.unconditional)
        expectDownload(headResponse, sourceLocation: sourceLocation)
        #expect(headResponse.headerFields == response.headerFields, "HEAD", sourceLocation: sourceLocation)
    }
    if let tag = response.headerFields[.eTag] {
        var conditional = request.unconditional
        conditional.http.headerFields[.ifNoneMatch] = tag
        let notModified = try await view.response(to: conditional)
        #expect(notModified.status == .notModified, "If-None-Match", sourceLocation: sourceLocation)
        #expect(notModified.integrityDifferences.isEmpty, "If-None-Match", sourceLocation: sourceLocation)
    }
    if let date = response.headerFields[.lastModified] {
        // Whether it is modified is for the file to say, whatever its date is.
        var conditional = request.unconditional
        conditional.http.headerFields[.ifModifiedSince] = date
        record(try await view.response(to: conditional).integrityDifferences, at: sourceLocation)
    }
}

extension DownloadRequest {
    /// The same request for the whole file.
    fileprivate var unconditional: DownloadRequest {
        var copy = self
        let names: [HTTPField.Name] = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange, .range]
        for name in names { copy.http.headerFields[name] = nil }
        return copy
    }
}
#endif
