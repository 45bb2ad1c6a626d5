/// Judges the bytes of a FastCGI connection before libfcgi reads them.
///
/// libfcgi's reader is not safe against a hostile peer and has no limits, so it is given one whole, well-formed,
/// bounded request at a time. The guard is a pure function over bytes with a memory: it remembers what it has
/// validated, so a request costs one look at each byte however its bytes arrive.
///
/// Give ``examine(_:)`` everything received since the start of the request, again whenever more has arrived. After
/// ``Verdict/reply(_:)`` drop the bytes it says and examine the rest; after ``Verdict/request(_:)`` drop the bytes of
/// the request and call ``reset()``. Every other final verdict is repeated for ever.
struct RequestGuard: Sendable {
    let limits: Limits
    let capacity: Capacity

    private enum Stage: Sendable {
        case outside, parameters, body
    }

    /// A verdict after which no more bytes are looked at.
    private enum Ending: Sendable {
        case request(RequestShape)
        case tooLarge(TooLarge)
        case refuse(Reason)
    }

    /// What is to be done with a record, by its header alone.
    private enum Action: Sendable {
        case begin, rejectBegin, abort, scanParameters, endParameters, takeBody, endBody, ignore, answer

        /// Whether the record has content of the request, of which there is a bounded amount.
        var takesContent: Bool { self == .scanParameters || self == .takeBody }
    }

    private var stage = Stage.outside
    private var ending: Ending?
    /// The offset of the first record not yet judged.
    private var cursor = 0
    private var requestID: UInt16 = 0
    private var keepConnection = false
    private var isCanonical = true
    private var parameters = ParameterScanner()
    private var parameterLength = 0
    private var bodyLength = 0
    private var recordCount = 0
    private var replyCount = 0
    private var ignoredLength = 0
    /// How many of the bytes before `cursor` are headers, padding, and records of no request.
    private var overhead = 0

    init(limits: Limits = Limits(), capacity: Capacity) {
        self.limits = limits
        self.capacity = capacity
    }

    /// Forgets the request that was found, to begin the next one of the connection.
    mutating func reset() {
        self = RequestGuard(limits: limits, capacity: capacity)
    }

    /// Judges `bytes`, which begin with all that was given before and not dropped since.
    mutating func examine(_ bytes: Span<UInt8>) -> Verdict {
        switch ending {
        case .request(let shape): return .request(shape)
        case .tooLarge(let request): return .tooLarge(request)
        case .refuse(let reason): return .refuse(reason)
        case nil: break
        }
        while cursor < bytes.count {
            if bytes[cursor] != 1 { return refuse(.unsupportedVersion) }
            guard bytes.count - cursor >= RecordHeader.byteCount else { break }
            let header = RecordHeader(bytes, at: cursor)
            // The header is judged before its content is awaited; doing so again for each new byte changes nothing.
            let action: Action
            switch self.action(for: header) {
            case .success(let value): action = value
            case .failure(let failure): return end(failure.ending)
            }
            guard bytes.count - cursor >= header.recordLength else { break }
            if let verdict = perform(action, header, bytes) { return verdict }
        }
        return .incomplete(phase(bytes.count))
    }

    /// The identifier of the request that has begun and is not there as a whole, or never will be.
    var requestUnderWay: UInt16? { stage == .outside ? nil : requestID }

    /// How much content of the request under way its client may have sent, in bytes: what has come, and up to 64 KiB
    /// more, which web servers collect before they hand it on; no more than there will be.
    var sentContent: Int {
        stage == .body ? min(parameters.contentLength ?? .max, bodyLength + 65_536) : 0
    }

    /// How much content the request under way has, as its head says, or as has come if that says nothing; 0 before the
    /// end of its head.
    var expectedContent: Int {
        stage == .body ? parameters.contentLength ?? bodyLength : 0
    }

    /// How much of the request under way was judged, in bytes.
    var judgedLength: Int { cursor }

    private func phase(_ count: Int) -> Phase {
        switch stage {
        case .body: .body
        case .parameters: .head
        case .outside: cursor < count ? .head : .idle
        }
    }
}

// MARK: - By the header

extension RequestGuard {
    private struct Failure: Error {
        var ending: Ending
        init(_ reason: Reason) { ending = .refuse(reason) }
        init(_ ending: Ending) { self.ending = ending }
    }

    private func action(for header: RecordHeader) -> Result<Action, Failure> {
        let action: Action
        switch chooseAction(for: header) {
        case .success(let value): action = value
        case .failure(let failure): return .failure(failure)
        }
        if !action.takesContent, recordCount >= limits.records { return .failure(Failure(.tooManyRecords)) }
        switch action {
        case .ignore, .answer, .rejectBegin:
            if ignoredLength + header.contentLength > limits.ignoredBytes {
                return .failure(Failure(.tooManyIgnoredBytes))
            }
        case .scanParameters:
            if parameterLength + header.contentLength > limits.parameterBytes {
                return .failure(Failure(tooLarge(.parameters)))
            }
        case .takeBody:
            if let declared = parameters.contentLength {
                if bodyLength + header.contentLength > declared { return .failure(Failure(.contentLengthMismatch)) }
            } else if bodyLength + header.contentLength > limits.bodyBytes {
                return .failure(Failure(tooLarge(.body)))
            }
        case .begin, .abort, .endParameters, .endBody:
            break
        }
        return .success(action)
    }

    private func chooseAction(for header: RecordHeader) -> Result<Action, Failure> {
        typealias Kind = RecordHeader.Kind
        if header.requestID == 0 {
            // What a web server sends about a request must name one; what only a server sends is not answered.
            switch header.type {
            case Kind.getValues, 0, 12...: return .success(.answer)
            case 1...8: return .failure(Failure(.nullRequestID))
            default: return .failure(Failure(.unexpectedRecord))
            }
        }
        if header.type == Kind.beginRequest && header.contentLength != 8 { return .failure(Failure(.malformedBegin)) }
        if stage == .outside || header.requestID != requestID { return chooseForeignAction(for: header) }
        let isEmpty = header.contentLength == 0
        switch (header.type, stage) {
        case (Kind.parameters, .parameters): return .success(isEmpty ? .endParameters : .scanParameters)
        case (Kind.standardInput, .body): return .success(isEmpty ? .endBody : .takeBody)
        case (Kind.standardInput, _): return .failure(Failure(.inputBeforeParametersEnded))
        case (Kind.abortRequest, _): return .success(.abort)
        case (Kind.beginRequest, _): return .failure(Failure(.duplicateBegin))
        // A responder has no use for it (§6.2), nor for what a later version may send.
        case (Kind.data, _), (12..., _): return .success(.ignore)
        default: return .failure(Failure(.unexpectedRecord))
        }
    }

    /// Chooses for a record that does not belong to the request under way, if there is one: while an identifier is
    /// inactive, its records are ignored, except for `FCGI_BEGIN_REQUEST` (§3.3). The rest of a request may come after
    /// it was aborted, refused, or answered.
    private func chooseForeignAction(for header: RecordHeader) -> Result<Action, Failure> {
        guard header.type == RecordHeader.Kind.beginRequest else { return .success(.ignore) }
        return .success(stage == .outside ? .begin : .rejectBegin)
    }
}

// MARK: - By the content

extension RequestGuard {
    /// Takes in a record that is there as a whole; returns a verdict when there is something to say.
    private mutating func perform(_ action: Action, _ header: RecordHeader, _ bytes: Span<UInt8>) -> Verdict? {
        let content = cursor + RecordHeader.byteCount
        if !action.takesContent { recordCount += 1 }
        cursor += header.recordLength
        overhead += header.recordLength - (action.takesContent ? header.contentLength : 0)
        // libfcgi takes the padding after an empty record or FCGI_BEGIN_REQUEST for the next header.
        if header.paddingLength > 0 && (header.contentLength == 0 || action == .begin) { isCanonical = false }
        switch action {
        case .begin:
            return begin(header, bytes, content)
        case .rejectBegin:
            return reject(header, .cannotMultiplex)
        case .abort:
            let closes = !keepConnection
            let consumed = cursor
            leaveRequest()
            return reply(ResponseRecords.endRequest(header.requestID), consumed: consumed, closes: closes)
        case .scanParameters:
            let end = content + header.contentLength
            parameterLength += header.contentLength
            switch parameters.scan(bytes, from: content, to: end, limits: limits) {
            case nil: return nil
            case .tooLarge: return self.end(tooLarge(.parameters))
            case .refuse(let reason): return refuse(reason)
            }
        case .endParameters:
            if !parameters.isBetweenPairs { return refuse(.truncatedParameters) }
            stage = .body
            if let declared = parameters.contentLength, declared > limits.bodyBytes { return end(tooLarge(.body)) }
            return nil
        case .takeBody:
            bodyLength += header.contentLength
            return nil
        case .endBody:
            if let declared = parameters.contentLength, declared != bodyLength { return refuse(.contentLengthMismatch) }
            return end(.request(shape))
        case .ignore:
            return ignore(header)
        case .answer:
            let answer: [UInt8]
            if header.type == RecordHeader.Kind.getValues {
                let end = content + header.contentLength
                guard let values = capacity.values(namedIn: bytes, from: content, to: end) else {
                    return refuse(.malformedManagementRecord)
                }
                answer = ResponseRecords.valuesResult(values)
            } else {
                answer = ResponseRecords.unknownType(header.type)
            }
            ignoredLength += header.contentLength
            return replyBesideRequest(answer)
        }
    }

    private mutating func begin(_ header: RecordHeader, _ bytes: Span<UInt8>, _ content: Int) -> Verdict? {
        keepConnection = bytes[content + 2] & 1 != 0
        let role = UInt16(bytes[content]) << 8 | UInt16(bytes[content + 1])
        guard role == 1 else { return reject(header, .unknownRole, closes: !keepConnection) }
        requestID = header.requestID
        stage = .parameters
        return nil
    }

    private mutating func reject(
        _ header: RecordHeader,
        _ status: ResponseRecords.ProtocolStatus,
        closes: Bool = false
    ) -> Verdict {
        ignoredLength += header.contentLength
        return replyBesideRequest(ResponseRecords.endRequest(header.requestID, status: status), closes: closes)
    }

    private mutating func ignore(_ header: RecordHeader) -> Verdict? {
        ignoredLength += header.contentLength
        isCanonical = false
        guard stage == .outside else { return nil }
        return .reply(Reply(bytes: [], consumed: takeConsumed()))
    }

    private mutating func replyBesideRequest(_ answer: [UInt8], closes: Bool = false) -> Verdict {
        isCanonical = false
        return reply(answer, consumed: takeConsumed(), closes: closes)
    }

    private mutating func reply(_ answer: [UInt8], consumed: Int, closes: Bool) -> Verdict {
        replyCount += 1
        if replyCount > limits.replies { return refuse(.tooManyReplies) }
        return .reply(Reply(bytes: answer, consumed: consumed, closes: closes))
    }

    /// The bytes that may be dropped: all that were judged, unless a request is under way, whose bytes are wanted.
    private mutating func takeConsumed() -> Int {
        guard stage == .outside else { return 0 }
        let consumed = cursor
        cursor = 0
        overhead = 0
        isCanonical = true
        return consumed
    }

    /// Forgets an aborted request but not what was counted, so that endless aborts are bounded as well.
    private mutating func leaveRequest() {
        stage = .outside
        cursor = 0
        overhead = 0
        isCanonical = true
        parameters = ParameterScanner()
        parameterLength = 0
        bodyLength = 0
    }

    /// How many bytes of the request under way may be replaced by fewer; nil if it is not worth it.
    var compactableLength: Int? {
        guard ending == nil, stage != .outside, overhead > limits.overhead, overhead > cursor - overhead else {
            return nil
        }
        return cursor
    }

    /// The identifier of the request that ``compactableLength`` is about.
    var compactableID: UInt16 { requestID }

    /// Goes on behind what the request's bytes were replaced by.
    mutating func didCompact(to length: Int) {
        overhead -= cursor - length
        cursor = length
        isCanonical = true
    }

    private var shape: RequestShape {
        RequestShape(
            length: cursor,
            requestID: requestID,
            keepConnection: keepConnection,
            parameterLength: parameterLength,
            bodyLength: bodyLength,
            isCanonical: isCanonical
        )
    }

    private func tooLarge(_ part: TooLarge.Part) -> Ending {
        .tooLarge(TooLarge(requestID: requestID, keepConnection: keepConnection, part: part))
    }

    private mutating func refuse(_ reason: Reason) -> Verdict { end(.refuse(reason)) }

    private mutating func end(_ ending: Ending) -> Verdict {
        self.ending = ending
        switch ending {
        case .request(let shape): return .request(shape)
        case .tooLarge(let request): return .tooLarge(request)
        case .refuse(let reason): return .refuse(reason)
        }
    }
}
