import DownloadCore
import Testing

@Suite struct ExcerptTests {
    @Test(
        "What a client sends stays one line that shows what it is",
        arguments: [
            ("/plain?a=1%20b", "/plain?a=1%20b"), ("", ""), ("é日🎉", "é日🎉"),
            ("a\r\nb\u{0}\u{7F}\u{85}", "a<U+000D><U+000A>b<U+0000><U+007F><U+0085>"),
            ("\u{202E}gpj\u{2066}", "<U+202E>gpj<U+2066>"), ("\u{2028}\u{2029}", "<U+2028><U+2029>"),
            ("a\u{200B}\u{FEFF}\u{E0041}\u{034F}", "a<U+200B><U+FEFF><U+E0041><U+034F>"),
            ("\u{E000}\u{0378}", "<U+E000><U+0378>"),
        ]
    )
    func showsWhatIsNotSeen(text: String, shown: String) {
        #expect(text.excerpt() == shown)
        #expect(text[...].excerpt() == shown)
    }

    @Test("A long text is cut between two characters, with the size of the whole behind")
    func cuts() {
        let long = String(repeating: "x", count: 60_000)
        #expect(long.excerpt(5) == "xxxxx… (60000 bytes)")
        #expect("xxxxx".excerpt(5) == "xxxxx")
        #expect("ééé".excerpt(5) == "éé… (6 bytes)")
        #expect("ééé".excerpt(6) == "ééé")
        #expect("🎉".excerpt(3) == "… (4 bytes)")
        #expect(String(repeating: "\u{202E}", count: 100_000).excerpt().utf8.count < 1_000)
    }
}
