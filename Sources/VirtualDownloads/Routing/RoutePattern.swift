internal import DownloadCore

/// The pattern of a route: literal segments, and parameters for what may be anything.
///
/// It is a path as it stands in a URL, but for the braces and for what need not be encoded to be understood, such as a
/// space.
struct RoutePattern: Sendable, CustomStringConvertible {
    enum Segment: Hashable, Sendable {
        /// Percent-decoded, as the segments of a request's path are.
        case literal(WireText)
        case parameter(RouteParameter)
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
            if case .parameter(let rest) = segments.last, rest.kind == .rest {
                throw RouteError(
                    "the route “\(text)” has something behind {\(rest.name)*}, which takes all that is left of a path;"
                        + " it must be the last segment"
                )
            }
            let segment = try Self.segment(String(Substring(part)), of: text)
            if case .parameter(let parameter) = segment, !names.insert(parameter.name).inserted {
                throw RouteError("the route “\(text)” has the parameter {\(parameter.name)} twice")
            }
            segments.append(segment)
        }
        self.segments = segments
        description = text
    }

    /// Whether it matches one path alone, which a client writes just so.
    var isLiteral: Bool { description.utf8.allSatisfy { $0.isPathCharacter || $0 == UInt8(ascii: "/") } }

    /// The pattern without the names of its parameters: two that are equal so match the same paths.
    var shape: [Segment] {
        segments.map { if case .parameter(let parameter) = $0 { .parameter(parameter.shape) } else { $0 } }
    }

    private static func segment(_ part: String, of text: String) throws(RouteError) -> Segment {
        let braces = part.utf8.indices.filter { [UInt8(ascii: "{"), UInt8(ascii: "}")].contains(part.utf8[$0]) }
        if braces.isEmpty {
            if let form = formElsewhere(of: part) {
                throw RouteError(
                    "the route “\(text)” has “\(part)”, which is how others write a parameter: write \(form) here,"
                        + " and for these characters themselves their percent-encoding"
                )
            }
            return .literal(try literal(part, of: text))
        }
        guard braces.count == 2, part.utf8[braces[0]] == UInt8(ascii: "{"), part.utf8[braces[1]] == UInt8(ascii: "}")
        else {
            throw RouteError(
                "the route “\(text)” has “\(part)”; a segment has one parameter at most, in braces,"
                    + " as in /export/{year} or /invoices/{id}.pdf"
            )
        }
        let name = part[braces[0]..<braces[1]].droppingOctets(1)
        var parameter = try parameter(named: name, in: part, of: text)
        parameter.prefix = try affix(part[..<braces[0]], of: text)
        parameter.suffix = try affix(part[braces[1]...].droppingOctets(1), of: text)
        guard parameter.kind != .rest || parameter.prefix.text.isEmpty && parameter.suffix.text.isEmpty else {
            throw RouteError(
                "the route “\(text)” has “\(part)”; {\(parameter.name)*} takes all that is left of a path,"
                    + " so it must be a whole segment"
            )
        }
        return .parameter(parameter)
    }

    /// The parameter of what stands between the braces: `name`, `name:int`, `name*`.
    private static func parameter(
        named words: Substring,
        in part: String,
        of text: String
    ) throws(RouteError) -> RouteParameter {
        let parts = words.splitOctets(maxSplits: 1) { $0 == UInt8(ascii: ":") }
        var name = parts[0]
        var kind = RouteParameter.Kind.text
        if parts.count == 2 {
            guard parts[1].isOctetEqual(to: "int") else {
                throw RouteError(
                    "the route “\(text)” has “\(part)”, but “\(parts[1])” is not a type of parameters;"
                        + " write {\(name):int} for a whole number, {\(name)*} for all that is left of a path, or"
                        + " {\(name)}"
                )
            }
            kind = .integer
        } else if name.utf8.last == UInt8(ascii: "*") {
            name = Substring(name.utf8.dropLast())
            kind = .rest
        }
        guard !name.isEmpty, name.unicodeScalars.allSatisfy(\.isPartOfName) else {
            throw RouteError(
                "the route “\(text)” has “\(part)”; a parameter is {name}, {name:int} or {name*},"
                    + " and its name has letters, digits, “_” and “-” only"
            )
        }
        return RouteParameter(name: WireText(name), kind: kind)
    }

    /// How a parameter is written here that is written as in another library: `:id` (Express, Rails, Vapor), `<id>` and
    /// `<int:id>` (Django, Flask), `*` and `**` (nginx, Vapor, Hummingbird); nil for what is not one.
    private static func formElsewhere(of part: String) -> String? {
        let bytes = part.utf8
        if bytes.allSatisfy({ $0 == UInt8(ascii: "*") }) { return "{path*}" }
        if bytes.first == UInt8(ascii: ":"), bytes.count > 1 { return "{\(part.droppingOctets(1))}" }
        guard bytes.first == UInt8(ascii: "<"), bytes.last == UInt8(ascii: ">"), bytes.count > 2 else { return nil }
        let words = Substring(part.droppingOctets(1).utf8.dropLast()).splitOctets { $0 == UInt8(ascii: ":") }
        guard words.count == 2 else { return "{\(words.joined(separator: "-"))}" }
        switch words[0].wire {
        case "int": return "{\(words[1]):int}"
        case "path": return "{\(words[1])*}"
        default: return "{\(words[1])}"
        }
    }

    /// What stands before or behind a parameter, decoded.
    private static func affix(_ part: Substring, of text: String) throws(RouteError) -> WireText {
        // A letter before it: a dot alone is not a segment, but may stand beside a parameter.
        part.isEmpty ? "" : WireText(try literal("a\(part)", of: text).text.droppingOctets(1))
    }

    /// A literal segment as the paths of requests have it.
    private static func literal(_ part: String, of text: String) throws(RouteError) -> WireText {
        guard let path = RequestPath(target: "/\(part)"), path.segments.count == 1, !path.hasEncodedSlash else {
            throw RouteError(
                "the route “\(text)” has “\(part)”, which is not a segment of a path: that is percent-encoded UTF-8"
                    + " (write %25 for a “%”) without control characters and %2F, and neither “.” nor “..”"
            )
        }
        return path.segments[0]
    }
}

extension Unicode.Scalar {
    /// Whether it may be in the name of a parameter. Elsewhere others mean more by them, as by `{name?}`.
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
