public import HTTPTypes

/// A view that is one function: Django's function-based view.
///
///     Route("/hello") { request in
///         ContentFile("Hello \(request.user ?? "world")!\n", name: "hello.txt")
///     }
///
/// The file that the function returns says how it is downloaded: whether it is saved or shown, its caching and its
/// header fields are options of the file. A type of its own is for a view with hooks, or one that is used twice.
public struct FunctionView<File: DownloadFile>: VirtualDownloadView {
    public let methods: [HTTPRequest.Method]
    /// Where it is written: what tells it from others of the same type.
    fileprivate let place: String
    private let makeFile: @Sendable (DownloadRequest) async throws -> File

    /// Makes a view of a function.
    ///
    /// - Parameters:
    ///   - methods: What the view answers; anything else is answered 405.
    ///   - fileID: Where the function is written; leave it out, and the next two.
    ///   - file: The view's ``VirtualDownloadView/file(for:)``.
    public init(
        methods: [HTTPRequest.Method] = [.get, .head, .options],
        fileID: StaticString = #fileID,
        line: Int = #line,
        column: Int = #column,
        _ file: @escaping @Sendable (DownloadRequest) throws -> File
    ) {
        self.methods = methods
        place = "\(fileID):\(line):\(column)"
        makeFile = file
    }

    /// Makes a view of an asynchronous function.
    ///
    /// - Parameters:
    ///   - methods: What the view answers; anything else is answered 405.
    ///   - fileID: Where the function is written; leave it out, and the next two.
    ///   - file: The view's ``VirtualDownloadView/file(for:)``.
    @_disfavoredOverload
    public init(
        methods: [HTTPRequest.Method] = [.get, .head, .options],
        fileID: StaticString = #fileID,
        line: Int = #line,
        column: Int = #column,
        _ file: @escaping @Sendable (DownloadRequest) async throws -> File
    ) {
        self.methods = methods
        place = "\(fileID):\(line):\(column)"
        makeFile = file
    }

    public func file(for request: DownloadRequest) async throws -> File {
        try await makeFile(request)
    }
}

extension VirtualDownloadView {
    /// What tells this kind of view from others, in every process of the program: its type, and of a ``FunctionView``,
    /// of which many have the same type, the place too.
    package var kind: String { String(reflecting: Self.self) + places.map { " \($0)" }.joined() }

    /// Where the functions are written that this view is made of.
    private var places: [String] {
        if let view = self as? any PlacedView { return [view.place] }
        return (self as? any WrappedDownloadView)?.base.places ?? []
    }
}

/// A view that its type alone does not tell from others.
private protocol PlacedView {
    var place: String { get }
}

extension FunctionView: PlacedView {}
