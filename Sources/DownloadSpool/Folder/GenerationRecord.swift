internal import DownloadCore

/// What the process that generates a content tells the others about it: a line in a file beside the content's.
struct GenerationRecord: Sendable, Hashable {
    /// Of bytes; the file has the same number all its life, so that it is written in place.
    static let size = 96
    /// For how long a failure is remembered for those who wait, in seconds.
    static let lifetime: Int64 = 600

    /// Whether it has failed, and with which status clients are answered then.
    var failure: Int?
    /// How much of the work is done, in millionths.
    var estimate: Int?
    /// How many bytes the content will have.
    var contentSize: Int64?
    /// When it began, in milliseconds since 1970.
    var began: Int64

    init(failure: Int? = nil, estimate: Int? = nil, contentSize: Int64? = nil, began: Int64) {
        self.failure = failure
        self.estimate = estimate
        self.contentSize = contentSize
        self.began = began
    }

    /// Reads a record; nil for anything else, such as one that is being written for the first time.
    init?(_ bytes: [UInt8]) {
        let words = bytes.split(separator: 0x20, omittingEmptySubsequences: true)
            .map { String(decoding: $0, as: UTF8.self) }
        guard bytes.count == Self.size, words.count == 5, words[0].wire == "1", words[4].wire != "-",
            let began = Int64(words[4])
        else { return nil }
        func number<Number: FixedWidthInteger>(_ word: String) -> Number? { word.wire == "-" ? nil : Number(word) }
        failure = number(words[1])
        estimate = number(words[2])
        contentSize = number(words[3])
        self.began = began
    }

    /// As it stands in the file.
    var bytes: [UInt8] {
        func word(_ number: (some FixedWidthInteger)?) -> String { number.map { String($0) } ?? "-" }
        let line = "1 \(word(failure)) \(word(estimate)) \(word(contentSize)) \(began)"
        return Array(line.utf8) + [UInt8](repeating: 0x20, count: max(0, Self.size - line.utf8.count))
    }
}
