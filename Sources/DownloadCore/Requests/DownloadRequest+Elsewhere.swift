public import HTTPTypes

// What other libraries call it, so that the compiler says what it is called here.

extension DownloadRequest {
    /// Not called so here.
    @available(*, unavailable, renamed: "headerFields")
    public var headers: HTTPFields { headerFields }
}

extension DownloadError {
    /// Not called so here.
    @available(*, unavailable, message: "write throw FileNotFound(), or DownloadError(.notFound) with a reason")
    public static var notFound: DownloadError { DownloadError(.notFound) }
}

extension VirtualFile {
    /// Not called so here.
    @available(*, unavailable, message: "write VirtualFile(TextIteratorIO(rows), name: …)")
    public init<Rows: Sequence & Sendable>(_ rows: Rows, name: String) where Content == TextIteratorIO<Rows> {
        self.init(TextIteratorIO(rows), name: name)
    }
}
