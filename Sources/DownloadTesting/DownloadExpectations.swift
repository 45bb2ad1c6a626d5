public import DownloadCore
import HTTPTypes

/// What a response was expected to be and is not.
public struct UnexpectedDownload: Error, CustomStringConvertible {
    /// One sentence for each difference.
    public var differences: [String]

    /// Where it was expected: file and line.
    public var location: String

    public var description: String { "\(location): \(differences.joined(separator: "; "))" }
}

extension RecordedResponse {
    /// Compares the response with a download; what is nil is not compared.
    ///
    /// The counterpart of django-downloadview's `assert_download_response`. Whatever is expected, the response must have ended
    /// properly, with as many bytes as its Content-Length says, and without running the generator for HEAD, 304, 412 and 416.
    ///
    /// - Parameters:
    ///   - content: The bytes that the client receives; of a response to HEAD, those that GET would give.
    ///   - basename: The name that the client saves the file under, as `filename*` or else `filename` tells it.
    ///   - mimeType: How Content-Type begins; parameters need not be named.
    ///   - attachment: Whether the client is asked to save the file (true) or to show it.
    ///   - size: The value of Content-Length, in bytes.
    /// - Returns: One sentence for each difference; empty if there is none.
    public func differences(
        content: [UInt8]? = nil,
        basename: String? = nil,
        mimeType: String? = nil,
        attachment: Bool? = nil,
        size: Int64? = nil
    ) -> [String] {
        var differences = integrityDifferences
        func expect<Value: Equatable>(_ expected: Value?, _ actual: Value?, _ what: String) {
            guard let expected, expected != actual else { return }
            differences.append("\(what) is \(actual.map { "\($0)" } ?? "missing"), expected \(expected)")
        }
        let disposition = RecordedDisposition(headerFields[.contentDisposition] ?? "")
        if status != .ok && status != .partialContent {
            differences.append("the status is \(status), expected 200 or 206")
        }
        if method != .head, let content, content != body {
            differences.append(
                "the content has \(body.count) bytes \(Self.excerpt(body)), expected \(Self.excerpt(content))"
            )
        }
        expect(basename, disposition.filename, "the basename")
        expect(attachment.map { $0 ? "attachment" : "inline" }, disposition.kind, "the disposition")
        expect(size.map(String.init), headerFields[.contentLength], "Content-Length")
        if let mimeType, headerFields[.contentType]?.hasPrefix(mimeType) != true {
            differences.append("Content-Type is \(headerFields[.contentType] ?? "missing"), expected \(mimeType)")
        }
        return differences
    }

    /// What is wrong with the response whatever was expected.
    fileprivate var integrityDifferences: [String] {
        var differences: [String] = []
        if let failure {
            differences.append("the download failed after \(body.count) bytes: \(failure)")
        } else if !isFinished {
            differences.append("the response was not finished")
        }
        let hasNoContent = method == .head || status == .notModified
        if hasNoContent && !body.isEmpty { differences.append("there are \(body.count) bytes where none may be") }
        if !hasNoContent, let length = headerFields[.contentLength], length != String(body.count) {
            differences.append("Content-Length is \(length), but \(body.count) bytes were sent")
        }
        if ranGenerator && (hasNoContent || status == .preconditionFailed || status == .rangeNotSatisfiable) {
            differences.append("the generator ran for \(method) answered by \(status)")
        }
        return differences
    }

    private static func excerpt(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(60), as: UTF8.self).debugDescription + (bytes.count > 60 ? "…" : "")
    }
}

/// Checks a recorded response; what is nil is not compared.
///
///     let response = try await TextDownloadView().response(to: .get())
///     try expectDownload(response, content: "Hello world!\n", basename: "hello-world.txt", attachment: true)
///
/// It needs no testing library: under Swift Testing and XCTest alike, an error that a test throws is its failure.
///
/// - Throws: ``UnexpectedDownload`` with everything that ``RecordedResponse/differences(content:basename:mimeType:attachment:size:)``
///   finds.
public func expectDownload(
    _ response: RecordedResponse,
    content: String? = nil,
    basename: String? = nil,
    mimeType: String? = nil,
    attachment: Bool? = nil,
    size: Int64? = nil,
    fileID: String = #fileID,
    line: Int = #line
) throws {
    let differences = response.differences(
        content: content.map { Array($0.utf8) },
        basename: basename,
        mimeType: mimeType,
        attachment: attachment,
        size: size
    )
    guard differences.isEmpty else {
        throw UnexpectedDownload(differences: differences, location: "\(fileID):\(line)")
    }
}

/// Downloads from a view and checks what comes, and then that HEAD has the same head, and that neither HEAD nor a 304 runs the
/// generator; what is nil is not compared.
///
///     try await expectDownload(from: TextDownloadView(), content: "Hello world!\n", size: 13)
///
/// - Parameter request: A GET.
/// - Throws: ``UnexpectedDownload`` with every difference; what the view throws before its first byte and does not answer.
public func expectDownload(
    from view: some VirtualDownloadView,
    for request: DownloadRequest = .get(),
    content: String? = nil,
    basename: String? = nil,
    mimeType: String? = nil,
    attachment: Bool? = nil,
    size: Int64? = nil,
    fileID: String = #fileID,
    line: Int = #line
) async throws {
    let response = try await view.response(to: request)
    var differences = response.differences(
        content: content.map { Array($0.utf8) },
        basename: basename,
        mimeType: mimeType,
        attachment: attachment,
        size: size
    )
    if response.fileRequests != 1 { differences.append("file(for:) was called \(response.fileRequests) times") }
    var head = request
    head.http.method = .head
    let headResponse = try await view.response(to: head)
    differences += headResponse.differences().map { "HEAD: \($0)" }
    if response.status == .ok, headResponse.headerFields != response.headerFields {
        differences.append("HEAD: the header fields are not those of GET")
    }
    if let tag = response.headerFields[.eTag] {
        var conditional = request
        conditional.http.headerFields[.ifNoneMatch] = tag
        let notModified = try await view.response(to: conditional)
        if notModified.status != .notModified {
            differences.append("If-None-Match: the status is \(notModified.status), expected 304")
        }
        differences += notModified.integrityDifferences.map { "If-None-Match: \($0)" }
    }
    guard differences.isEmpty else {
        throw UnexpectedDownload(differences: differences, location: "\(fileID):\(line)")
    }
}
