/// The pattern of a route: literal segments, and `{name}` for a segment that may be anything.
struct RoutePattern: Hashable, Sendable, CustomStringConvertible {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    let segments: [Segment]
    let description: String

    /// Parses a pattern such as `/export/{year}/orders.csv`.
    ///
    /// - Throws: ``RouteError`` that names the pattern and what is wrong with it.
    init(parsing text: String) throws(RouteError) {
        guard text.hasPrefix("/") else { throw RouteError("the route “\(text)” must begin with a slash") }
        var segments: [Segment] = []
        var names: Set<String> = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty || text == "/" else {
                throw RouteError("the route “\(text)” has an empty segment; write it without the extra slash")
            }
            guard part != ".", part != ".." else { throw RouteError("the route “\(text)” has a segment “\(part)”") }
            if part.isEmpty { continue }
            guard part.contains("{") || part.contains("}") else {
                segments.append(.literal(String(part)))
                continue
            }
            let name = String(part.dropFirst().dropLast())
            guard part.first == "{", part.last == "}", !name.isEmpty, !name.contains("{"), !name.contains("}") else {
                throw RouteError(
                    "the route “\(text)” has “\(part)”; a parameter is a whole segment, as in /export/{year}"
                )
            }
            guard names.insert(name).inserted else {
                throw RouteError("the route “\(text)” has the parameter {\(name)} twice")
            }
            segments.append(.parameter(name))
        }
        self.segments = segments
        description = text
    }
}

/// A route that can't be registered.
public struct RouteError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
