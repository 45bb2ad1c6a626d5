/// A response was not written in its order: a mistake in the code that wrote it, which makes the download fail.
public struct ResponseOrderError: Error, Hashable, CustomStringConvertible {
    private enum Code {
        case headMissing
        case headAfterContent
        case contentAfterEnd
    }

    private let code: Code

    /// Content or the end came before any head.
    public static var headMissing: ResponseOrderError { ResponseOrderError(code: .headMissing) }
    /// A head came behind content.
    public static var headAfterContent: ResponseOrderError { ResponseOrderError(code: .headAfterContent) }
    /// Content came behind the end.
    public static var contentAfterEnd: ResponseOrderError { ResponseOrderError(code: .contentAfterEnd) }

    public var description: String {
        switch code {
        case .headMissing: "the response has no head: call begin(_:extent:) before write(_:) and finish()"
        case .headAfterContent: "begin(_:extent:) was called behind content: the head can't change any more"
        case .contentAfterEnd: "write(_:) was called behind finish(), which has ended the response"
        }
    }
}
