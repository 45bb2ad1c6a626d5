/// A day of the Gregorian calendar, extended to the years before it was in use.
///
/// The arithmetic counts years from March, so that the leap day is the last of its year, in eras of 400 years, which
/// all have 146,097 days.
package struct CivilDate {
    package let year: Int
    package let month: Int
    package let day: Int
    package let daysSince1970: Int64

    /// Days from 0000-03-01 to 1970-01-01.
    private static let epoch: Int64 = 719_468

    /// The day `days` after 1970-01-01, for years from 0.
    package init(daysSince1970 days: Int64) {
        let shifted = days + Self.epoch
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        daysSince1970 = days
    }

    /// A day by its name; nil if the month has no such day. `month` is 1 to 12.
    package init?(year: Int, month: Int, day: Int) {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        guard day >= 1, day <= length else { return nil }
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.year = year
        self.month = month
        self.day = day
        daysSince1970 = Int64(era) * 146_097 + Int64(dayOfEra) - Self.epoch
    }

    /// 0 for Sunday to 6 for Saturday.
    package var weekday: Int {
        let remainder = Int((daysSince1970 + 4) % 7)
        return remainder < 0 ? remainder + 7 : remainder
    }
}
