public import DownloadCore
public import Logging

extension DownloadRequest {
    /// The server's log, for what a view has to say of this request: each line has the request's identifier, as those
    /// of the server have.
    ///
    ///     request.logger.warning("the report has no rows", metadata: ["year": "\(year)"])
    ///
    /// It goes where the application wants its log, at the level of `--log-level`. In a test, where no server has made
    /// the request, it goes where `LoggingSystem` says. Made again at each call: keep it where many lines are logged.
    public var logger: Logger {
        var logger = serverLogger as? Logger ?? Logger(label: "downloads")
        logger[metadataKey: "request"] = "\(id)"
        return logger
    }
}
