internal import DownloadCore

/// A view and where it is. An object: all threads look at the same one, and copying its parts would count each of them.
final class RegisteredRoute: Sendable {
    let pattern: RoutePattern
    let view: any VirtualDownloadView
    /// What is around the view: the router's, then the groups', then the route's own.
    let middleware: [any DownloadMiddleware]

    init(pattern: RoutePattern, view: any VirtualDownloadView, middleware: [any DownloadMiddleware] = []) {
        self.pattern = pattern
        self.view = view
        self.middleware = middleware
    }
}

/// One segment's alternatives.
final class RouteTree: Sendable {
    private let literals: [WireText: RouteTree]
    /// The most specific first.
    private let parameters: [(parameter: RouteParameter, tree: RouteTree)]
    /// What takes all that is left.
    private let rest: RegisteredRoute?
    /// What ends here.
    private let route: RegisteredRoute?

    init(_ routes: [RegisteredRoute], depth: Int = 0) {
        var literals: [WireText: [RegisteredRoute]] = [:]
        var parameters: [(parameter: RouteParameter, routes: [RegisteredRoute])] = []
        var rest: RegisteredRoute?
        var route: RegisteredRoute?
        for candidate in routes {
            guard depth < candidate.pattern.segments.count else {
                route = candidate
                continue
            }
            switch candidate.pattern.segments[depth] {
            case .literal(let text):
                literals[text, default: []].append(candidate)
            case .parameter(let parameter) where parameter.kind == .rest:
                rest = candidate
            case .parameter(let parameter):
                let shape = parameter.shape
                if let index = parameters.firstIndex(where: { $0.parameter == shape }) {
                    parameters[index].routes.append(candidate)
                } else {
                    parameters.append((shape, [candidate]))
                }
            }
        }
        self.literals = literals.mapValues { RouteTree($0, depth: depth + 1) }
        // Stable, so that of two that say as much the first that is registered comes first.
        self.parameters = parameters.enumerated()
            .sorted { a, b in
                a.element.parameter.isMoreSpecific(than: b.element.parameter)
                    || !b.element.parameter.isMoreSpecific(than: a.element.parameter) && a.offset < b.offset
            }
            .map { ($0.element.parameter, RouteTree($0.element.routes, depth: depth + 1)) }
        self.rest = rest
        self.route = route
    }

    /// The route of some segments; nil for none. A literal segment is preferred to a parameter, and given up where it
    /// leads nowhere.
    func match(_ segments: ArraySlice<WireText>) -> RegisteredRoute? {
        guard let first = segments.first else { return route }
        // Two slashes in a row make another path than one does, which no route matches.
        guard !first.text.isEmpty else { return nil }
        let others = segments.dropFirst()
        if let route = literals[first]?.match(others) { return route }
        for (parameter, tree) in parameters where parameter.value(in: first) != nil {
            if let route = tree.match(others) { return route }
        }
        // An encoded slash would become one of those between the segments.
        return segments.allSatisfy(\.isPartOfRest) ? rest : nil
    }
}

extension WireText {
    fileprivate var isPartOfRest: Bool { !text.isEmpty && !text.utf8.contains(UInt8(ascii: "/")) }
}
