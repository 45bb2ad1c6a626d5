import HTTPTypes

extension RequestGuard {
    /// What may be sent in one request. Together they bound the bytes a connection may make us hold: about twice the
    /// sum of ``parameterBytes``, ``bodyBytes`` and ``overhead``.
    struct Limits: Equatable, Sendable {
        /// The content of all `FCGI_PARAMS` records together, in bytes.
        var parameterBytes = 65_536
        /// The number of parameters.
        var parameterCount = 512
        /// The content of all `FCGI_STDIN` records together, in bytes.
        var bodyBytes = 1_048_576
        /// The number of records without content of the request, beginning with those before it. Records with content
        /// may be as small as they like: a web server that does not buffer sends what it gets.
        var records = 1_024
        /// How many bytes besides the content are held of a request, in records that are many or padded, before
        /// ``RequestGuard/compact(_:)`` takes them out.
        var overhead = 65_536
        /// The content of all records together that belong to no request, or say nothing about it, in bytes.
        var ignoredBytes: Int {
            let (sum, isTooLarge) = parameterBytes.addingReportingOverflow(bodyBytes)
            return isTooLarge ? .max : sum
        }
        /// The number of records answered by the guard itself for each request. So few answers always fit into
        /// a socket's buffer, so a peer that reads none of them blocks nobody.
        var replies = 32
    }

    /// What `FCGI_GET_VALUES` is told.
    struct Capacity: Equatable, Sendable {
        /// `FCGI_MAX_CONNS`: the connections accepted at a time.
        var connections: Int
        /// `FCGI_MAX_REQS`: the requests served at a time.
        var requests: Int
    }

    /// The judgement of the bytes seen so far.
    enum Verdict: Equatable, Sendable {
        /// More bytes are needed.
        case incomplete(Phase)
        /// One whole request is there. Bytes after ``RequestShape/length`` belong to the next one.
        case request(RequestShape)
        /// A record that the guard answers itself: send the answer, drop the bytes, and examine the rest again.
        case reply(Reply)
        /// A well-formed request beyond the limits: send ``TooLarge/answer``, then close.
        case tooLarge(TooLarge)
        /// Malformed or hostile: send the answer of ``Reason/status``, if it has one, and close the connection.
        case refuse(Reason)

        /// Whether the bytes examined, so many, are one whole request with nothing behind it.
        func isRequest(of count: Int) -> Bool {
            if case .request(let shape) = self { shape.length == count } else { false }
        }
    }

    /// How far an incomplete request has come.
    enum Phase: String, Sendable {
        /// Not one byte of it.
        case idle
        /// Within its parameters or before.
        case head
        /// Within its body.
        case body
    }

    /// One whole request within the bytes examined.
    struct RequestShape: Equatable, Sendable {
        /// The bytes it spans, from the first byte examined.
        var length: Int
        var requestID: UInt16
        /// Whether the web server wants to use the connection again (`FCGI_KEEP_CONN`).
        var keepConnection: Bool
        /// The content of its parameter records, in bytes.
        var parameterLength: Int
        /// The size of its body, in bytes.
        var bodyLength: Int
        /// Whether libfcgi reads these very bytes correctly; if not, give it the ``canonicalForm(of:shape:)``.
        var isCanonical: Bool
    }

    /// An answer by the guard itself.
    struct Reply: Equatable, Sendable {
        /// Whole records to send; empty when there are only bytes to drop.
        var bytes: [UInt8]
        /// The bytes to drop from the front of those examined, 0 in the middle of a request.
        var consumed: Int
        /// Whether the connection is to be closed after the answer, as the web server asked.
        var closes = false
    }

    /// A request beyond the limits.
    struct TooLarge: Equatable, Sendable {
        enum Part: String, Sendable {
            case parameters
            case body
        }
        var requestID: UInt16
        var keepConnection: Bool
        var part: Part

        /// 431 for parameters (RFC 6585 §5), 413 for a body (RFC 9110 §15.5.14).
        var status: HTTPResponse.Status {
            switch part {
            case .parameters: .requestHeaderFieldsTooLarge
            case .body: .contentTooLarge
            }
        }

        /// The whole answer in valid records.
        var answer: [UInt8] { ResponseRecords.answer(requestID, status: status) }
    }

    /// Why a connection is refused; the raw value is fit for a metric's label.
    enum Reason: String, CaseIterable, Sendable, CustomStringConvertible {
        case unsupportedVersion = "unsupported-version"
        case unexpectedRecord = "unexpected-record"
        case malformedBegin = "malformed-begin"
        case duplicateBegin = "duplicate-begin"
        case nullRequestID = "null-request-id"
        case inputBeforeParametersEnded = "input-before-parameters-ended"
        case truncatedParameters = "truncated-parameters"
        case emptyParameterName = "empty-parameter-name"
        case nulInParameter = "nul-in-parameter"
        case equalsSignInName = "equals-sign-in-name"
        case invalidContentLength = "invalid-content-length"
        case contentLengthMismatch = "content-length-mismatch"
        case malformedManagementRecord = "malformed-management-record"
        case tooManyRecords = "too-many-records"
        case tooManyReplies = "too-many-replies"
        case tooManyIgnoredBytes = "too-many-ignored-bytes"

        /// What ``RequestGuard/requestUnderWay`` is answered: 400 where the records are in order, so that it may be the
        /// client who has sent what can't be taken, such as `%00` in a path that the web server decodes. Nil where
        /// there is no telling what a record belongs to.
        var status: HTTPResponse.Status? {
            switch self {
            case .nulInParameter, .equalsSignInName, .invalidContentLength, .contentLengthMismatch: .badRequest
            default: nil
            }
        }

        var description: String {
            switch self {
            case .unsupportedVersion: "A record's version is not 1."
            case .unexpectedRecord: "A record is of a type that a web server does not send there."
            case .malformedBegin: "The body of FCGI_BEGIN_REQUEST is not 8 bytes."
            case .duplicateBegin: "A request was begun again while under way."
            case .nullRequestID: "A request's record bears the identifier 0."
            case .inputBeforeParametersEnded: "FCGI_STDIN came before the end of FCGI_PARAMS."
            case .truncatedParameters: "FCGI_PARAMS ended within a parameter."
            case .emptyParameterName: "A parameter has an empty name."
            case .nulInParameter: "A parameter contains a NUL."
            case .equalsSignInName: "A parameter's name contains an equals sign."
            case .invalidContentLength: "CONTENT_LENGTH is not a number, or was given twice with different values."
            case .contentLengthMismatch: "FCGI_STDIN is shorter or longer than CONTENT_LENGTH."
            case .malformedManagementRecord: "The names of FCGI_GET_VALUES do not fit into their record."
            case .tooManyRecords: "Too many records without content of a request."
            case .tooManyReplies: "Too many records that had to be answered by the guard."
            case .tooManyIgnoredBytes: "Too many bytes of records that belong to no request."
            }
        }
    }
}
