import Testing

@testable import FastCGI

/// Bytes that end a connection.
struct Refused: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var reason: RequestGuard.Reason

    init(_ name: String, _ reason: RequestGuard.Reason, _ bytes: [UInt8]) {
        testDescription = name
        self.reason = reason
        self.bytes = bytes
    }

    private static let head = Wire.begin() + Wire.parameters(Wire.pair("A", "1"))

    private static func withLength(_ text: String, _ body: [UInt8]) -> [UInt8] {
        Wire.request([("CONTENT_LENGTH", text)], body: body)
    }

    static let cases: [Refused] = [
        Refused("one bad version byte", .unsupportedVersion, [0]),
        Refused("an HTTP request", .unsupportedVersion, Array("GET / HTTP/1.1\r\n\r\n".utf8)),
        Refused("a bad version after a good record", .unsupportedVersion, Wire.begin() + [2]),
        Refused("BEGIN of 4 bytes", .malformedBegin, Wire.record(1, [0, 1, 0, 0])),
        Refused("BEGIN of 9 bytes", .malformedBegin, Wire.record(1, [0, 1, 0, 0, 0, 0, 0, 0, 0])),
        Refused("BEGIN with no body", .malformedBegin, Wire.record(1)),
        Refused("BEGIN with the identifier 0", .nullRequestID, Wire.begin(id: 0)),
        Refused("PARAMS with the identifier 0", .nullRequestID, Wire.begin() + Wire.parameters(id: 0)),
        Refused("BEGIN twice", .duplicateBegin, Wire.begin() + Wire.begin()),
        Refused("STDIN before PARAMS ended", .inputBeforeParametersEnded, head + Wire.input()),
        Refused("PARAMS after their end", .unexpectedRecord, head + Wire.parameters() + Wire.parameters([1, 1, 1, 1])),
        Refused("STDOUT from a web server", .unexpectedRecord, head + Wire.record(6, [1])),
        Refused("GET_VALUES of a request", .unexpectedRecord, head + Wire.record(9, [1])),
        Refused("GET_VALUES_RESULT to us", .unexpectedRecord, Wire.record(10, id: 0)),
        Refused("UNKNOWN_TYPE to us", .unexpectedRecord, Wire.record(11, id: 0, [UInt8](repeating: 0, count: 8))),
        Refused(
            "PARAMS ended within a value",
            .truncatedParameters,
            Wire.begin() + Wire.parameters([1, 5, 65, 66]) + Wire.parameters()
        ),
        Refused(
            "PARAMS ended between two lengths",
            .truncatedParameters,
            Wire.begin() + Wire.parameters([1]) + Wire.parameters()
        ),
        Refused(
            "PARAMS ended within a long length",
            .truncatedParameters,
            Wire.begin() + Wire.parameters([1, 0x80, 0]) + Wire.parameters()
        ),
        Refused("an empty name", .emptyParameterName, Wire.begin() + Wire.parameters([0, 1, 65])),
        Refused("1,600 records of empty pairs", .emptyParameterName, Self.emptyPairs),
        Refused("a NUL in a name", .nulInParameter, Wire.begin() + Wire.parameters(Wire.pair("A\0B", "1"))),
        Refused("a NUL in a value", .nulInParameter, Wire.begin() + Wire.parameters(Wire.pair("A", "x\0yz567890"))),
        Refused(
            "a NUL in a name that two records share",
            .nulInParameter,
            Wire.begin() + Wire.parameters([3, 0, 65]) + Wire.parameters([0, 66])
        ),
        Refused(
            "a NUL in a value that two records share",
            .nulInParameter,
            Wire.begin() + Wire.parameters([1, 3, 65, 66]) + Wire.parameters([0, 67])
        ),
        Refused("= in a name", .equalsSignInName, Wire.begin() + Wire.parameters(Wire.pair("A=REMOTE_USER", "x"))),
        Refused(
            "= in a name that two records share",
            .equalsSignInName,
            Wire.begin() + Wire.parameters([3, 0, 65]) + Wire.parameters([61, 66])
        ),
        Refused("CONTENT_LENGTH of a word", .invalidContentLength, withLength("five", [1])),
        Refused("CONTENT_LENGTH with a plus", .invalidContentLength, withLength("+1", [1])),
        Refused("CONTENT_LENGTH of a minus", .invalidContentLength, withLength("-", [1])),
        Refused("CONTENT_LENGTH of -2", .invalidContentLength, withLength("-2", [1])),
        Refused("CONTENT_LENGTH and no body", .contentLengthMismatch, withLength("1", [])),
        Refused("CONTENT_LENGTH and a shorter body", .contentLengthMismatch, withLength("3", [1, 2])),
        Refused("CONTENT_LENGTH and a longer body", .contentLengthMismatch, withLength("3", [1, 2, 3, 4])),
        Refused(
            "a longer body than CONTENT_LENGTH says, by its header",
            .contentLengthMismatch,
            Wire.begin() + Wire.parameters(Wire.pair("CONTENT_LENGTH", "3")) + Wire.parameters() + [
                1, 5, 0, 1, 0, 4, 0, 0,
            ]
        ),
        Refused("CONTENT_LENGTH of 0 and a body", .contentLengthMismatch, withLength("0", [1])),
        Refused(
            "two CONTENT_LENGTHs",
            .invalidContentLength,
            Wire.request([("CONTENT_LENGTH", ""), ("CONTENT_LENGTH", "1")], body: [1])
        ),
        Refused("GET_VALUES cut within a name", .malformedManagementRecord, Wire.record(9, id: 0, [14, 0, 70])),
        Refused(
            "GET_VALUES with a 2 GiB name",
            .malformedManagementRecord,
            Wire.record(9, id: 0, [255, 255, 255, 254, 0])
        ),
        Refused(
            "GET_VALUES with a 16 MiB name",
            .malformedManagementRecord,
            Wire.record(9, id: 0, [0x81, 0, 0, 1, 0, 70])
        ),
        Refused("endless GET_VALUES", .tooManyReplies, (0..<33).flatMap { _ in Wire.record(9, id: 0) }),
        Refused("endless BEGINs of other requests", .tooManyReplies, (1..<40).flatMap { Wire.begin(id: $0) }),
        Refused(
            "endless aborted requests",
            .tooManyReplies,
            (0..<40).flatMap { _ in Wire.begin() + Wire.record(2) }
        ),
        Refused("endless ABORTs of no request", .tooManyRecords, (0..<1_100).flatMap { _ in Wire.record(2) }),
        Refused("endless STDIN of no request", .tooManyRecords, (0..<1_100).flatMap { _ in Wire.input([1]) }),
        Refused(
            "endless DATA of a request",
            .tooManyRecords,
            Wire.begin() + (0..<1_100).flatMap { _ in Wire.record(8, [1]) }
        ),
    ]

    private static var emptyPairs: [UInt8] {
        let record = Wire.parameters([UInt8](repeating: 0, count: 65_534))
        return Wire.begin() + (0..<4).flatMap { _ in record }
    }
}

/// Legal FastCGI for the request ``expected`` that libfcgi would lose or misread.
struct Unclean: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]

    static let expected = DecodedRequest(parameters: [Array("A=1".utf8), Array("B=".utf8)], body: [1, 2, 3])

    private static func request(
        begin: [UInt8] = Wire.begin(),
        first: [UInt8] = [],
        end: [UInt8] = Wire.parameters(),
        second: [UInt8] = [],
        last: [UInt8] = Wire.input()
    ) -> [UInt8] {
        begin + Wire.parameters(Wire.pair("A", "1") + [1]) + first + Wire.parameters([0, 66]) + end
            + Wire.input([1, 2]) + second + Wire.input([3]) + last
    }

    static let cases: [Unclean] = [
        Unclean(testDescription: "BEGIN with padding", bytes: request(begin: Wire.begin(padding: 8))),
        Unclean(testDescription: "the end of PARAMS with padding", bytes: request(end: Wire.parameters(padding: 3))),
        Unclean(testDescription: "the end of STDIN with padding", bytes: request(last: Wire.input(padding: 255))),
        Unclean(testDescription: "an empty record of another id", bytes: request(first: Wire.parameters(id: 2))),
        Unclean(testDescription: "a record of another id", bytes: request(second: Wire.input(id: 3, [9, 9]))),
        Unclean(testDescription: "ABORT of another id", bytes: request(second: Wire.record(2, id: 3))),
        Unclean(
            testDescription: "an unknown management record",
            bytes: request(first: Wire.record(77, id: 0, [1, 2]))
        ),
        Unclean(testDescription: "GET_VALUES within a request", bytes: request(second: Wire.record(9, id: 0))),
        Unclean(testDescription: "BEGIN of a second request", bytes: request(first: Wire.begin(id: 300))),
    ]
}

/// Well-formed bytes beyond limits of 1,000 bytes and 20 parameters, and of 2,000 bytes of body.
struct TooMuch: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var part: RequestGuard.TooLarge.Part
    var bytes: [UInt8]

    private static let twentyOne = (0..<21).flatMap { _ in Wire.pair("A", "") }

    static let cases: [TooMuch] = [
        // The 29 bytes that make libfcgi ask for 2 GiB.
        TooMuch(
            testDescription: "a value of 2 GiB",
            part: .parameters,
            bytes: Wire.begin() + Wire.parameters([1, 0xFF, 0xFF, 0xFF, 0xFE])
        ),
        TooMuch(
            testDescription: "a name of 2 GiB",
            part: .parameters,
            bytes: Wire.begin() + Wire.parameters([0xFF, 0xFF, 0xFF, 0xFF, 1])
        ),
        TooMuch(
            testDescription: "a value of 16 MiB",
            part: .parameters,
            bytes: Wire.begin() + Wire.parameters([1, 0x81, 0, 0, 1, 65, 66])
        ),
        TooMuch(testDescription: "21 pairs", part: .parameters, bytes: Wire.begin() + Wire.parameters(twentyOne)),
        TooMuch(
            testDescription: "a record of parameters",
            part: .parameters,
            bytes: Wire.begin() + [1, 4, 0, 1, 0x03, 0xE9, 0, 0]
        ),
        TooMuch(
            testDescription: "two records of parameters",
            part: .parameters,
            bytes: Wire.begin() + Wire.parameters(Wire.pair("A", String(repeating: "x", count: 900)))
                + [1, 4, 0, 1, 0, 200, 0, 0]
        ),
        TooMuch(
            testDescription: "a record of body",
            part: .body,
            bytes: Wire.begin() + Wire.parameters() + [1, 5, 0, 1, 0x07, 0xD1, 0, 0]
        ),
        TooMuch(
            testDescription: "an announced body",
            part: .body,
            bytes: Wire.begin() + Wire.parameters(Wire.pair("CONTENT_LENGTH", "2001")) + Wire.parameters()
        ),
        TooMuch(
            testDescription: "an announced body of more bytes than fit into 64 bits",
            part: .body,
            bytes: Wire.begin() + Wire.parameters(Wire.pair("CONTENT_LENGTH", "99999999999999999999"))
                + Wire.parameters()
        ),
    ]
}
