public import HTTPTypes

/// The answer to a request, before its first byte: what the hooks of a view can change.
public struct DownloadResponse: Sendable {
    /// What follows the head.
    public enum Content: Sendable, Hashable {
        /// Nothing.
        case none
        /// The view's file, or the parts of it that the plan names.
        case file
        /// These bytes.
        case bytes([UInt8])
    }

    public var status: HTTPResponse.Status
    public var headerFields: HTTPFields
    public var content: Content

    public init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], content: Content = .none) {
        self.status = status
        self.headerFields = headerFields
        self.content = content
    }
}
