import HTTPTypes

extension VirtualDownloadView {
    /// Answers one request: the whole way from ``file(for:)`` to the last byte.
    ///
    /// Errors before the first piece of content become a response; ``ResponseSink/log(_:)`` is told of them, but for a
    /// ``DownloadError`` of the client's that gives no reason.
    ///
    /// - Parameters:
    ///   - mediaTypes: What guesses the media type from the name; evaluated only if it has to be guessed. The default
    ///     is the
    ///     table that is built in.
    ///   - middleware: What is around the view, the outermost first.
    /// - Throws: What the content or the sink threw after the response was committed; whatever came out of a cancelled
    ///   task, at any time.
    public func respond(
        to request: DownloadRequest,
        into sink: inout some ResponseSink & ~Copyable,
        mediaTypes: @autoclosure () -> MediaTypeTable = .builtIn,
        through middleware: [any DownloadMiddleware] = []
    ) async throws {
        guard !middleware.isEmpty else {
            return try await answer(request, into: &sink, mediaTypes: mediaTypes(), through: [])
        }
        try await sink.respond(to: request, through: middleware) { request, sink in
            try await answer(request, into: &sink, mediaTypes: mediaTypes(), through: middleware)
        }
    }

    private func answer(
        _ request: DownloadRequest,
        into sink: inout some ResponseSink & ~Copyable,
        mediaTypes: @autoclosure () -> MediaTypeTable,
        through middleware: [any DownloadMiddleware]
    ) async throws {
        if let response = responseWithoutFile(to: request) {
            return try await send(response, to: request, into: &sink, through: middleware)
        }
        do {
            let file = try await file(for: request)
            switch answer(with: file, to: request, mediaTypes: mediaTypes(), through: middleware) {
            case .file(let plan, let head): try await sink.send(file, by: plan, after: head)
            case .instead(let response, let isHandedOver):
                if isHandedOver {
                    try await sink.send(response)
                } else {
                    try await sink.send(response, for: request.method)
                }
            }
        } catch {
            // A `CancellationError` of a task that is not cancelled is a mistake of the view, and an error like any
            // other.
            guard !sink.isCommitted, !Task.isCancelled else { throw error }
            let response = refusal(of: request, after: error, loggedBy: &sink)
            try await send(response, to: request, into: &sink, through: middleware)
        }
    }

    /// Sends a response instead of the file.
    private func send(
        _ response: DownloadResponse,
        to request: DownloadRequest,
        into sink: inout some ResponseSink & ~Copyable,
        through middleware: [any DownloadMiddleware]
    ) async throws {
        try await sink.send(finalResponse(response, to: request, through: middleware), for: request.method)
    }

    /// What is answered when there is a file.
    private func answer(
        with file: File,
        to request: DownloadRequest,
        mediaTypes: @autoclosure () -> MediaTypeTable,
        through middleware: [any DownloadMiddleware]
    ) -> FileAnswer {
        var plan = DownloadPlan(
            method: request.method,
            headerFields: request.headerFields,
            receivedAt: request.receivedAt,
            file: file,
            view: self,
            mediaTypes: mediaTypes()
        )
        let handOver = plan.handOver(of: file, for: request)
        if case _? = handOver, plan.status == .partialContent {
            // The web server cuts out what the client has asked for.
            plan = DownloadPlan(
                method: request.method,
                headerFields: request.headerFields.forWholeFile,
                receivedAt: request.receivedAt,
                file: file,
                view: self,
                mediaTypes: mediaTypes()
            )
        }
        var response = response(for: file, by: plan, to: request, through: middleware)
        if plan.status == .notModified, response.carriesFile {
            // A hook has made a download of a 304.
            let whole = DownloadPlan(
                method: request.method,
                headerFields: request.headerFields.forWholeFile,
                receivedAt: request.receivedAt,
                file: file,
                view: self,
                mediaTypes: mediaTypes()
            )
            response = self.response(for: file, by: whole, to: request, through: middleware)
                .with(response, changedFrom: plan)
            plan = whole
        } else if let handOver, response.carriesFile, response.status == .ok {
            return .instead(response.handedOver(by: handOver), isHandedOver: true)
        }
        // A hook may have made it a status that has no content (RFC 9110 §6.4.1), or has changed one that has nothing
        // of the file.
        guard plan.status.kind == .successful, response.content == .file, response.status.allowsContent else {
            return .instead(response, isHandedOver: false)
        }
        return .file(consume plan, head: HTTPResponse(status: response.status, headerFields: response.headerFields))
    }

    /// The response to a request for which there is no file, by its method or its size; nil for any other.
    private func responseWithoutFile(to request: DownloadRequest) -> DownloadResponse? {
        let method = request.method
        let methods = methods.optionValue ?? []
        guard methods.contains(method) else {
            return DownloadError.methodNotAllowed(allow: methods).response(to: request)
        }
        if request.lacksContent || !request.body.isEmpty {
            let limit = maximumBodySize.optionValue
            if request.lacksContent || request.body.count > limit ?? .max {
                let detail = limit.map { "at most \($0) bytes" }
                return DownloadError(.contentTooLarge, detail: detail).response(to: request)
            }
        }
        guard method == .options else { return nil }
        return DownloadResponse(status: .ok, headerFields: [.allow: methods.allowFieldValue])
    }

    /// The response that takes the place of a download that did not come about.
    private func refusal(
        of request: DownloadRequest,
        after error: any Error,
        loggedBy sink: inout some ResponseSink & ~Copyable
    ) -> DownloadResponse {
        var error = error
        // A 405 must have it (RFC 9110 §15.5.6).
        if var own = error as? DownloadError, own.status == .methodNotAllowed, !own.headerFields.contains(.allow) {
            own.headerFields[.allow] = (methods.optionValue ?? []).filter { $0 != request.method }.allowFieldValue
            error = own
        }
        let response = varying(Refusal(of: request, after: error).response(loggedBy: &sink))
        return error is FileNotFound ? fileNotFoundResponse(response, to: request) : response
    }

    /// What the hooks that are called with each response make of it.
    private func finalResponse(
        _ response: DownloadResponse,
        to request: DownloadRequest,
        through middleware: [any DownloadMiddleware]
    ) -> DownloadResponse {
        let response = anyResponse(response, to: request)
        return middleware.isEmpty ? response : middleware.response(response, to: request)
    }

    /// A response instead of the file, which depends on the fields that the file depends on too: in one language
    /// there may be none.
    private func varying(_ response: DownloadResponse) -> DownloadResponse {
        var response = response
        let named = response.headerFields[values: .vary].map(\.lowercasedASCII.wire)
        let names = (vary.optionValue ?? []).filter { !named.contains($0.canonicalName.wire) }
        if !names.isEmpty {
            response.headerFields.append(
                HTTPField(name: .vary, value: names.map(\.rawName).joined(separator: ", "))
            )
        }
        return response
    }

    /// What the plan, then the view's hooks and then middleware make of the request.
    private func response(
        for file: File,
        by plan: DownloadPlan,
        to request: DownloadRequest,
        through middleware: [any DownloadMiddleware]
    ) -> DownloadResponse {
        let planned = DownloadResponse(status: plan.status, headerFields: plan.headerFields, content: .file)
        switch plan.status.kind {
        case .successful:
            let hooked = downloadResponse(planned, for: file, to: request)
            let response = finalResponse(hooked, to: request, through: middleware)
            return response.content == .file ? response : response.whole(insteadOf: plan)
        case .redirection:
            return finalResponse(
                notModifiedResponse(planned, for: file, to: request),
                to: request,
                through: middleware
            )
        default:
            let error = DownloadError(plan.status, headerFields: plan.headerFields)
            return finalResponse(varying(error.response(to: request)), to: request, through: middleware)
        }
    }
}

/// An answer to a request for which there is a file.
private enum FileAnswer {
    /// The file or a part of it.
    case file(DownloadPlan, head: HTTPResponse)
    /// Something instead of the file, or what lets the web server send it by itself: one case, since the frame that
    /// takes them apart has room for each, and is to fit into what a task has at hand (984 bytes).
    case instead(DownloadResponse, isHandedOver: Bool)
}

extension HTTPFields {
    /// The fields of a request for the whole file, whatever the client has of it.
    fileprivate var forWholeFile: HTTPFields {
        var fields = self
        let names: [HTTPField.Name] = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange, .range]
        for name in names { fields[name] = nil }
        return fields
    }
}

extension DownloadResponse {
    /// Whether it is a download, and the view's file its content.
    fileprivate var carriesFile: Bool {
        content == .file && status.kind == .successful && status.allowsContent
    }

    /// The response with the status of `hooked`, and with the fields by which that differs from its plan.
    fileprivate func with(_ hooked: DownloadResponse, changedFrom plan: DownloadPlan) -> DownloadResponse {
        var response = self
        response.status = hooked.status
        for field in hooked.headerFields
        where hooked.headerFields[field.name]?.wire != plan.headerFields[field.name]?.wire {
            response.headerFields[field.name] = hooked.headerFields[field.name]
        }
        return response
    }

    /// The response of a hook that has put another content in place of what was planned: the file or a part of it,
    /// which it is not.
    fileprivate func whole(insteadOf plan: DownloadPlan) -> DownloadResponse {
        var whole = self
        // By the digest of the file a client would take it for damaged.
        if headerFields[.reprDigest]?.wire == plan.headerFields[.reprDigest]?.wire {
            whole.headerFields[.reprDigest] = nil
        }
        // What the file was coded in the hook's content is not.
        if let coding = plan.fileEncoding, headerFields[.contentEncoding]?.wire == coding {
            whole.headerFields[.contentEncoding] = nil
        }
        // Of what the hook has put there no part can be had, unless the hook says so.
        if headerFields[.acceptRanges]?.wire == plan.headerFields[.acceptRanges]?.wire {
            whole.headerFields[.acceptRanges] = "none"
        }
        // A hook that says which part it is has seen to it itself.
        guard plan.status == .partialContent,
            headerFields[.contentRange]?.wire == plan.headerFields[.contentRange]?.wire
        else {
            return whole
        }
        if status == .partialContent { whole.status = .ok }
        whole.headerFields[.contentRange] = nil
        if case .parts(let frame) = plan.body, headerFields[.contentType]?.wire == frame.contentType.wire {
            whole.headerFields[.contentType] = frame.partType
        }
        return whole
    }
}
