internal import DownloadCore

/// What tells one run of a generator from every other: 128 random bits.
struct GenerationID: Sendable, Hashable {
    private let name: WireText
    /// 32 hexadecimal digits.
    var digits: String { name.text }

    init() {
        var random = SystemRandomNumberGenerator()
        name = WireText(Hexadecimal.digits(of: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }))
    }

    /// Reads the digits of an identity; nil for anything else.
    init?(digits: some StringProtocol) {
        guard Hexadecimal.isDigits(digits, count: 32) else { return nil }
        name = WireText(String(digits))
    }
}
