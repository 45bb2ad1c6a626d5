import Testing

@testable import FastCGI

@Suite struct LineLogHandlerTests {
    @Test(
        "A value is one word on one line, and looks like what it is",
        arguments: [
            ("plain-1.0", "plain-1.0"), ("", #""""#), ("a b", #""a b""#), ("a=b", #""a=b""#), (#"a"\b"#, #""a\"\\b""#),
            ("a\r\n\tb", #""a\r\n\tb""#), ("\u{0}\u{1b}[2J\u{7f}\u{85}", #""\u{0}\u{1b}[2J\u{7f}\u{85}""#),
            ("é日", #""é日""#),
            // Line ends for some readers, and marks that show the rest of the line in another order or not at all.
            ("a\u{2028}b\u{2029}c", #""a\u{2028}b\u{2029}c""#), ("\u{202e}gpj.exe", #""\u{202e}gpj.exe""#),
            ("\u{2066}a\u{2069}\u{200f}", #""\u{2066}a\u{2069}\u{200f}""#),
            ("\u{feff}\u{200b}", #""\u{feff}\u{200b}""#),
        ]
    )
    func quotes(value: String, written: String) {
        #expect(LineLogHandler.quoted(value, always: false) == written)
    }
}
