package import DownloadCore

extension RowBuffer {
    /// Appends the day of a moment in UTC by ISO 8601: `2026-05-01`. A year outside 0 to 9999 is written with its
    /// digits and sign.
    package mutating func append(dayOf date: HTTPDate) {
        let day = CivilDate(daysSince1970: date.daysSince1970)
        if day.year >= 0 && day.year <= 9999 {
            append(twoDigits: day.year / 100)
            append(twoDigits: day.year)
        } else {
            append(day.year < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            append(decimal: UInt64(day.year.magnitude), minimumDigits: 4)
        }
        append(UInt8(ascii: "-"))
        append(twoDigits: day.month)
        append(UInt8(ascii: "-"))
        append(twoDigits: day.day)
    }

    /// Appends the time of a moment in UTC: `12:30:00`.
    package mutating func append(timeOf date: HTTPDate) {
        let second = date.secondOfDay
        append(twoDigits: second / 3600)
        append(UInt8(ascii: ":"))
        append(twoDigits: second / 60 % 60)
        append(UInt8(ascii: ":"))
        append(twoDigits: second % 60)
    }
}

extension HTTPDate {
    /// The days from 1970-01-01 to the moment's own, at most some thousand million, where every calendar ends.
    package var daysSince1970: Int64 {
        let bounded = min(max(secondsSince1970, -1 << 46), 1 << 46)
        return bounded >= 0 ? bounded / 86_400 : (bounded - 86_399) / 86_400
    }

    /// The seconds since midnight.
    package var secondOfDay: Int {
        let bounded = min(max(secondsSince1970, -1 << 46), 1 << 46)
        return Int(bounded - daysSince1970 * 86_400)
    }
}
