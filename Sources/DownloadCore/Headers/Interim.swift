// Stand-ins until the headers of the core branch are merged.

extension HTTPDate: CustomStringConvertible {
    init?(_ text: String) { return nil }
    public var description: String { "" }
}

extension EntityTag: CustomStringConvertible {
    public var description: String { (isWeak ? "W/\"" : "\"") + value + "\"" }
}

struct ContentDisposition: CustomStringConvertible {
    enum Kind: String { case attachment, inline }
    var kind: Kind
    var filename: String
    init(_ kind: Kind, filename: String) {
        self.kind = kind
        self.filename = filename
    }
    var description: String { filename.isEmpty ? kind.rawValue : "\(kind.rawValue); filename=\"\(filename)\"" }
}

enum MediaTypeTable {
    static func mediaType(forName name: String) -> String? {
        name.hasSuffix(".txt") ? "text/plain" : name.hasSuffix(".csv") ? "text/csv" : nil
    }
}

extension EntityTag {
    func isStronglyEqual(to other: EntityTag) -> Bool { !isWeak && !other.isWeak && value == other.value }
    func isWeaklyEqual(to other: EntityTag) -> Bool { value == other.value }
    init?(_ text: Substring) {
        var rest = text
        let weak = rest.hasPrefix("W/")
        if weak { rest = rest.dropFirst(2) }
        guard rest.count >= 2, rest.first == "\"", rest.last == "\"" else { return nil }
        self.init(String(rest.dropFirst().dropLast()), isWeak: weak)
    }
}

enum EntityTagCondition {
    case any
    case tags([EntityTag])
    init?(_ text: String) {
        if text == "*" {
            self = .any
            return
        }
        let tags = text.split(separator: ",").compactMap { EntityTag(Substring($0.drop { $0 == " " })) }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }
}

struct ByteRangeSet {
    var specs: [(Int64?, Int64?)] = []
    init?(_ text: String) {
        guard text.hasPrefix("bytes=") else { return nil }
        for part in text.dropFirst(6).split(separator: ",") {
            let trimmed = part.filter { $0 != " " && $0 != "\t" }
            let ends = trimmed.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2 else { return nil }
            func number(_ s: Substring) -> Int64?? {
                if s.isEmpty { return .some(nil) }
                guard s.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
                return .some(Int64(s) ?? .max)
            }
            guard let a = number(ends[0]), let b = number(ends[1]) else { return nil }
            if a == nil, b == nil { return nil }
            if let a, let b, a > b { return nil }
            specs.append((a, b))
        }
        if specs.isEmpty { return nil }
    }
    func resolved(size: Int64) -> [Range<Int64>] {
        specs.compactMap { a, b in
            if let a { return a >= size ? nil : a..<(b.map { min($0, size - 1) } ?? size - 1) + 1 }
            guard let b, b > 0, size > 0 else { return nil }
            return max(0, size - b)..<size
        }
    }
}
