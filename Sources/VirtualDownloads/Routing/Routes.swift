public import DownloadCore

/// A view at a path.
///
/// The pattern's segments are literal, or `{name}` for one segment that may be anything; its value, percent-decoded, is in
/// ``/DownloadCore/DownloadRequest/parameters``. A literal segment is preferred to a parameter. It is written as in a URL, or without encoding
/// what is no `%`, `?`, `#`, `{` or `}`: `/a%20b` and `/a b` are the same. A slash at the end of a request's path is not the
/// same path: `/a` and `/a/` differ, and only the first can be registered. In a request `%2F` is a slash like any other, so that no
/// value has one: what may have slashes belongs into the query.
public struct Route: Sendable {
    /// Where the view is, as it was written.
    public let pattern: String
    /// What answers there.
    public let view: any VirtualDownloadView

    /// Registers `view` at `pattern`, for instance `/export/{year}/orders.csv`.
    public init(_ pattern: String, _ view: some VirtualDownloadView) {
        self.pattern = pattern
        self.view = view
    }
}

/// The routes of an application, in their order.
public struct Routes: Sendable, Sequence {
    var routes: [Route]

    /// Routes one after the other, as in the body of ``DownloadApplication/routes``.
    public init(@RoutesBuilder _ build: () -> Routes) {
        self = build()
    }

    init(_ routes: [Route]) {
        self.routes = routes
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
