internal import DownloadCore
internal import HTTPTypes

/// A content that was prepared in another process has failed there.
public struct PreparationFailure: Error, CustomStringConvertible {
    /// What clients are answered with.
    public let status: Int

    public var description: String {
        "the process that prepared the content answered with \(status), and its log says why"
    }

    /// The status that an error is answered with.
    static func status(of error: any Error) -> HTTPResponse.Status {
        switch error {
        case is FileNotFound: return .notFound
        case let error as DownloadError where error.status.kind == .clientError || error.status.kind == .serverError:
            return error.status
        case let error as PreparationFailure where (400...599).contains(error.status):
            return HTTPResponse.Status(code: error.status)
        default: return .internalServerError
        }
    }

    /// The same as a number.
    static func code(of error: any Error) -> Int { status(of: error).code }

    /// What clients are told besides; nil for nothing.
    static func detail(of error: any Error) -> String? { (error as? DownloadError)?.detail }
}
