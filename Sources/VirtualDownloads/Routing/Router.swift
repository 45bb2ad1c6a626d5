public import DownloadCore
internal import HTTPTypes

/// Finds the view of a request by its path, and has it answer.
public struct Router: RequestHandler {
    /// One segment's alternatives.
    private final class Node: Sendable {
        let literals: [WireText: Node]
        let parameter: Node?
        let route: (pattern: RoutePattern, view: any VirtualDownloadView)?

        init(routes: [(pattern: RoutePattern, view: any VirtualDownloadView)], depth: Int) {
            var literals: [WireText: [(pattern: RoutePattern, view: any VirtualDownloadView)]] = [:]
            var parameters: [(pattern: RoutePattern, view: any VirtualDownloadView)] = []
            var route: (pattern: RoutePattern, view: any VirtualDownloadView)?
            for candidate in routes {
                guard depth < candidate.pattern.segments.count else {
                    route = candidate
                    continue
                }
                switch candidate.pattern.segments[depth] {
                case .literal(let text): literals[text, default: []].append(candidate)
                case .parameter: parameters.append(candidate)
                }
            }
            self.route = route
            self.literals = literals.mapValues { Node(routes: $0, depth: depth + 1) }
            parameter = parameters.isEmpty ? nil : Node(routes: parameters, depth: depth + 1)
        }

        /// The route of the segments from `depth` on.
        func match(
            _ segments: ArraySlice<WireText>
        ) -> (pattern: RoutePattern, view: any VirtualDownloadView)? {
            guard let first = segments.first else { return route }
            let rest = segments.dropFirst()
            return literals[first]?.match(rest) ?? parameter?.match(rest)
        }
    }

    private let root: Node
    /// A route without parameters. An object, since all threads look at the same one: copying its parts would count each of them.
    private final class LiteralRoute: Sendable {
        let path: String
        let view: any VirtualDownloadView

        init(path: String, view: any VirtualDownloadView) {
            self.path = path
            self.view = view
        }
    }

    /// The routes without parameters, by their whole path.
    private let literalRoutes: [WireText: LiteralRoute]
    private let mountPrefix: [WireText]
    private let mediaTypes: @Sendable () -> MediaTypeTable
    /// What is registered, in the order of registration.
    let registered: [(pattern: RoutePattern, view: any VirtualDownloadView)]

    /// Creates a router.
    ///
    /// - Parameters:
    ///   - mountPrefix: The path that the web server hands to this application, for instance `/downloads`; it is taken off each
    ///     request's path before the routes are looked at, and a path without it is not found.
    ///   - mediaTypes: What guesses a file's media type from its name; evaluated for each request that needs it. The default is
    ///     ``DownloadCore/MediaTypeTable/system``.
    /// - Throws: ``RouteError`` for a pattern that no path would match, for one that is registered twice, and for a prefix that is
    ///   no path.
    public init(
        _ routes: Routes,
        mountPrefix: String = "",
        mediaTypes: @escaping @autoclosure @Sendable () -> MediaTypeTable = .system
    ) throws(RouteError) {
        var registered: [(pattern: RoutePattern, view: any VirtualDownloadView)] = []
        for route in routes.routes {
            let pattern = try RoutePattern(parsing: route.pattern)
            // Two patterns that differ only in the names of their parameters match the same paths.
            if let other = registered.first(where: { $0.pattern.shape == pattern.shape }) {
                throw RouteError("the routes “\(other.pattern)” and “\(pattern)” match the same paths")
            }
            registered.append((pattern, route.view))
        }
        self.registered = registered
        self.mediaTypes = mediaTypes
        root = Node(routes: registered, depth: 0)
        let mountPrefix = try Router.prefixSegments(mountPrefix)
        self.mountPrefix = mountPrefix
        let mountPath = mountPrefix.map { "/\($0)" }.joined()
        // A client has to write these in another way.
        let isWrittenAsItIs = !mountPath.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "#") }
        literalRoutes = Dictionary(
            registered.filter { isWrittenAsItIs && $0.pattern.isLiteral }
                .map {
                    let path = $0.pattern.description
                    return (WireText(mountPath + path), LiteralRoute(path: path, view: $0.view))
                },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The mount prefix as text; empty for none.
    var mountPath: String { mountPrefix.map { "/\($0)" }.joined() }

    private static func prefixSegments(_ prefix: String) throws(RouteError) -> [WireText] {
        guard !prefix.isEmpty else { return [] }
        let isWhole = !prefix.utf8.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        guard isWhole, let path = RequestPath(target: prefix) else {
            throw RouteError("the mount prefix “\(prefix)” must be a path such as /downloads")
        }
        return path.segments
    }

    public func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        // What is written just as the route is needs no decoding: a path with an encoded character in it is no route's.
        guard let route = literalRoutes[(request.http.path ?? "/").withoutQuery.wire] else {
            return try await respond(decoding: request, into: &sink)
        }
        var request = request
        request.path = route.path
        sink.didMatch(route: route.path)
        try await answer(request, by: route.view, into: &sink)
    }

    private func respond(
        decoding request: DownloadRequest,
        into sink: inout some ResponseSink & ~Copyable
    ) async throws {
        let target = request.http.path ?? "/"
        guard !target.withoutQuery.utf8.wasRepaired, let path = RequestPath(target: target) else {
            return try await sink.send(DownloadError(.badRequest).response(to: request), for: request.method)
        }
        guard let (pattern, view) = match(path) else {
            return try await sink.send(DownloadError(.notFound).response(to: request), for: request.method)
        }
        var request = request
        let own = path.segments[mountPrefix.count...]
        request.path = "/" + own.map(\.text).joined(separator: "/")
        for (segment, value) in zip(pattern.segments, own) {
            if case .parameter(let name) = segment { request.parameters[name.text] = value.text }
        }
        sink.didMatch(route: pattern.description)
        try await answer(request, by: view, into: &sink)
    }

    /// The route of a path.
    func match(_ path: RequestPath) -> (pattern: RoutePattern, view: any VirtualDownloadView)? {
        guard path.segments.starts(with: mountPrefix) else { return nil }
        let own = path.segments[mountPrefix.count...]
        // Of the prefix alone the slash at the end is the application's root.
        return path.endsWithSlash && !own.isEmpty ? nil : root.match(own)
    }

    private func answer(
        _ request: DownloadRequest,
        by view: some VirtualDownloadView,
        into sink: inout some ResponseSink & ~Copyable
    ) async throws {
        try await view.respond(to: request, into: &sink, mediaTypes: mediaTypes())
    }
}

extension RoutePattern {
    fileprivate var isLiteral: Bool {
        segments.allSatisfy { if case .literal = $0 { true } else { false } }
            && !description.utf8.contains(UInt8(ascii: "%"))
    }

    /// The pattern without the names of its parameters.
    fileprivate var shape: [WireText?] {
        segments.map { if case .literal(let text) = $0 { text } else { nil } }
    }
}
