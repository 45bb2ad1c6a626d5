import DownloadCore

/// A date as the records have it: that of DOS, in steps of 2 seconds from 1980 to 2107, and with it the seconds since
/// 1970 in UTC where 32 bits hold them.
struct EntryTime: Equatable {
    var dosDate: UInt16
    var dosTime: UInt16
    /// For the extra field 5455; nil for none.
    var seconds: Int32?

    init(dosDate: UInt16, dosTime: UInt16, seconds: Int32?) {
        self.dosDate = dosDate
        self.dosTime = dosTime
        self.seconds = seconds
    }

    /// A date, which the DOS form has in UTC; nil stands for its first moment.
    init(_ date: HTTPDate?) {
        let earliest: Int64 = 315_532_800
        let latest: Int64 = 4_354_819_199
        let moment = min(max(date?.secondsSince1970 ?? earliest, earliest), latest)
        let day = CivilDate(daysSince1970: moment / 86_400)
        let second = Int(moment % 86_400)
        dosDate = UInt16((day.year - 1980) << 9 | day.month << 5 | day.day)
        dosTime = UInt16((second / 3600) << 11 | (second / 60 % 60) << 5 | (second % 60) / 2)
        seconds = date.flatMap { Int32(exactly: $0.secondsSince1970) }
    }
}
