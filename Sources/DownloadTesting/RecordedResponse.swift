public import HTTPTypes

/// A response as it would have gone to the client, kept in memory.
public struct RecordedResponse: Sendable {
    /// The method of the request that was answered.
    public var method: HTTPRequest.Method = .get
    /// The status that the client was told.
    public var status: HTTPResponse.Status = .internalServerError
    /// The header fields that the client was told.
    public var headerFields: HTTPFields = [:]
    /// The content; of a download that failed, what came before. Empty where it was compared as it came.
    public var body: [UInt8] = []
    /// The content as text; what is not UTF-8 is repaired.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// How many bytes of content came.
    public var contentBytes: Int64 = 0
    /// Where the content first differs from what it was compared with (``TestClient``), in bytes; nil if it does not.
    public var firstDifference: Int64?
    /// Whether the client left before the end, as ``TestClient/leavesAfter`` says.
    public var clientHasLeft = false

    /// How many times the view was asked for its file.
    public var fileRequests = 0
    /// How many times the file was asked to write its content, or a part of it.
    public var generatorRuns = 0
    /// How many bytes the file has written, with those that a range dropped and those that nobody took any more.
    public var generatedBytes: Int64 = 0
    /// Whether the file's content was produced, or begun.
    public var ranGenerator: Bool { generatorRuns > 0 }

    /// Properties of the view and its file that are probably misspelled options, each with the name that is meant.
    ///
    /// Of both only stored properties can be looked at.
    public var misspellings: [String] = []

    /// Whether the response was ended properly.
    public var isFinished = false
    /// Why the download failed after its first bytes; nil if it did not.
    public var failure: (any Error)?
    /// The errors that were answered by a response and told to the log.
    public var notes: [any Error] = []
}
