public import DownloadCore
internal import HTTPTypes

/// Finds the view of a request by its path, and lets it answer.
///
/// Paths are compared octet by octet, after percent-decoding. What a web server in front may have judged as another
/// path is not found: repeated slashes, an encoded slash that the server has taken for a separator, and, behind
/// HAProxy, whose rules see a path as the client wrote it, an unusual spelling. `.` and `..`, control characters,
/// invalid UTF-8 and a `#` are answered 400.
public struct Router: RequestHandler {
    private let tree: RouteTree
    /// The routes without parameters, by their whole path.
    private let literalRoutes: [WireText: RegisteredRoute]
    /// Nil where nobody said: then the web server may have (``ServerPath/scriptName``).
    private let mountPrefix: [WireText]?
    private let mediaTypes: @Sendable () -> MediaTypeTable
    /// What is around all views, and around what is answered without one.
    private let middleware: [any DownloadMiddleware]
    /// What is registered, in the order of registration.
    let registered: [RegisteredRoute]

    /// Creates a router.
    ///
    /// - Parameters:
    ///   - mountPrefix: The path that the web server hands to this application, for instance `/downloads`; it is
    ///     taken off each request's path before the routes are looked at, and a path without it is not found. `/` is
    ///     the whole site. The default is the empty string: the whole site, or, for a CGI program in a folder, what the
    ///     web server says (RFC 3875 §4.1.13).
    ///   - mediaTypes: What guesses a file's media type from its name; evaluated for each request that needs it. The
    ///     default is ``DownloadCore/MediaTypeTable/system``.
    ///   - middleware: What is around all routes, the outermost first, and around the 404 and 400 of the router itself.
    ///     The default is none.
    /// - Throws: ``RouteError`` for a pattern that no path would match, for one that is registered twice, and for a
    ///   prefix that is not a path.
    public init(
        _ routes: Routes,
        mountPrefix: String = "",
        mediaTypes: @escaping @autoclosure @Sendable () -> MediaTypeTable = .system,
        middleware: [any DownloadMiddleware] = []
    ) throws(RouteError) {
        var registered: [RegisteredRoute] = []
        var known: [[RoutePattern.Segment]: RoutePattern] = [:]
        for route in routes.routes {
            let pattern = try RoutePattern(parsing: route.pattern)
            // Two patterns that differ only in the names of their parameters match the same paths.
            if let other = known.updateValue(pattern, forKey: pattern.shape) {
                throw RouteError("the routes “\(other)” and “\(pattern)” match the same paths")
            }
            registered.append(
                RegisteredRoute(pattern: pattern, view: route.view, middleware: middleware + route.middleware)
            )
        }
        self.registered = registered
        self.mediaTypes = mediaTypes
        self.middleware = middleware
        tree = RouteTree(registered)
        self.mountPrefix = try Router.segments(ofPrefix: mountPrefix)
        let mountPath = Router.path(of: self.mountPrefix ?? [])
        // Other characters a client has to write in another way.
        let isWrittenAsItIs = mountPath.utf8.allSatisfy { $0.isPathCharacter || $0 == UInt8(ascii: "/") }
        literalRoutes = Dictionary(
            registered.filter { isWrittenAsItIs && $0.pattern.isLiteral }
                .map { (WireText(mountPath + $0.pattern.description), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// A sentence for each property of a view that is probably a misspelled option, with its route.
    var misspellings: [String] {
        registered.flatMap { route in
            OptionSpelling.warnings(about: route.view).map { "\(route.pattern): \($0)" }
        }
    }

    /// The mount prefix as text; empty for none.
    var mountPath: String { Router.path(of: mountPrefix ?? []) }

    /// The segments of a mount prefix; nil for none.
    static func segments(ofPrefix prefix: String) throws(RouteError) -> [WireText]? {
        guard !prefix.isEmpty else { return nil }
        guard !prefix.utf8.contains(UInt8(ascii: "?")), let path = RequestPath(target: prefix), !path.hasEncodedSlash,
            !path.segments.contains("")
        else {
            throw RouteError("the mount prefix “\(prefix)” must be a path such as /downloads")
        }
        return path.segments
    }

    private static func path(of segments: [WireText]) -> String { segments.map { "/\($0)" }.joined() }

    public func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
        // A path spelled exactly as a route needs no decoding: no route is spelled with an encoded character.
        var request = request
        if mountPrefix == nil, let target = request.serverPath.target { request.http.path = target.text }
        guard mountPrefix != nil || request.serverPath.scriptName == nil,
            let route = literalRoutes[(request.http.path ?? "/").withoutQuery.wire]
        else {
            return try await respond(decoding: request, into: &sink)
        }
        request.path = route.pattern.description
        try await answer(request, by: route, into: &sink)
    }

    public func maximumBodySize(of request: DownloadRequest) -> Int64? {
        var request = request
        if mountPrefix == nil, let target = request.serverPath.target { request.http.path = target.text }
        guard let path = RequestPath(target: request.http.path ?? "/"), let (route, _) = find(path, of: request) else {
            return nil
        }
        return route.view.maximumBodySizeValue
    }

    private func respond(
        decoding request: DownloadRequest,
        into sink: inout some ResponseSink & ~Copyable
    ) async throws {
        let target = request.http.path ?? "/"
        guard !target.withoutQuery.utf8.wasRepaired, let path = RequestPath(target: target) else {
            return try await sink.refuse(request, with: DownloadError(.badRequest), through: middleware)
        }
        guard let (route, prefix) = find(path, of: request) else {
            return try await sink.refuse(request, with: DownloadError(.notFound), through: middleware)
        }
        var request = request
        let own = path.segments.dropFirst(prefix)
        request.path = path.text(of: own)
        for (segment, value) in zip(route.pattern.segments, own) {
            guard case .parameter(let parameter) = segment else { continue }
            request.parameters[parameter.name.text] =
                parameter.kind == .rest
                ? own.dropFirst(route.pattern.segments.count - 1).map(\.text).joined(separator: "/")
                : parameter.value(in: value)?.text
        }
        try await answer(request, by: route, into: &sink)
    }

    /// The route of a request's path, and how many of its segments are the prefix.
    private func find(_ path: RequestPath, of request: DownloadRequest) -> (route: RegisteredRoute, prefix: Int)? {
        let reading = request.serverPath.reading
        if path.hasEncodedSlash, reading != .decoded { return nil }
        for prefix in prefixes(of: request) {
            guard let route = match(path, behind: prefix) else { continue }
            guard reading != .verbatim || path.isNormalized && isUsual(request, behind: prefix, for: route.pattern)
            else {
                return nil
            }
            return (route, prefix.count)
        }
        return nil
    }

    /// Where this application may be in the site: where its configuration says, or where the web server does.
    private func prefixes(of request: DownloadRequest) -> [[WireText]] {
        if let mountPrefix { return [mountPrefix] }
        guard let script = request.serverPath.scriptName else { return [[]] }
        return [script.text.splitOctets { $0 == UInt8(ascii: "/") }.filter { !$0.isEmpty }.map { WireText($0) }, []]
    }

    /// The route of a path, where the configuration says that the application is.
    func match(_ path: RequestPath) -> RegisteredRoute? { match(path, behind: mountPrefix ?? []) }

    private func match(_ path: RequestPath, behind prefix: [WireText]) -> RegisteredRoute? {
        guard path.segments.starts(with: prefix) else { return nil }
        let own = path.segments[prefix.count...]
        // Of the prefix alone the slash at the end is the application's root.
        return path.endsWithSlash && !own.isEmpty ? nil : tree.match(own)
    }

    /// Whether the client has written what the route says in the usual way, in which a rule of the web server has it.
    private func isUsual(_ request: DownloadRequest, behind prefix: [WireText], for pattern: RoutePattern) -> Bool {
        let written = (request.http.path ?? "/").withoutQuery.droppingOctets(1).splitOctets { $0 == UInt8(ascii: "/") }
        return zip(written, prefix.map { .literal($0) } + pattern.segments)
            .allSatisfy { written, segment in
                switch segment {
                case .literal(let text):
                    written.isOctetEqual(to: text.encoded)
                case .parameter(let parameter):
                    written.hasOctetPrefix(parameter.prefix.encoded) && written.hasOctetSuffix(parameter.suffix.encoded)
                }
            }
    }

    private func answer(
        _ request: DownloadRequest,
        by route: RegisteredRoute,
        into sink: inout some ResponseSink & ~Copyable
    ) async throws {
        sink.didMatch(route: route.pattern.description)
        try await respond(to: request, by: route.view, through: route.middleware, into: &sink)
    }

    private func respond(
        to request: DownloadRequest,
        by view: some VirtualDownloadView,
        through middleware: [any DownloadMiddleware],
        into sink: inout some ResponseSink & ~Copyable
    ) async throws {
        try await view.respond(to: request, into: &sink, mediaTypes: mediaTypes(), through: middleware)
    }
}

extension VirtualDownloadView {
    /// What its option says, for a view of any type.
    fileprivate var maximumBodySizeValue: Int64? { maximumBodySize.optionValue }
}

extension WireText {
    /// A segment of a path as RFC 3986 §6.2.2 prefers it to be written.
    fileprivate var encoded: String {
        var encoded: [UInt8] = []
        encoded.append(percentEncoding: text.utf8, keeping: \.isPathCharacter)
        return String(decoding: encoded, as: UTF8.self)
    }
}
