/// What a content may say about itself; see ``DownloadContent``.
///
/// The associated types let a member be declared with another type than the default's; they are never written.
public protocol ContentProperties {
    associatedtype SizeOption
    associatedtype RepeatableOption
    associatedtype SeekableOption

    /// The size in bytes, if it is known without running the content, an `Int` or `Int64`. The default is nil: unknown.
    var size: SizeOption { get }

    /// Whether ``DownloadContent/write(to:)`` may be called again on a new file and gives the same bytes, a `Bool`. The
    /// default is false.
    var isRepeatable: RepeatableOption { get }

    /// Whether ``DownloadContent/write(_:to:)`` writes a range without producing what is before it, a `Bool`. The
    /// default is false.
    var isSeekable: SeekableOption { get }
}

/// Something that can write its bytes into a sink: the content of a virtual file.
///
/// One requirement has no default: ``write(to:)``. The others are those of ``ContentProperties``, for instance
/// `let size = 13`.
public protocol DownloadContent: ContentProperties
where
    SizeOption: IntegerOption,
    RepeatableOption: BooleanOption,
    SeekableOption: BooleanOption
{
    /// Writes the whole content, from its first byte to its last.
    ///
    /// Called at most once for a request, and not at all when the answer needs no content (HEAD, 304). Returning means
    /// that the content is complete. Throwing means that it is not: the client is made to see a failed download.
    func write(to sink: inout some ByteSink & ~Copyable) async throws

    /// Writes the bytes of `range`, which are numbered from 0, and no others.
    ///
    /// Called instead of ``write(to:)`` when `isSeekable` is true and a client asks for ranges: once for each of
    /// them. The range is not empty and lies within `size`, so a content that is fetched from elsewhere can ask for
    /// these bytes alone. The write that delivers the last byte of the range may throw: let the error pass.
    ///
    /// The default calls ``write(to:)`` and drops what is outside the range.
    ///
    /// - Throws: What the content or the sink throws before the last byte of the range has been written. The default
    ///   throws ``ContentLengthMismatch`` if the content ends before it.
    func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws

    /// How many bytes a seekable content produces in vain to write a range of it. The default is 0.
    ///
    /// For a content whose parts depend on others: an archive's directory has the checksums of all entries. A range
    /// that costs more than the view allows is answered with the whole file.
    func skippedBytes(for range: Range<Int64>) -> Int64
}

extension DownloadContent {
    @inlinable public var size: DefaultOption<Int64> { .init() }
    @inlinable public var isRepeatable: DefaultOption<Bool> { .init(false) }
    @inlinable public var isSeekable: DefaultOption<Bool> { .init(false) }

    public func skippedBytes(for range: Range<Int64>) -> Int64 { 0 }

    public func write(_ range: Range<Int64>, to sink: inout some ByteSink & ~Copyable) async throws {
        guard !range.isEmpty else { return }
        try await sink.write(range, from: 0, ofSize: size.optionValue) { try await write(to: &$0) }
    }
}
