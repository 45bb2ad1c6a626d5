import Testing

@testable import DownloadCore

@Suite struct HTTPDateTests {
    static let valid: [(text: String, seconds: Int64)] = [
        ("Sun, 09 Sep 2001 01:46:40 GMT", 1_000_000_000),
        ("Sunday, 09-Sep-01 01:46:40 GMT", 1_000_000_000),
        ("Sun Sep  9 01:46:40 2001", 1_000_000_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Thu Nov 10 00:00:00 1994", 784_425_600),
        ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        ("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200),
    ]

    @Test("The three forms of a date are read", arguments: valid)
    func readsDate(row: (text: String, seconds: Int64)) {
        #expect(HTTPDate(row.text)?.secondsSince1970 == row.seconds)
    }

    @Test(
        "What is not a date is nil",
        arguments: [
            "", "garbage", "1000000000", "Sun, 09 Sep 2001 01:46:40 +0200", "Sun, 9 Sep 2001 01:46:40 GMT",
            "Sun, 09 Sep 2001 01:46:40 UTC", "Sat, 31 Feb 2001 01:46:40 GMT", "Thu, 29 Feb 2001 00:00:00 GMT",
            "Thu, 29 Feb 1900 00:00:00 GMT", "sun, 09 sep 2001 01:46:40 gmt", "SUN, 09 SEP 2001 01:46:40 GMT",
            "Sun, 09 Sep 2001 01:46:40 gmt", "Sun, 09 Sep 2001 24:00:00 GMT", "Sun, 09 Sep 2001 01:60:40 GMT",
            "Sun, 09 Sep 2001 01:46:61 GMT", "Sun, 00 Sep 2001 01:46:40 GMT", "Mon, 31 Sep 2001 01:46:40 GMT",
            "Mon, 09 Sep 2001 01:46:40 GMT", " Sun, 09 Sep 2001 01:46:40 GMT", "Sun, 09 Sep 2001 01:46:40 GMT ",
            "Sun, 09 Sep 2001  1:46:40 GMT", "Sun, 09 Sep 2001 01:46 GMT", "Sun, 09 Sep 01 01:46:40 GMT",
            "Sun, 09-Sep-2001 01:46:40 GMT", "Sun, 09-Sep-01 01:46:40 GMT", "Sunday, 9-Sep-01 01:46:40 GMT",
            "Monday, 09-Sep-01 01:46:40 GMT", "Sun Sep 9 01:46:40 2001", "Sun Sep 09 01:46:40 2001 GMT",
            "Sun Sep   01:46:40 2001", "Sun, 09 Spt 2001 01:46:40 GMT", "Xyz, 09 Sep 2001 01:46:40 GMT",
            "Sun, 09 Sep 2001 01:46:+0 GMT", "Sun, 09 Sep 2001 01:46:40\u{0}GMT", "Sun, ０9 Sep 2001 1:46:40 GMT",
            "Sun, 09 Sep +001 01:46:40 GMT", "Wed, 31 Apr 2002 00:00:00 GMT", "Sun Sep  9 01:46:40 +001",
            "Fri, 00 Sep 2001 01:46:40 GMT", "Sunday, 09-Sep-01 01:46:40 GMT ", "Sunday, 09-Sep-01 01:46:40 GMTGMT",
        ]
    )
    func refusesWhatIsNoDate(text: String) {
        #expect(HTTPDate(text) == nil)
    }

    static let centuries: [(text: String, currentYear: Int?, year: String?)] = [
        ("Friday, 01-Jan-76 00:00:00 GMT", 2026, nil),
        ("Wednesday, 01-Jan-76 00:00:00 GMT", 2026, "2076"),
        ("Saturday, 01-Jan-77 00:00:00 GMT", 2026, "1977"),
        ("Friday, 01-Jan-77 00:00:00 GMT", 2027, "2077"),
        ("Thursday, 01-Jan-70 00:00:00 GMT", 1994, "1970"),
        ("Friday, 01-Jan-99 00:00:00 GMT", 2026, "1999"),
        ("Saturday, 01-Jan-00 00:00:00 GMT", 2026, "2000"),
        // Of nobody's clock.
        ("Tuesday, 01-Jan-69 00:00:00 GMT", nil, "2069"), ("Thursday, 01-Jan-70 00:00:00 GMT", nil, "1970"),
        ("Friday, 01-Jan-99 00:00:00 GMT", nil, "1999"), ("Saturday, 01-Jan-00 00:00:00 GMT", nil, "2000"),
    ]

    @Test("A year of two digits is at most 50 years ahead", arguments: centuries)
    func choosesCentury(row: (text: String, currentYear: Int?, year: String?)) {
        let now = row.currentYear.flatMap { CivilDate(year: $0, month: 7, day: 1) }
            .map { HTTPDate(secondsSince1970: $0.daysSince1970 * 86_400) }
        let date = HTTPDate(row.text, now: now)
        #expect(date.map { String($0.description.dropFirst(12).prefix(4)) } == row.year)
    }

    @Test("A date is written as IMF-fixdate and read back, for days of 10,000 years")
    func roundTrips() {
        for seconds in stride(from: Int64(-62_167_219_200), through: 253_402_300_799, by: 25_920_011) {
            let date = HTTPDate(secondsSince1970: seconds)
            #expect(HTTPDate(date.description) == date)
        }
    }

    @Test("Each day of 400 years follows the one before it")
    func countsDays() {
        var expected = 0
        var firsts = 0
        for day in stride(from: Int64(0), to: 146_097 * 86_400, by: 86_400) {
            let text = HTTPDate(secondsSince1970: day).description
            let dayOfMonth = Int(text.dropFirst(5).prefix(2)) ?? 0
            #expect(dayOfMonth == 1 || dayOfMonth == expected + 1)
            expected = dayOfMonth
            if dayOfMonth == 1 { firsts += 1 }
        }
        #expect(firsts == 4_800)
    }

    @Test("A moment that the form cannot hold is written as the nearest that it can")
    func clampsYears() {
        #expect(HTTPDate(secondsSince1970: .max).description == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(HTTPDate(secondsSince1970: .min).description == "Sat, 01 Jan 0000 00:00:00 GMT")
    }

    @Test("Dates compare by their moments")
    func compares() {
        #expect(HTTPDate(secondsSince1970: 1) < HTTPDate(secondsSince1970: 2))
        #expect(!(HTTPDate(secondsSince1970: 2) < HTTPDate(secondsSince1970: 2)))
    }
}
