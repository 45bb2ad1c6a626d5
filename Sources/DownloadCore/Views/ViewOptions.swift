/// The options that only a view has; see ``VirtualDownloadView``.
///
/// The associated types let a member be declared with another type than the default's; they are never written.
public protocol ViewOptions: DownloadOptions {
    associatedtype MethodsOption
    associatedtype MaximumSkippedBytesOption
    associatedtype MaximumBodySizeOption

    /// The methods that the view answers, an array of `HTTPRequest.Method`; any other gets 405 with these in `Allow`.
    /// The default is GET, HEAD and OPTIONS.
    ///
    /// A view that adds POST finds the content of the request in ``DownloadRequest/body``.
    var methods: MethodsOption { get }

    /// How many bytes, at most, a range may cost that are produced and dropped, an `Int` or `Int64`. The default is 4
    /// MiB.
    ///
    /// It counts for content that is repeatable and not seekable: the bytes before the range, and between ranges. A
    /// range that costs more is answered with the whole file, as if the client had not asked for a part.
    ///
    /// Anyone who can send a request can ask for the last byte, by 145 bytes, as often as they like, so this is what a
    /// stranger may spend of your processor: 4 MiB take some 30 ms if the content comes in pieces of 8 bytes. Raise it
    /// where producing is cheap, where only users whom you know may ask, or where large downloads have to be resumed;
    /// best make the content seekable (``ContentProperties/isSeekable``).
    var maximumSkippedBytes: MaximumSkippedBytesOption { get }

    /// How many bytes the content of a request may have, an `Int` or `Int64`; one that has more gets 413, and the view
    /// is not asked for its file. The default is nil: as many as the server takes (`serve --max-body`), which has to be
    /// raised there for a view that takes more.
    var maximumBodySize: MaximumBodySizeOption { get }
}
