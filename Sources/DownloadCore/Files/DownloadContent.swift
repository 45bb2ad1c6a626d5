/// Something that can write its bytes into a sink: the content of a virtual file.
///
/// One requirement has no default: ``write(to:)``.
public protocol DownloadContent {
    /// Writes the whole content, from its first byte to its last.
    ///
    /// Called at most once for a request, and not at all when the answer needs no content (HEAD, 304). Returning means that
    /// the content is complete. Throwing means that it is not: the client is made to see a failed download.
    func write(to sink: inout some ByteSink & ~Copyable) async throws

    /// Writes the content from `offset`, in bytes, to its end.
    ///
    /// Called instead of ``write(to:)`` when ``canStartInTheMiddle`` is true and a client asks for ranges: once for each of
    /// them that does not begin at 0. The sink throws as soon as the last wanted byte has come.
    /// The default calls ``write(to:)`` and drops the bytes before `offset`.
    func write(from offset: Int64, to sink: inout some ByteSink & ~Copyable) async throws

    /// The size in bytes, if it is known without running the content. The default is nil: unknown.
    var size: Int64? { get }

    /// Whether ``write(to:)`` may be called again on a new file and gives the same bytes. The default is false.
    var isRepeatable: Bool { get }

    /// Whether ``write(from:to:)`` starts at an offset without producing what is before it. The default is false.
    var canStartInTheMiddle: Bool { get }
}

extension DownloadContent {
    public var size: Int64? { nil }
    public var isRepeatable: Bool { false }
    public var canStartInTheMiddle: Bool { false }

    public func write(from offset: Int64, to sink: inout some ByteSink & ~Copyable) async throws {
        var rest = RangeSink(sink, range: offset..<Int64.max)
        var missing: Int64 = 0
        do {
            try await write(to: &rest)
        } catch {
            sink = rest.finish(missing: &missing)
            throw error
        }
        sink = rest.finish(missing: &missing)
    }
}
