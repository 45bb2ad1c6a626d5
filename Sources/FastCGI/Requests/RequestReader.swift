internal import CFastCGI
internal import DownloadCore
internal import Glibc
internal import Logging

/// Reads requests with `FCGX_Accept_r`.
///
/// The guard has let through exactly one whole, well-formed request, so libfcgi neither waits nor meets what it can't
/// stand. All that it allocates for the request is given back before the view runs; the response has a stream of its
/// own.
enum RequestReader {
    /// A request, and what the protocol says about its answer: an object, since it passes through many hands, and a
    /// request has many parts that each would have to refer to.
    final class Received: Sendable {
        let requestID: UInt16
        let keepsConnection: Bool
        let request: DownloadRequest

        init(requestID: UInt16, keepsConnection: Bool, request: DownloadRequest) {
            self.requestID = requestID
            self.keepsConnection = keepsConnection
            self.request = request
        }

        /// The same request, answered without its content, which may still come: so its connection ends with it.
        var withoutContent: Received {
            var request = request
            request.lacksContent = true
            request.body = []
            return Received(requestID: requestID, keepsConnection: false, request: request)
        }
    }

    /// Reads the request that waits on a descriptor; the descriptor stays open.
    ///
    /// - Parameters:
    ///   - id: What identifies it in the log.
    ///   - logger: The server's log.
    /// - Returns: Nil if libfcgi refuses the request. It has closed the descriptor then.
    static func read(from descriptor: Int32, id: String, logger: Logger? = nil) -> Received? {
        unsafe withUnsafeTemporaryAllocation(of: FCGX_Request.self, capacity: 1) { storage in
            guard let request = storage.baseAddress else { return nil }
            unsafe FCGX_InitRequest(request, -1, 0)
            unsafe request.pointee.ipcFd = descriptor
            // Else FCGX_Accept_r closes the descriptor before it reads; and closing one would wait up to 2 s for the
            // peer.
            unsafe request.pointee.keepConnection = 1
            unsafe request.pointee.detached = 1
            guard unsafe FCGX_Accept_r(request) == 0 else { return nil }
            defer { unsafe FCGX_Free(request, 0) }
            guard unsafe FCGX_GetError(request.pointee.in) == 0 else {
                close(descriptor)
                return nil
            }
            return unsafe Received(
                requestID: UInt16(truncatingIfNeeded: request.pointee.requestId),
                keepsConnection: request.pointee.keepConnection != 0,
                request: downloadRequest(
                    environment: request.pointee.envp,
                    body: readBody(request.pointee.in),
                    id: id,
                    logger: logger
                )
            )
        }
    }

    private static func downloadRequest(
        environment: FCGX_ParamArray?,
        body: [UInt8],
        id: String,
        logger: Logger?
    ) -> DownloadRequest {
        var builder = RequestBuilder()
        unsafe forEachParameter(environment) { unsafe builder.add($0, $1) }
        var request = builder.request(body: body, id: id)
        request.serverLogger = logger
        return request
    }

    private static func forEachParameter(
        _ environment: FCGX_ParamArray?,
        _ body: (ParameterText, UnsafeRawBufferPointer) -> Void
    ) {
        guard var entry = unsafe environment else { return }
        while let pair = unsafe entry.pointee {
            if let separator = unsafe strchr(pair, Int32(UInt8(ascii: "="))) {
                let value = unsafe separator + 1
                unsafe body(
                    ParameterText(UnsafeRawBufferPointer(start: pair, count: separator - pair)),
                    UnsafeRawBufferPointer(start: value, count: strlen(value))
                )
            }
            unsafe entry += 1
        }
    }

    /// The whole content of the request. Left unread, it would break the next request on the connection.
    private static func readBody(_ stream: UnsafeMutablePointer<FCGX_Stream>?) -> [UInt8] {
        var body: [UInt8] = []
        // Small enough for the stack: most requests have no content.
        unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
            while true {
                let count = unsafe FCGX_GetStr(
                    buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(buffer.count),
                    stream
                )
                guard count > 0 else { return }
                unsafe body.append(contentsOf: buffer[..<Int(count)])
            }
        }
        return body
    }
}
