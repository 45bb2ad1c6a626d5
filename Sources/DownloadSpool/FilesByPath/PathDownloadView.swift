public import DownloadCore

/// Offers the files of a folder: django-downloadview's `PathDownloadView`, with a path from the client.
///
///     Route("/reports/{path*}", PathDownloadView(FileRoot("/srv/reports")))
///
/// For options of a download, or to look at who asks, write a view whose `VirtualDownloadView.file(for:)` returns a
/// ``PathFile``.
public struct PathDownloadView: VirtualDownloadView {
    private let root: FileRoot
    private let path: @Sendable (DownloadRequest) throws -> String
    public let attachment: Bool

    /// - Parameters:
    ///   - root: The folder.
    ///   - attachment: Whether the client is asked to save the files (the default) or to show them.
    ///   - path: The path of the file below the root. The default is the parameter `path` of the route.
    public init(
        _ root: FileRoot,
        attachment: Bool = true,
        path: @escaping @Sendable (DownloadRequest) throws -> String = { try $0.parameter("path") }
    ) {
        self.root = root
        self.attachment = attachment
        self.path = path
    }

    public func file(for request: DownloadRequest) async throws -> PathFile {
        try await PathFile(path(request), in: root)
    }
}
