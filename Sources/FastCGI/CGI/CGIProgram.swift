public import DownloadCore
internal import DownloadSystem
internal import Glibc
internal import HTTPTypes
public import Logging

/// The application as a CGI program: one request from the environment, its answer on standard output (RFC 3875).
public enum CGIProgram {
    /// Whether the process was started as one: `GATEWAY_INTERFACE` is set, and descriptor 0 is not a listening socket.
    public static var isRequested: Bool {
        ProcessEnvironment.value("GATEWAY_INTERFACE") != nil && !Socket.isListening(0)
    }

    /// How many bytes of a request's content are read; a longer one is answered 413.
    private static let maximumBodySize = FastCGIConfiguration().maximumBodySize

    /// Answers the request that the process was started with.
    ///
    /// When nobody reads the answer any more, the task that this is called in is cancelled.
    ///
    /// A download that fails after its first byte can't be called back: the process ends with a status other than 0,
    /// which is all that CGI has. Most servers notice it only when there is a Content-Length.
    ///
    /// - Returns: The exit status: 0 when the answer was finished.
    public static func run(_ handler: some RequestHandler, logger: Logger) async -> Int32 {
        // Writing to what nobody reads is to fail, and not to end the process.
        SignalHandler.disregard(SIGPIPE)
        var builder = RequestBuilder()
        var contentLength: Int?
        ProcessEnvironment.forEach { name, value in
            builder.add(name: name, value: value)
            if name.wire == "CONTENT_LENGTH", let length = Int(value), length >= 0 { contentLength = length }
        }
        var request = builder.request(body: [], id: "\(getpid())", isCGI: true)
        request.serverLogger = logger
        var refusal: DownloadError?
        if let contentLength, Int64(contentLength) > handler.maximumBodySize(of: request) ?? .max {
            request.lacksContent = true
        } else {
            do { request.body = try readBody(length: contentLength) } catch { refusal = error }
        }
        // While the view computes, nothing else tells that it does so for nobody.
        let task = RunningTask()
        let watch = ReaderWatch(of: output) { task.cancel() }
        defer {
            watch?.stop()
            task.end()
        }
        let status = await answer(request, by: handler, unless: refusal, logger: logger)
        if request.lacksContent || refusal != nil { dropBody(length: contentLength) }
        return status
    }

    /// The descriptor that the answer is written to.
    private static let output: Int32 = 1

    /// Answers a request, by the handler unless it is refused; the exit status.
    private static func answer(
        _ request: DownloadRequest,
        by handler: some RequestHandler,
        unless refusal: DownloadError?,
        logger: Logger
    ) async -> Int32 {
        var sink = DescriptorSink(content: Descriptor(output), head: Descriptor(output), form: .cgi)
        do {
            if let refusal {
                try await sink.send(refusal.response(to: request), for: request.method)
                return 0
            }
            try await handler.respond(to: request, into: &sink)
            try await sink.finish()
            if let error = sink.noted {
                let isUpstreams = (error as? DownloadError)?.upstream != nil
                log(
                    error,
                    request,
                    logger,
                    at: DownloadError.isRefusal(error) ? .debug : isUpstreams ? .warning : .error
                )
            }
            return 0
        } catch {
            if sink.hasNoReader || (Task.isCancelled && ReaderWatch.hasLeft(output)) {
                let metadata: Logger.Metadata = [
                    "target": "\(request.logTarget)", "reason": "\(Cancellation.clientLeft)",
                ]
                logger.info("a download was cut", metadata: metadata)
                return 1
            }
            log(error, request, logger)
            sink.sendCollected()
            if sink.isCommitted { letBeginningBeRead() }
            return 1
        }
    }

    /// Returns when the web server has read what was sent and had time to pass it on, or after two seconds.
    ///
    /// A web server that sees the end together with all that came before takes that for the whole: Apache then replaces
    /// the declared size by what there is.
    private static func letBeginningBeRead() {
        let deadline = MonotonicClock.now + 2000
        while Socket.unsentBytes(output) > 0, MonotonicClock.now < deadline { usleep(2000) }
        usleep(100_000)
    }

    private static func log(
        _ error: any Error,
        _ request: DownloadRequest,
        _ logger: Logger,
        at level: Logger.Level = .error
    ) {
        logger.log(
            level: level,
            "a request failed",
            metadata: ["target": "\(request.logTarget)", "error": "\(error.logDescription)"]
        )
    }

    /// Reads what comes of the content of a request that was answered without it: mod_cgid, for which standard input
    /// and output are one socket, would lose the answer to what is left unread.
    private static func dropBody(length: Int?) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var span = buffer.mutableSpan
        var bytes = unsafe span.mutableBytes
        var missing = length ?? .max
        while missing > 0, let count = try? Descriptor.standardInput.read(into: &bytes), count > 0 { missing -= count }
    }

    /// The content of the request, from standard input: as long as it says, or to its end when it does not (mod_cgid
    /// with a chunked upload).
    ///
    /// - Throws: 413 when it is too long, 400 when it can't be read, or ends before it has the length that it says.
    private static func readBody(length: Int?) throws(DownloadError) -> [UInt8] {
        // Without a length only an upload has content, and a terminal or an idle pipe would be waited for without end.
        if length == nil, ProcessEnvironment.value("HTTP_TRANSFER_ENCODING") == nil { return [] }
        if let length, length > maximumBodySize { throw DownloadError(.contentTooLarge) }
        let body: [UInt8]
        do {
            body = try Descriptor.standardInput.readAll(upTo: length ?? maximumBodySize + 1)
        } catch {
            // What has come is not the whole, whether or not a length says so.
            throw DownloadError(.badRequest, reason: "its content can't be read: \(error)")
        }
        if let length, body.count < length { throw DownloadError(.badRequest) }
        if body.count > maximumBodySize { throw DownloadError(.contentTooLarge) }
        return body
    }
}

/// The task that runs, so that another thread can cancel it.
///
/// A `Task` for the view would be the usual way. But waiting for it makes the runtime start four threads, in a program
/// that is started for each request: that took a millisecond of ten.
@safe
private final class RunningTask: Sendable {
    /// Nil when the task may be gone: the reference does not keep it alive. To cancel is among what any thread may do
    /// with it.
    private let reference = unsafe Lock(withUnsafeCurrentTask { unsafe $0 })

    func cancel() {
        unsafe reference.withLock { unsafe $0?.cancel() }
    }

    /// To be called by the task, before it ends.
    func end() {
        unsafe reference.withLock { unsafe $0 = nil }
    }
}
