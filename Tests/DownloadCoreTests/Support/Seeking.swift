/// How the content can serve a range.
enum Seeking: CaseIterable, Sendable {
    case repeats, seeks

    var file: StubFile {
        StubFile()
            .with {
                $0.isRepeatable = self == .repeats
                $0.isSeekable = self == .seeks
            }
    }
}
