import Foundation

/// The content of `/spooled/numbers?n=BYTES` and `/test/resumable?n=BYTES`, computed apart: lines of 15 digits,
/// numbered from 0.
func numberedLines(_ count: Int) -> Data {
    var lines: [UInt8] = []
    lines.reserveCapacity(count + 16)
    // Counted up in place: of texts, 40 MB take a debug build ten seconds.
    var line = Array("000000000000000\n".utf8)
    while lines.count < count {
        lines += line
        var digit = 14
        while line[digit] == UInt8(ascii: "9") {
            line[digit] = UInt8(ascii: "0")
            digit -= 1
        }
        line[digit] += 1
    }
    return Data(lines.prefix(count))
}
