public import DownloadCore
internal import HTTPTypes

extension VirtualDownloadView {
    /// This view for content that takes long to make: a person sees how far it is and gets the file when it is ready, a
    /// program waits for it or asks, and all who want it share one generation.
    ///
    ///     Route("/reports/{year}", ReportView().prepared())
    ///
    /// - A browser that opens the link is sent a small page at once. It shows how far the file is, and starts its
    ///   download; it works without a script.
    /// - `Prefer: respond-async` (RFC 7240) is answered with 202. `Location` is asked every `Retry-After` seconds, and
    ///   answers with JSON, then with 303 to the file, or with the status of what has failed.
    /// - Any other client waits, and is sent to wait again (303) every 30 seconds, so that no web server finds the
    ///   connection idle. What is not ready after two fewer of these redirects than the client follows, as its
    ///   User-Agent tells (18 for wget, 28 for Python's requests, 48 for curl), comes as it is made.
    /// - A file that is ready is sent at once, whoever asks.
    ///
    /// It needs a spool, and is spooled as ``spooled(in:)`` says: `VirtualDownloadView.file(for:)` is called for
    /// each request, those of the page's included, before anything is looked up. Without a spool, and in a program that
    /// is started for each request, the view streams as it was. So it does where the disk is full.
    ///
    /// What identifies a preparation is bound to the user and to the target, a signed link's signature included: who
    /// asks with another's gets 404. Links have to hold for as long as the file takes.
    ///
    /// - Parameters:
    ///   - spool: Where; nil, the default, for the one of the process (``Spool/shared``).
    ///   - abandonedAfter: For how long the generation goes on when nobody asks for it any more: after the last page
    ///     was closed, and after a program has asked for the last time. The default is two minutes, since browsers let
    ///     the page of a hidden tab ask once a minute.
    ///   - maximumAtOnce: How many downloads this process prepares at once for people and programs that look now and
    ///     then; the one after them is answered 503. They need no connection, so nothing else bounds what a stranger
    ///     can begin. The default is 100.
    ///   - texts: What the page says, by language; the first is for clients that prefer none of them.
    public func prepared(
        in spool: Spool? = nil,
        abandonedAfter: Duration = .seconds(120),
        maximumAtOnce: Int = 100,
        texts: [PreparationTexts] = PreparationTexts.builtIn
    ) -> some VirtualDownloadView {
        PreparedView(
            spooled: SpooledView(base: self, spool: spool, key: nil),
            terms: PreparationTerms(abandonedAfter: abandonedAfter, maximumAtOnce: maximumAtOnce, texts: texts)
        )
    }

    /// This view for content that takes long to make, by a key; see
    /// ``prepared(in:abandonedAfter:maximumAtOnce:texts:)``.
    ///
    /// - Parameter key: What the bytes depend on, all of it, instead of the file's strong entity tag with the target
    ///   and the user of the request; see ``spooled(in:key:)``.
    public func prepared(
        in spool: Spool? = nil,
        key: @escaping @Sendable (DownloadRequest, File) throws -> String,
        abandonedAfter: Duration = .seconds(120),
        maximumAtOnce: Int = 100,
        texts: [PreparationTexts] = PreparationTexts.builtIn
    ) -> some VirtualDownloadView {
        PreparedView(
            spooled: SpooledView(base: self, spool: spool, key: key),
            terms: PreparationTerms(abandonedAfter: abandonedAfter, maximumAtOnce: maximumAtOnce, texts: texts)
        )
    }
}

/// How long is waited for what, and what is said meanwhile.
package struct PreparationTerms: Sendable {
    /// For how long a generation goes on when nobody asks for it any more.
    package var abandonedAfter: Duration = .seconds(120)
    /// How many files are prepared at once for clients that hold no connection.
    package var maximumAtOnce = 100
    package var texts = PreparationTexts.builtIn
    /// For how long a client waits before it is sent to wait again. Web servers by themselves give an application 40
    /// (mod_fcgid) to 60 seconds.
    package var waitLimit: Duration = .seconds(30)
    /// How often; nil for as often as the client follows redirects.
    package var maximumWaits: Int?
    /// How long the server waits for the return of a client that it redirected to wait again.
    package var returnLimit: Duration = .seconds(20)

    package init() {}

    init(abandonedAfter: Duration, maximumAtOnce: Int, texts: [PreparationTexts]) {
        self.abandonedAfter = abandonedAfter
        self.maximumAtOnce = maximumAtOnce
        self.texts = texts
    }
}

/// A view like another, whose content is prepared; see
/// `VirtualDownloadView.prepared(in:abandonedAfter:maximumAtOnce:texts:)`.
package struct PreparedView<Base: VirtualDownloadView>: WrappedDownloadView {
    private let spooled: SpooledView<Base>
    package var terms: PreparationTerms

    /// - Parameter spool: Where; nil, the default, for the one of the process.
    package init(_ base: Base, in spool: Spool? = nil, terms: PreparationTerms = PreparationTerms()) {
        self.init(spooled: SpooledView(base: base, spool: spool, key: nil), terms: terms)
    }

    fileprivate init(spooled: SpooledView<Base>, terms: PreparationTerms) {
        self.spooled = spooled
        self.terms = terms
    }

    package var base: Base { spooled.base }

    package func file(for request: DownloadRequest) async throws -> SpooledFile<Base.File> {
        let (request, step) = request.withoutPreparation
        let file = try await base.file(for: request)
        guard let spool = spooled.spool ?? .shared else { return await SpooledFile.found(file, in: nil, keyParts: []) }
        let parts = try spooled.keyParts(of: file, for: request)
        let key = SpoolKey(of: parts)
        let token = await spool.preparationSecret().token(of: [key.digits, request.user ?? "", request.target])
        if let step, !PreparationSecret.areEqual(step.token, token) {
            throw DownloadError(.notFound, reason: "what it asks for is another's preparation")
        }
        let found = await SpooledFile.found(file, in: spool, key: key)
        // A HEAD does not ask for the file to be made, but is told of the progress as GET is (RFC 9110 §9.3.2).
        let asksAlone = request.method == .head && (step?.kind == .status || step?.kind == .page)
        guard request.method == .get || asksAlone, !spool.isShortLived, !isAnsweredByConditions(request, found) else {
            return found
        }
        return try await Preparation(
            request: request,
            step: step?.kind,
            token: token,
            file: found,
            name: name(of: found),
            key: key,
            spool: spool,
            terms: terms
        )
        .outcome()
    }

    /// Whether what the client has decides the answer, by a tag that is known beforehand: 304 or 412.
    private func isAnsweredByConditions(_ request: DownloadRequest, _ file: SpooledFile<Base.File>) -> Bool {
        let conditions: [HTTPField.Name] = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince]
        guard conditions.contains(where: { request.headerFields.contains($0) }) else { return false }
        let plan = DownloadPlan(
            method: request.method,
            headerFields: request.headerFields,
            receivedAt: request.receivedAt,
            file: file,
            view: self
        )
        return plan.status == .notModified || plan.status == .preconditionFailed
    }

    /// The name that the client will save the file under.
    private func name(of file: SpooledFile<Base.File>) -> String {
        let name = file.basename ?? base.basename.optionValue ?? ""
        return name.isEmpty ? file.name : name
    }

    package func wasModified(_ file: SpooledFile<Base.File>, since value: String) -> Bool {
        spooled.wasModified(file, since: value)
    }

    package func downloadResponse(
        _ response: DownloadResponse,
        for file: SpooledFile<Base.File>,
        to request: DownloadRequest
    ) -> DownloadResponse {
        spooled.downloadResponse(response, for: file, to: request.withoutPreparation.request)
    }

    package func notModifiedResponse(
        _ response: DownloadResponse,
        for file: SpooledFile<Base.File>,
        to request: DownloadRequest
    ) -> DownloadResponse {
        spooled.notModifiedResponse(response, for: file, to: request.withoutPreparation.request)
    }

    package func fileNotFoundResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.fileNotFoundResponse(response, to: request.withoutPreparation.request)
    }

    package func anyResponse(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        base.anyResponse(response, to: request.withoutPreparation.request)
    }
}
