import Testing

@testable import FastCGI

@Suite struct AbortTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var bytes: [UInt8]
        var isAborted: Bool

        var testDescription: String { name }
    }

    private static let abort = Wire.record(2, id: 7)

    private static let cases = [
        Case(name: "nothing has come", bytes: [], isAborted: false),
        Case(name: "the record alone", bytes: abort, isAborted: true),
        Case(name: "all but its last byte", bytes: abort.dropLast(), isAborted: false),
        Case(
            name: "its header, of content that is missing",
            bytes: Wire.record(2, id: 7, [1, 2]).dropLast(),
            isAborted: true
        ),
        Case(name: "of another request", bytes: Wire.record(2, id: 8), isAborted: false),
        Case(name: "of no request", bytes: Wire.record(2, id: 0), isAborted: false),
        Case(
            name: "of an identifier that differs in its high byte",
            bytes: Wire.record(2, id: 7 + 256),
            isAborted: false
        ),
        Case(name: "behind one of another request", bytes: Wire.record(2, id: 8) + abort, isAborted: true),
        Case(
            name: "behind a management record",
            bytes: Wire.record(9, id: 0, [1, 2, 3], padding: 5) + abort,
            isAborted: true
        ),
        Case(
            name: "behind content that nobody wants",
            bytes: Wire.input(id: 7, [2, 2, 2], padding: 3) + abort,
            isAborted: true
        ),
        Case(name: "within content", bytes: Wire.input(id: 8, abort), isAborted: false),
        Case(
            name: "within padding",
            bytes: Wire.input(id: 8, [1], padding: 9).dropLast(9) + [1] + abort,
            isAborted: false
        ),
        Case(name: "behind another request", bytes: Wire.request(id: 8) + abort, isAborted: true),
        Case(name: "of the next request, by the same identifier", bytes: Wire.request(id: 7) + abort, isAborted: false),
        Case(name: "twice", bytes: abort + abort, isAborted: true),
        Case(name: "behind what is not a record", bytes: [2] + abort, isAborted: false),
        Case(
            name: "behind a part of a record",
            bytes: Array(Wire.input(id: 8, [1, 2, 3]).dropLast()),
            isAborted: false
        ),
    ]

    @Test("A request is aborted by the record that says so, of this request, behind it", arguments: cases)
    func finds(_ one: Case) {
        #expect(RequestGuard.isAborted(7, in: one.bytes.span) == one.isAborted)
    }

    @Test("Found or not, what comes in pieces is found when the record's header is whole, and not before")
    func findsInPieces() {
        let bytes = Wire.request(id: 8) + Self.abort + Wire.record(2, id: 9)
        let whole = bytes.count - 8
        for count in 0...bytes.count {
            #expect(RequestGuard.isAborted(7, in: bytes.span.extracting(first: count)) == (count >= whole))
        }
    }
}
