public import DownloadCore
public import HTTPTypes

/// A view at a path.
///
/// The pattern's segments are literal, or have a parameter, whose value, percent-decoded, is in
/// ``/DownloadCore/DownloadRequest/parameters``:
///
/// | pattern | matches | not found |
/// | --- | --- | --- |
/// | `/export/{year}` | `/export/2026` | `/export/`, `/export/2026/` |
/// | `/invoices/{id}.pdf` | `/invoices/a-7.pdf` | `/invoices/.pdf` |
/// | `/orders/{id:int}` | `/orders/7` | `/orders/07`, `/orders/x` |
/// | `/files/{path*}` | `/files/a/b.txt` | `/files`, `/files/a//b.txt` |
///
/// A literal segment is preferred to a parameter, and one that says more of a segment to one that says less. A pattern
/// is written as in a URL, or without encoding what is not `%`, `?`, `#`, `{` or `}`: `/a%20b` and `/a b` are the same.
/// A slash more is another path: `/a/` and `//a` are not `/a`, and only the latter can be registered.
///
/// An encoded slash (`%2F`) is part of the value of `{name}`, and never in that of `{path*}`; behind web servers that
/// take it for a separator, which are most but Apache, the path is not found.
public struct Route: Sendable {
    /// Where the view is, as it was written.
    public let pattern: String
    /// What answers there.
    public let view: any VirtualDownloadView
    /// What is around the view, the outermost first.
    var middleware: [any DownloadMiddleware] = []

    /// Registers `view` at `pattern`, for instance `/export/{year}/orders.csv`.
    public init(_ pattern: String, _ view: some VirtualDownloadView) {
        self.pattern = pattern
        self.view = view
    }

    /// Registers a view that is one function; see ``/DownloadCore/FunctionView``.
    ///
    ///     Route("/invoices/{id}.pdf") { request in try invoices.file(request.parameter("id")) }
    ///
    /// - Parameters:
    ///   - methods: What the view answers; anything else is answered 405.
    ///   - fileID: Where the function is written; leave it out, and the next two.
    ///   - file: The view's `file(for:)`.
    public init<File: DownloadFile>(
        _ pattern: String,
        methods: [HTTPRequest.Method] = [.get, .head, .options],
        fileID: StaticString = #fileID,
        line: Int = #line,
        column: Int = #column,
        file: @escaping @Sendable (DownloadRequest) throws -> File
    ) {
        self.init(pattern, FunctionView(methods: methods, fileID: fileID, line: line, column: column, file))
    }

    /// Registers a view that is one asynchronous function.
    ///
    ///     Route("/terms.pdf") { _ in try await PathFile("terms.pdf", in: documents) }
    ///
    /// - Parameters:
    ///   - methods: What the view answers; anything else is answered 405.
    ///   - fileID: Where the function is written; leave it out, and the next two.
    ///   - file: The view's `file(for:)`.
    @_disfavoredOverload
    public init<File: DownloadFile>(
        _ pattern: String,
        methods: [HTTPRequest.Method] = [.get, .head, .options],
        fileID: StaticString = #fileID,
        line: Int = #line,
        column: Int = #column,
        file: @escaping @Sendable (DownloadRequest) async throws -> File
    ) {
        self.init(pattern, FunctionView(methods: methods, fileID: fileID, line: line, column: column, file))
    }
}

extension Route {
    /// The same route with middleware around its view, the outermost first, inside of what is around it already.
    public func middleware(_ middleware: any DownloadMiddleware...) -> Route {
        var copy = self
        copy.middleware += middleware
        return copy
    }

    fileprivate func mapView(_ transform: (any VirtualDownloadView) -> any VirtualDownloadView) -> Route {
        func route(_ view: some VirtualDownloadView) -> Route {
            var copy = Route(pattern, view)
            copy.middleware = middleware
            return copy
        }
        return route(transform(view))
    }
}

/// The routes of an application, in their order.
///
/// A group of them shares middleware:
///
///     Routes {
///         Route("/reports/{id}.csv", ReportView())
///         Route("/invoices/{id}.pdf", InvoiceView())
///     }
///     .middleware(BasicAuthentication(realm: "Reports", verify: accounts.check), RateLimit(60, per: .seconds(60)))
public struct Routes: Sendable, Sequence {
    var routes: [Route]

    /// Routes one after the other, as in the body of ``DownloadApplication/routes``.
    public init(@RoutesBuilder _ build: () -> Routes) {
        self = build()
    }

    init(_ routes: [Route]) {
        self.routes = routes
    }

    /// The same routes with middleware around them, the outermost first, and around the middleware of each.
    public func middleware(_ middleware: any DownloadMiddleware...) -> Routes {
        Routes(
            routes.map { route in
                var copy = route
                copy.middleware = middleware + route.middleware
                return copy
            }
        )
    }

    /// The same routes with another view in place of each:
    ///
    ///     Routes { … }.mapViews { $0.compressed() }
    ///
    /// - Parameter transform: Makes a view of another one, for instance by a modifier of views.
    public func mapViews(_ transform: (any VirtualDownloadView) -> any VirtualDownloadView) -> Routes {
        Routes(routes.map { $0.mapView(transform) })
    }

    public func makeIterator() -> IndexingIterator<[Route]> { routes.makeIterator() }
}

/// Collects the routes of an application.
@resultBuilder
public enum RoutesBuilder {
    public static func buildExpression(_ route: Route) -> Routes { Routes([route]) }
    public static func buildExpression(_ routes: Routes) -> Routes { routes }
    public static func buildBlock(_ parts: Routes...) -> Routes { Routes(parts.flatMap(\.routes)) }
    public static func buildArray(_ parts: [Routes]) -> Routes { Routes(parts.flatMap(\.routes)) }
    public static func buildOptional(_ part: Routes?) -> Routes { part ?? Routes([]) }
    public static func buildEither(first part: Routes) -> Routes { part }
    public static func buildEither(second part: Routes) -> Routes { part }
}
