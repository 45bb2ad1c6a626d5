import TestSupport
import Testing

@testable import DownloadArchives

@Suite struct CanonicalFormTests {
    @Test(
        "A text is composed as Unicode's Normalization Form C has it",
        arguments: [
            ("e\u{301}", "\u{e9}"), ("\u{e9}", "\u{e9}"), ("\u{212b}", "\u{c5}"),
            ("\u{1e9b}\u{323}", "\u{1e9b}\u{323}"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("d\u{307}\u{323}", "\u{1e0d}\u{307}"),
            ("\u{1100}\u{1161}\u{11a8}", "\u{ac01}"), ("\u{ac00}\u{11a8}", "\u{ac01}"), ("\u{958}", "\u{915}\u{93c}"),
            ("\u{2adc}", "\u{2add}\u{338}"), ("a\u{34f}\u{301}", "a\u{34f}\u{301}"), ("\u{344}", "\u{308}\u{301}"),
            ("\u{1d15e}", "\u{1d157}\u{1d165}"), ("\u{f900}", "\u{8c48}"), ("\u{11131}\u{11127}", "\u{1112e}"),
            ("\u{301}e", "\u{301}e"), ("", ""), ("plain", "plain"), ("\u{37e}", ";"), ("\u{387}", "\u{b7}"),
            ("\u{1100}\u{1161}\u{1161}", "\u{ac00}\u{1161}"), ("A\u{30a}\u{327}", "\u{c5}\u{327}"),
        ]
    )
    func composes(text: String, expected: String) {
        #expect(CanonicalForm.composed(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("The composed form is equivalent to the text, and stays as it is")
    func staysEquivalent() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<5000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<random.below(8) {
                let ranges: [ClosedRange<UInt32>] = [
                    0x41...0x5a, 0x300...0x345, 0xc0...0x17f, 0x1e00...0x1fff, 0xac00...0xac40,
                ]
                let range = random.pick(ranges)
                let value = range.lowerBound + UInt32(random.below(Int(range.upperBound - range.lowerBound)))
                if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
            }
            let text = String(scalars)
            let composed = CanonicalForm.composed(text)
            // The standard library's equality is canonical equivalence.
            #expect(composed == text)
            #expect(CanonicalForm.composed(composed).unicodeScalars.elementsEqual(composed.unicodeScalars))
        }
    }
}
