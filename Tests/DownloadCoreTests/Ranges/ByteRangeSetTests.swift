import Testing

@testable import DownloadCore

@Suite struct ByteRangeSetTests {
    /// Fields and what they select of ten bytes; nil if they are to be ignored.
    static let ofTenBytes: [(field: String, ranges: [Range<Int64>]?)] = [
        ("bytes=0-3", [0..<4]), ("bytes=3-", [3..<10]), ("bytes=-3", [7..<10]), ("bytes=0-", [0..<10]),
        ("bytes=0-0", [0..<1]),
        ("bytes=9-9", [9..<10]), ("bytes=-10", [0..<10]), ("bytes=-11", [0..<10]), ("bytes=5-20", [5..<10]),
        ("bytes=0-100", [0..<10]), ("BYTES=0-3", [0..<4]), ("Bytes=1-1", [1..<2]),
        // Of none of these is there a byte.
        ("bytes=10-", []), ("bytes=10-20", []), ("bytes=-0", []), ("bytes=20-30,40-50", []), ("bytes=-000", []),
        ("bytes=99999999999999999999-", []), ("bytes=9223372036854775807-", []), ("bytes=9223372036854775808-", []),
        ("bytes=99999999999999999998-99999999999999999999", []),
        ("bytes=0099999999999999999998-99999999999999999999", []),
        // Invalid, so ignored.
        ("bytes=3-2", nil), ("bytes=", nil), ("bytes=a-b", nil), ("bytes", nil), ("0-3", nil), ("items=0-3", nil),
        ("bytes = 0-3", nil), ("bytes =0-3", nil), ("bytes=+0-3", nil), ("bytes=0-+3", nil), ("bytes=1-2-3", nil),
        ("bytes=0-0x1", nil),
        ("bytes=0-1;2-3", nil), ("bytes=-", nil), ("bytes=--3", nil), ("bytes=0 -3", nil), ("bytes=0- 3", nil),
        ("bytes=0", nil),
        ("bytes=,", nil), ("bytes= , ,", nil), ("", nil), ("=", nil), ("=0-3", nil), ("bytes=0-3 4-5", nil),
        ("bytes=0-3,x", nil),
        ("bytes=0-3,5-4", nil), ("bytes:0-3", nil), ("byte=0-3", nil), ("bytess=0-3", nil), ("bytes=０-3", nil),
        ("bytes=0-3\u{0}", nil), ("bytes=0-3\r\n", nil), ("bytes=0-3bytes=0-3", nil), ("bytes=*", nil),
        ("bytes=0-3/10", nil),
        ("bytes=99999999999999999999-99999999999999999998", nil),
        ("bytes=100000000000000000000-99999999999999999999", nil),
        ("bytes=99999999999999999999-3", nil),
        ("bytes=99999999999999999999-0099999999999999999998", nil),
        // Whitespace and empty members.
        ("bytes=0-3, ", [0..<4]), ("bytes=0-3 ", [0..<4]), (" bytes=0-3", [0..<4]), ("bytes= 0-3", [0..<4]),
        ("bytes=\t0-3\t", [0..<4]),
        ("bytes=,0-1", [0..<2]), ("bytes=0-1,", [0..<2]), ("bytes=,, ,0-1, ,,4-5,", [0..<2, 4..<6]),
        // Several.
        ("bytes=0-1,3-4", [0..<2, 3..<5]), ("bytes=0-1, 3-4", [0..<2, 3..<5]), ("bytes=0-1\t,\t3-4", [0..<2, 3..<5]),
        ("bytes=0-5,2-8", [0..<9]), ("bytes=2-8,0-5", [0..<9]), ("bytes=5-8,0-2", [5..<9, 0..<3]),
        ("bytes=0-0,-1", [0..<1, 9..<10]),
        ("bytes=0-3,0-3,0-3,0-3,0-3,0-3", [0..<4]), ("bytes=0-1,2-3", [0..<4]), ("bytes=2-3,0-1", [0..<4]),
        ("bytes=8-9,0-1,4-5,1-4", [8..<10, 0..<6]), ("bytes=0-1,20-30", [0..<2]), ("bytes=20-30,0-1", [0..<2]),
        ("bytes=0-1,8-9,4-5,2-7", [0..<10]), ("bytes=6-6,0-0,3-3,-1", [6..<7, 0..<1, 3..<4, 9..<10]),
        ("bytes=1-,-2,0-0", [0..<10]), ("bytes=0-1,8-9,1-4", [0..<5, 8..<10]),
        // Numbers of any length.
        ("bytes=-99999999999999999999", [0..<10]), ("bytes=00000-00003", [0..<4]),
        ("bytes=0-99999999999999999999", [0..<10]),
        ("bytes=9-9223372036854775807", [9..<10]),
        ("bytes=000000000000000000000000000000002-000000000000000000000000000000003", [2..<4]),
        ("bytes=3-99999999999999999999999999999999999999999999", [3..<10]),
    ]

    @Test("A Range field selects what RFC 9110 §14 says", arguments: ofTenBytes)
    func selects(row: (field: String, ranges: [Range<Int64>]?)) {
        #expect(ByteRangeSet(row.field)?.resolved(size: 10) == row.ranges)
    }

    @Test("A single range that is read by itself is the same", arguments: ofTenBytes)
    func readsSingleRange(row: (field: String, ranges: [Range<Int64>]?)) {
        guard let range = ByteRangeSet.onlyRange(of: row.field, size: 10) else { return }
        #expect(row.ranges == [range])
    }

    @Test(
        "The usual single range is read by itself, and no other",
        arguments: [
            ("bytes=0-3", 0..<4), ("bytes=3-", 3..<10), ("bytes=5-20", 5..<10), ("bytes=9-9", 9..<10),
            ("bytes=-3", nil), ("bytes=10-", nil), ("bytes=3-2", nil), ("bytes=0-3,5-6", nil), ("Bytes=0-3", nil),
            ("bytes=0-1000000000000000000", nil), ("bytes=", nil), ("bytes", nil),
        ] as [(String, Range<Int64>?)]
    )
    func readsUsualRange(field: String, range: Range<Int64>?) {
        #expect(ByteRangeSet.onlyRange(of: field, size: 10) == range)
        #expect(ByteRangeSet.onlyRange(of: field, size: 0) == nil)
    }

    @Test("An empty content has no range", arguments: ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0", "bytes=0-,-1"])
    func selectsNothingOfEmptyContent(field: String) {
        #expect(ByteRangeSet(field)?.resolved(size: 0) == [])
    }

    @Test("The greatest size has its last byte")
    func reachesGreatestSize() {
        let all = Int64(0)..<Int64.max
        let last = (Int64.max - 1)..<Int64.max
        #expect(ByteRangeSet("bytes=9223372036854775806-")?.resolved(size: .max) == [last])
        #expect(ByteRangeSet("bytes=0-9223372036854775807")?.resolved(size: .max) == [all])
        #expect(ByteRangeSet("bytes=-9223372036854775807")?.resolved(size: .max) == [all])
    }

    @Test("More ranges than the cap are ignored, empty members not counted", arguments: [1, 2, 100])
    func capsCount(limit: Int) {
        let full = "bytes=" + (0..<limit).map { "\($0 * 2)-\($0 * 2)," }.joined(separator: " ,")
        #expect(ByteRangeSet(full, maximumCount: limit)?.resolved(size: 1000).count == limit)
        #expect(ByteRangeSet(full + "999-", maximumCount: limit) == nil)
        #expect(ByteRangeSet("bytes=0-0", maximumCount: 0) == nil)
    }

    @Test("The cap is 100 if nothing else is said")
    func hasDefaultCap() {
        #expect(ByteRangeSet.defaultMaximumCount == 100)
        #expect(ByteRangeSet("bytes=" + Array(repeating: "0-0", count: 100).joined(separator: ",")) != nil)
        #expect(ByteRangeSet("bytes=" + Array(repeating: "0-0", count: 101).joined(separator: ",")) == nil)
    }

    @Test("A Content-Range names the range and the size")
    func writesContentRange() {
        #expect(ContentRange(0..<4, of: 10).description == "bytes 0-3/10")
        #expect(ContentRange(9..<10, of: 10).description == "bytes 9-9/10")
        #expect(ContentRange(0..<4, of: nil).description == "bytes 0-3/*")
        let greatest = Int64.max
        #expect(ContentRange(0..<greatest, of: greatest).description == "bytes 0-\(greatest - 1)/\(greatest)")
        #expect(
            ContentRange(greatest - 1..<greatest, of: greatest).description
                == "bytes \(greatest - 1)-\(greatest - 1)/\(greatest)"
        )
        for exponent in 0..<19 {
            let power = (0..<exponent).reduce(Int64(1)) { value, _ in value * 10 }
            for first in [power - 1, power] {
                #expect(ContentRange(first..<first + 1, of: nil).description == "bytes \(first)-\(first)/*")
            }
        }
        #expect(ContentRange.unsatisfied(size: 10).description == "bytes */10")
        #expect(ContentRange.unsatisfied(size: 0).description == "bytes */0")
    }
}
