internal import ArgumentParser

/// What the program's commands end with, besides 0 and 1: those of sysexits.h, which service managers and shells know,
/// and of curl for what `get` does in its place.
enum ExitStatus: Int32 {
    /// The content that `get` fetched is not the whole (curl's `CURLE_PARTIAL_FILE`).
    case partialFile = 18
    /// `get` was answered with a status of 400 or more (curl's `CURLE_HTTP_RETURNED_ERROR`).
    case errorStatus = 22
    /// The command was used wrongly (`EX_USAGE`).
    case usage = 64
    /// What is to be listened on can't be (`EX_UNAVAILABLE`).
    case unavailable = 69
    /// A service of the application has failed (`EX_SOFTWARE`).
    case software = 70
    /// The system refuses what the server needs (`EX_OSERR`).
    case systemError = 71
    /// The spool can't be used (`EX_CANTCREAT`).
    case cantCreate = 73
    /// The configuration is wrong: a route, a prefix, a key, the environment (`EX_CONFIG`).
    case configuration = 78
}

extension ExitCode {
    init(_ status: ExitStatus) {
        self.init(status.rawValue)
    }
}
