// Stand-ins until the headers of the core branch are merged.

extension HTTPDate: CustomStringConvertible {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        var date: (day: Substring, month: Substring, year: Substring, time: Substring)
        if words.count == 6, words[5] == "GMT" {
            date = (words[1], words[2], words[3], words[4])
        } else if words.count == 4, words[3] == "GMT" {
            let parts = words[1].split(separator: "-")
            guard parts.count == 3, parts[2].count == 2 else { return nil }
            date = (parts[0], parts[1], parts[2] < "70" ? "20" + parts[2] : "19" + parts[2], words[2])
        } else if words.count == 6, words[2].isEmpty {
            date = ("0" + words[3], words[1], words[5], words[4])
        } else if words.count == 5 {
            date = (words[2], words[1], words[4], words[3])
        } else {
            return nil
        }
        let time = date.time.split(separator: ":")
        guard date.day.count == 2, date.year.count == 4, time.count == 3, time.allSatisfy({ $0.count == 2 }) else {
            return nil
        }
        let numbers = ([date.day, date.year] + time).compactMap { Int64($0) }
        guard numbers.count == 5, let month = Self.months.firstIndex(of: String(date.month)) else { return nil }
        let year = numbers[1] - (month < 2 ? 1 : 0)
        let dayOfYear = Int64((153 * ((month + 10) % 12) + 2) / 5) + numbers[0] - 1
        let days = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
        self.init(secondsSince1970: days * 86_400 + numbers[2] * 3600 + numbers[3] * 60 + numbers[4])
        guard words.count != 6 || words[5] != "GMT" || description == text else { return nil }
    }

    public var description: String {
        let day = Int64((Double(secondsSince1970) / 86_400).rounded(.down))
        let second = secondsSince1970 - day * 86_400
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * index + 2) / 5 + 1
        let month = index < 10 ? index + 3 : index - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(Self.days[Int((day + 4) % 7)]), \(two(dayOfMonth)) \(Self.months[Int(month - 1)]) \(year) "
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
    }
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
    var description: String {
        let name = filename.split(separator: "/").last
            .map { $0.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 } }
        guard let name, !name.isEmpty else { return kind.rawValue }
        let plain = String(
            String.UnicodeScalarView(name.filter { $0.isASCII && $0 != "\"" && $0 != "\\" && $0 != "%" })
        )
        let shown = plain.isEmpty || plain.hasPrefix(".") ? "download\(plain)" : plain
        let quoted = "\(kind.rawValue); filename=\"\(shown)\""
        guard shown != String(String.UnicodeScalarView(name)) else { return quoted }
        let encoded = String(String.UnicodeScalarView(name)).utf8
            .map { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || byte == UInt8(ascii: ".")
                    ? String(UnicodeScalar(byte)) : (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
            .joined()
        return "\(quoted); filename*=UTF-8''\(encoded)"
    }
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
