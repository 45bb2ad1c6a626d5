internal import DownloadCore
internal import DownloadSystem
internal import HTTPTypes

/// One request for a prepared download: what it asks, and what comes of it.
struct Preparation<File: DownloadFile> {
    var request: DownloadRequest
    var step: PreparationStep.Kind?
    /// What identifies the preparation, for this user and target.
    var token: String
    var file: SpooledFile<File>
    /// The file's name, as the client will save it.
    var name: String
    var key: SpoolKey
    var spool: Spool
    var terms: PreparationTerms

    /// The file, if it is to be sent now.
    ///
    /// - Throws: ``PreparationAnswer`` or a redirect in its place, or what the generator threw.
    func outcome() async throws -> SpooledFile<File> {
        let asker = PreparationAsker(step, of: request)
        guard let interest = file.interest else { return try answer(asker, file) }
        let generation = interest.generation
        if let failure = await failure(for: asker, generation) { throw try answer(asker, to: failure) }
        if asker.holdsNoConnection, generation.status.state == .pending,
            spool.preparations.leaseCount >= terms.maximumAtOnce
        {
            throw DownloadError.serviceUnavailable(retryAfter: 10)
        }
        file.begin()
        switch asker {
        case .program(let count):
            return try await wait(for: generation, upTo: terms.waitLimit, count: count)
        case .asynchronous(let wait):
            spool.preparations.renewLease(of: interest, for: terms.abandonedAfter)
            try await generation.waitForOutcome(upTo: min(wait, terms.waitLimit))
        case .status, .page, .newPage:
            spool.preparations.renewLease(of: interest, for: terms.abandonedAfter)
        }
        if let error = generation.failure { throw try answer(asker, to: (error, false)) }
        let status = generation.status
        // Where there is no room on the disk it waits for its readers.
        guard status.state == .whole || generation.isStreaming else { throw progress(asker, status) }
        return try answer(asker, await file.refound())
    }

    // MARK: - Failures

    /// The failure that the client has not been told of; nil if there is none, or the client starts over.
    private func failure(
        for asker: PreparationAsker,
        _ generation: Generation
    ) async -> (error: any Error, isLogged: Bool)? {
        guard generation.status.state == .pending else { return nil }
        if asker.beginsAnew {
            spool.preparations.forgetFailure(of: key)
            return nil
        }
        if let failure = spool.preparations.failure(of: key) { return (failure.error, failure.isLogged) }
        // Another process may have tried.
        let other = await DiskThreads.reading.run { [folder = spool.folder, key] in folder.failure(of: key) }
        return other.map { (PreparationFailure(status: $0.status), true) }
    }

    /// What a client is answered after a failure.
    private func answer(_ asker: PreparationAsker, to failure: (error: any Error, isLogged: Bool)) throws -> any Error {
        let status = PreparationFailure.status(of: failure.error)
        let detail = PreparationFailure.detail(of: failure.error)
        let toLog = failure.isLogged ? nil : failure.error
        switch asker {
        case .page, .newPage:
            return page(.failed(detail: detail), failure: toLog)
        case .status, .asynchronous:
            return PreparationAnswer(
                status,
                type: "application/problem+json",
                PreparationReport.problem(status, detail: detail),
                failure: toLog
            )
        case .program:
            guard let remote = failure.error as? PreparationFailure else { return failure.error }
            return DownloadError(status, reason: "\(remote)")
        }
    }

    // MARK: - Waiting

    /// Waits for the file, and sends the client to wait again when the time is over.
    private func wait(
        for generation: Generation,
        upTo limit: Duration,
        count: Int
    ) async throws -> SpooledFile<File> {
        try await generation.waitForOutcome(upTo: limit)
        if let error = generation.failure { throw try answer(.program(count), to: (error, false)) }
        if generation.status.state == .whole { return await file.refound() }
        // From then on it comes as it is made: better than a redirect that the client does not follow.
        let maximumWaits = terms.maximumWaits ?? RedirectPatience.waits(of: request.headerFields[.userAgent])
        guard count < maximumWaits, !generation.isStreaming else { return file }
        if let interest = file.interest {
            spool.preparations.renewLease(of: interest, for: min(terms.returnLimit, terms.abandonedAfter))
        }
        throw DownloadRedirect(
            .seeOther,
            to: reference(.wait(count + 1)),
            headerFields: [.cacheControl: "no-store"]
        )
    }

    // MARK: - Answers

    /// The answer when the file is ready.
    private func answer(_ asker: PreparationAsker, _ file: SpooledFile<File>) throws -> SpooledFile<File> {
        switch asker {
        case .status:
            throw DownloadRedirect(.seeOther, to: reference(.file), headerFields: [.cacheControl: "no-store"])
        case .page:
            throw page(.ready)
        case .program, .asynchronous, .newPage:
            return file
        }
    }

    /// The answer while the file is being made.
    private func progress(_ asker: PreparationAsker, _ status: GenerationStatus) -> any Error {
        switch asker {
        case .page, .newPage:
            return page(.running(status))
        case .asynchronous, .status, .program:
            var answer = PreparationAnswer(
                .ok,
                type: "application/json",
                PreparationReport.json(status, line: texts.line(for: status))
            )
            answer.response.headerFields[.retryAfter] = String(PreparationReport.interval(for: status))
            if case .asynchronous = asker {
                answer.response.status = .accepted
                answer.response.headerFields[.location] = DownloadRedirect(to: reference(.status)).location
                answer.response.headerFields[.preferenceApplied] = "respond-async"
            }
            return answer
        }
    }

    private func page(_ state: PreparationPage.State, failure: (any Error)? = nil) -> PreparationAnswer {
        let texts = texts
        let page = PreparationPage(
            state: state,
            name: name,
            texts: texts,
            page: reference(.page),
            status: reference(.status),
            file: reference(.file),
            again: request.reference(to: nil)
        )
        var answer = PreparationAnswer(.ok, type: "text/html; charset=utf-8", page.html, failure: failure)
        answer.response.headerFields[.contentSecurityPolicy] = page.contentSecurityPolicy
        answer.response.headerFields[.contentLanguage] = texts.language
        return answer
    }

    private func reference(_ kind: PreparationStep.Kind) -> String {
        request.reference(to: PreparationStep(token: token, kind: kind))
    }

    private var texts: PreparationTexts {
        let language = request.preferredLanguage(of: terms.texts.map(\.language))
        return terms.texts.first { $0.language.wire == language?.wire } ?? terms.texts.first ?? .english
    }
}

/// Who asks for a prepared download, and for what.
enum PreparationAsker: Hashable {
    /// A browser that opens the link.
    case newPage
    /// The page, which asks how far the file is.
    case page
    /// A program that asks how far it is.
    case status
    /// A program that would like to be told so, after so long.
    case asynchronous(Duration)
    /// Any other client, which has waited so often.
    case program(Int)

    init(_ step: PreparationStep.Kind?, of request: DownloadRequest) {
        switch step {
        case .page: self = .page
        case .status: self = .status
        case .file: self = .program(0)
        case .wait(let count): self = .program(count)
        case nil:
            if request.isNavigation {
                self = .newPage
            } else {
                self = request.asynchronousWait.map { .asynchronous($0) } ?? .program(0)
            }
        }
    }

    /// Whether it looks now and then, and what it wants goes on meanwhile.
    var holdsNoConnection: Bool {
        if case .program = self { false } else { true }
    }

    /// Whether the client does not wait for what has failed, but starts over.
    var beginsAnew: Bool {
        switch self {
        case .newPage, .asynchronous, .program(0): true
        case .page, .status, .program: false
        }
    }
}

/// An answer instead of a file that is not ready.
struct PreparationAnswer: ThrownAnswer {
    var response: DownloadResponse
    var failure: (any Error)?

    init(_ status: HTTPResponse.Status, type: String, _ text: String, failure: (any Error)? = nil) {
        response = DownloadResponse(
            status: status,
            headerFields: [
                .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ],
            content: .text(text)
        )
        self.failure = failure
    }
}
