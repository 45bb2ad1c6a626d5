extension HTTPDate {
    /// Reads one of the three forms of RFC 9110 §5.6.7; nil for anything else.
    ///
    ///     Sun, 09 Sep 2001 01:46:40 GMT      IMF-fixdate
    ///     Sunday, 09-Sep-01 01:46:40 GMT     RFC 850
    ///     Sun Sep  9 01:46:40 2001           asctime
    ///
    /// Upper and lower case matter. The day must exist and be the weekday that is named: a date that contradicts itself
    /// is not valid, and a condition without a valid date is ignored, which is always safe. Second 60, a leap second,
    /// is the second after 59.
    ///
    /// - Parameter now: Decides the century of the RFC 850 form, whose year has two digits: it is at most 50 years
    ///   after this moment, for instance ``DownloadRequest/receivedAt``. The core has no clock: for nil, the default,
    ///   70 to 99 are of the last century and 00 to 69 of this one, as POSIX reads them.
    public init?(_ text: String, now: HTTPDate? = nil) {
        var scanner = FieldScanner(text)
        let fields: Fields? =
            switch text.utf8.count {
            case 29: Fields(fixdate: &scanner)
            case 24: Fields(asctime: &scanner)
            case 30...33: Fields(rfc850: &scanner, now: now)
            default: nil
            }
        guard let fields, scanner.isAtEnd, let seconds = fields.secondsSince1970 else { return nil }
        self.init(secondsSince1970: seconds)
    }
}

/// What a date says, not yet checked.
private struct Fields {
    var weekday: Int
    var year: Int
    var month: Int
    var day: Int
    var time: Time

    struct Time {
        var hour: Int
        var minute: Int
        var second: Int

        init?(_ scanner: inout FieldScanner) {
            guard let hour = scanner.number(digits: 2), scanner.consume(":"),
                let minute = scanner.number(digits: 2), scanner.consume(":"),
                let second = scanner.number(digits: 2)
            else { return nil }
            self.hour = hour
            self.minute = minute
            self.second = second
        }
    }

    private static let longWeekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    init?(fixdate scanner: inout FieldScanner) {
        guard let weekday = scanner.index(in: HTTPDate.weekdays), scanner.consume(", "),
            let day = scanner.number(digits: 2), scanner.consume(" "),
            let month = scanner.index(in: HTTPDate.months), scanner.consume(" "),
            let year = scanner.number(digits: 4), scanner.consume(" "),
            let time = Time(&scanner), scanner.consume(" GMT")
        else { return nil }
        self.weekday = weekday
        self.day = day
        self.month = month + 1
        self.year = year
        self.time = time
    }

    init?(rfc850 scanner: inout FieldScanner, now: HTTPDate?) {
        guard let weekday = scanner.index(in: Self.longWeekdays), scanner.consume(", "),
            let day = scanner.number(digits: 2), scanner.consume("-"),
            let month = scanner.index(in: HTTPDate.months), scanner.consume("-"),
            let shortYear = scanner.number(digits: 2), scanner.consume(" "),
            let time = Time(&scanner), scanner.consume(" GMT")
        else { return nil }
        // Without a moment 2019, so that 69 is the last year of this century.
        let currentYear = now.map(\.year) ?? 2019
        let inThisCentury = currentYear / 100 * 100 + shortYear
        self.weekday = weekday
        self.day = day
        self.month = month + 1
        year = inThisCentury > currentYear + 50 ? inThisCentury - 100 : inThisCentury
        self.time = time
    }

    init?(asctime scanner: inout FieldScanner) {
        guard let weekday = scanner.index(in: HTTPDate.weekdays), scanner.consume(" "),
            let month = scanner.index(in: HTTPDate.months), scanner.consume(" ")
        else { return nil }
        // A day below ten has a space for its first digit.
        let padded = scanner.consume(" ")
        guard let day = scanner.number(digits: padded ? 1 : 2), scanner.consume(" "),
            let time = Time(&scanner), scanner.consume(" "),
            let year = scanner.number(digits: 4)
        else { return nil }
        self.weekday = weekday
        self.day = day
        self.month = month + 1
        self.year = year
        self.time = time
    }

    /// Nil if there is no such moment.
    var secondsSince1970: Int64? {
        guard let date = CivilDate(year: year, month: month, day: day), date.weekday == weekday,
            time.hour < 24, time.minute < 60, time.second <= 60
        else { return nil }
        return date.daysSince1970 * 86_400 + Int64(time.hour * 3600 + time.minute * 60 + time.second)
    }
}
