/// How the content can serve a range.
enum Seeking: CaseIterable, Sendable {
    case repeats, startsInTheMiddle

    var file: StubFile {
        StubFile()
            .with {
                $0.isRepeatable = self == .repeats
                $0.canStartInTheMiddle = self == .startsInTheMiddle
            }
    }
}
