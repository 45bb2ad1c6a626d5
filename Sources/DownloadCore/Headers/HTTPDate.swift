/// A moment, in whole seconds, as HTTP writes it (RFC 9110 §5.6.7).
public struct HTTPDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var secondsSince1970: Int64

    public init(secondsSince1970: Int64) {
        self.secondsSince1970 = secondsSince1970
    }

    public static func < (a: HTTPDate, b: HTTPDate) -> Bool {
        a.secondsSince1970 < b.secondsSince1970
    }
}

extension HTTPDate: CustomStringConvertible {
    /// The moment as an IMF-fixdate: `Sun, 09 Sep 2001 01:46:40 GMT`.
    ///
    /// The form has four digits for the year; a moment outside the years 0 to 9999 is written as the nearest one inside.
    public var description: String {
        let moment = min(max(secondsSince1970, Self.earliest), Self.latest)
        let day = Self.floorDivide(moment, 86_400)
        let second = Int(moment - day * 86_400)
        let date = CivilDate(daysSince1970: day)
        var text = Array("Sun, 00 Jan 0000 00:00:00 GMT".utf8)
        func put(_ value: Int, at place: Int) {
            text[place] = 0x30 + UInt8(value / 10 % 10)
            text[place + 1] = 0x30 + UInt8(value % 10)
        }
        func put(_ name: String, at place: Int) {
            for (offset, byte) in name.utf8.enumerated() { text[place + offset] = byte }
        }
        put(Self.weekdays[date.weekday], at: 0)
        put(date.day, at: 5)
        put(Self.months[date.month - 1], at: 8)
        put(date.year / 100, at: 12)
        put(date.year % 100, at: 14)
        put(second / 3600, at: 17)
        put(second / 60 % 60, at: 20)
        put(second % 60, at: 23)
        return String(decoding: text, as: UTF8.self)
    }

    /// 0000-01-01T00:00:00Z.
    private static let earliest: Int64 = -62_167_219_200
    /// 9999-12-31T23:59:59Z.
    private static let latest: Int64 = 253_402_300_799

    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        a >= 0 ? a / b : (a - b + 1) / b
    }
}
