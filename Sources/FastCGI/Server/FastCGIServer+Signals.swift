extension FastCGIServer {
    /// Serves until SIGTERM or SIGINT, as the synchronous form does, on a thread of its own: for a program that does
    /// more than to serve. Cancelling the task cuts what is under way.
    ///
    /// - Returns: The exit status: 0 when every request was finished, 1 when some were cut.
    /// - Throws: ``ServerAlreadyRun`` the second time; ``SystemError`` when no thread can be started.
    package func runHandlingSignals() async throws -> Int32 {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try Thread.detach { continuation.resume(with: Result { try self.runHandlingSignals() }) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            stop(cutting: true)
        }
    }
}
