internal import DownloadCore

/// The pattern of a route: literal segments, and `{name}` for a segment that may be anything.
///
/// It is a path as it stands in a URL, but for the braces and for what need not be encoded to be understood, such as a space.
struct RoutePattern: Sendable, CustomStringConvertible {
    enum Segment: Hashable, Sendable {
        /// Percent-decoded, as the segments of a request's path are.
        case literal(WireText)
        case parameter(WireText)
    }

    let segments: [Segment]
    /// The pattern as it was written.
    let description: String

    /// Parses a pattern such as `/export/{year}/orders.csv`.
    ///
    /// - Throws: ``RouteError`` that names the pattern and what is wrong with it, for each that no request would match.
    init(parsing text: String) throws(RouteError) {
        // By bytes: a slash with a combining mark behind it is another character, but the same separator.
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw RouteError("the route “\(text)” must begin with a slash")
        }
        guard !text.utf8.contains(UInt8(ascii: "?")) else {
            throw RouteError(
                "the route “\(text)” has a “?”, but a route has no query: the view finds it in request.query;"
                    + " write %3F for a question mark that is part of the path"
            )
        }
        guard !text.utf8.contains(UInt8(ascii: "#")) else {
            throw RouteError(
                "the route “\(text)” has a “#”, but no server is sent a fragment;"
                    + " write %23 for a “#” that is part of the path"
            )
        }
        var segments: [Segment] = []
        var names: Set<WireText> = []
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard !part.isEmpty || text.utf8.count == 1 else {
                throw RouteError("the route “\(text)” has an empty segment; write it without the extra slash")
            }
            if part.isEmpty { continue }
            guard part.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
                segments.append(.literal(try Self.literal(String(Substring(part)), of: text)))
                continue
            }
            let name = WireText(Substring(part.dropFirst().dropLast()))
            guard part.first == UInt8(ascii: "{"), part.last == UInt8(ascii: "}"), !name.text.isEmpty,
                name.text.unicodeScalars.allSatisfy(\.isPartOfName)
            else {
                throw RouteError(
                    "the route “\(text)” has “\(Substring(part))”; a parameter is one whole segment, as in /export/{year},"
                        + " and its name has letters, digits, “_” and “-” only"
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

    /// A literal segment as the paths of requests have it.
    private static func literal(_ part: String, of text: String) throws(RouteError) -> WireText {
        guard let path = RequestPath(target: "/\(part)"), path.segments.count == 1 else {
            throw RouteError(
                "the route “\(text)” has “\(part)”, which is no segment of a path: that is percent-encoded UTF-8"
                    + " (write %25 for a “%”) without control characters and %2F, and neither “.” nor “..”"
            )
        }
        return path.segments[0]
    }
}

extension Unicode.Scalar {
    /// Whether it may be in the name of a parameter. Elsewhere others mean more by them: `{id:int}`, `{name?}`, `{path*}`.
    fileprivate var isPartOfName: Bool {
        // An accent that is a scalar of its own is part of a letter.
        properties.isAlphabetic || properties.numericType != nil || properties.generalCategory == .nonspacingMark
            || self == "_" || self == "-"
    }
}

/// A route that can't be registered.
public struct RouteError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
