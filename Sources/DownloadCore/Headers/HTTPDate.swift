/// A moment, in whole seconds, as HTTP writes it (RFC 9110 §5.6.7).
public struct HTTPDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var secondsSince1970: Int64

    /// The moment so many seconds after 1970-01-01T00:00:00Z; before it, if they are negative.
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
    /// The form has four digits for the year; a moment outside the years 0 to 9999 is written as the nearest one
    /// inside.
    public var description: String {
        let moment = min(max(secondsSince1970, Self.earliest), Self.latest)
        let day = Self.floorDivide(moment, 86_400)
        let second = Int(moment - day * 86_400)
        let date = CivilDate(daysSince1970: day)
        return String(capacity: 29) { text in
            text.append(Self.weekdays[date.weekday])
            text.append(", ")
            text.append(twoDigits: date.day)
            text.append(0x20)
            text.append(Self.months[date.month - 1])
            text.append(0x20)
            text.append(twoDigits: date.year / 100)
            text.append(twoDigits: date.year % 100)
            text.append(0x20)
            text.append(twoDigits: second / 3600)
            text.append(UInt8(ascii: ":"))
            text.append(twoDigits: second / 60 % 60)
            text.append(UInt8(ascii: ":"))
            text.append(twoDigits: second % 60)
            text.append(" GMT")
        }
    }

    /// The year, from 0 to 9999.
    var year: Int {
        CivilDate(daysSince1970: Self.floorDivide(min(max(secondsSince1970, Self.earliest), Self.latest), 86_400)).year
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
