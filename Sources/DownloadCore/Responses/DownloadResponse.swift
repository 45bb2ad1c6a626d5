public import HTTPTypes

/// The answer to a request, before its first byte: what the hooks of a view can change.
public struct DownloadResponse: Sendable {
    /// What follows the head.
    public struct Content: Sendable, Hashable {
        /// Where it comes from; more may be added.
        package enum Storage: Sendable, Hashable {
            case none
            case file
            case bytes([UInt8])
        }

        package let storage: Storage

        /// Nothing.
        public static var none: Content { Content(storage: .none) }
        /// The view's file, or the parts of it that the client has asked for.
        public static var file: Content { Content(storage: .file) }
        /// These bytes.
        public static func bytes(_ bytes: [UInt8]) -> Content { Content(storage: .bytes(bytes)) }
        /// The UTF-8 encoding of a text.
        public static func text(_ text: String) -> Content { .bytes(Array(text.utf8)) }

        /// The bytes of a content that is in memory, none for ``none``; nil for any other.
        public var bytes: [UInt8]? {
            switch storage {
            case .none: []
            case .bytes(let bytes): bytes
            case .file: nil
            }
        }
    }

    /// The status that the client is told.
    public var status: HTTPResponse.Status
    /// The header fields that the client is told.
    public var headerFields: HTTPFields
    /// What follows the head.
    public var content: Content

    /// Creates a response; without content unless it is said what.
    public init(status: HTTPResponse.Status, headerFields: HTTPFields = [:], content: Content = .none) {
        self.status = status
        self.headerFields = headerFields
        self.content = content
    }
}
