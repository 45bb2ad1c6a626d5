internal import DownloadSystem

/// How a server runs: its threads and its limits.
public struct FastCGIConfiguration: Sendable {
    /// How many worker threads there always are, at least 1. The default is one for each processor that the program may
    /// run on, between 2 and 16. A slow client holds none of them.
    public var threads = min(16, max(2, Processors.available))

    /// How many worker threads there may be while views block all others. The default is 64.
    public var maximumThreads = 64

    /// How long a request may take to arrive, from its first byte (or the connection's beginning) on, and a second more
    /// for each 1,000 bytes of its content: of what has come, and of the next 64 KiB, which the web server may have.
    /// The default is 5 s; beyond it the answer is 408.
    public var receiveLimit: Duration = .seconds(5)

    /// How long a client may take nothing of what is ready for it. The default is 60 s.
    public var writeLimit: Duration = .seconds(60)

    /// How long a whole request may take. The default is nil: as long as it needs.
    public var requestLimit: Duration?

    /// How long requests under way may go on after the server was told to stop. The default is 30 s.
    public var drainLimit: Duration = .seconds(30)

    /// How many requests may be under way at once. The default is 10,000. A further one takes the place of the client
    /// that has taken nothing for longest, and at least for a second; if there is none it is answered 503.
    public var maximumRequests = 10_000

    /// How many bytes may be held, in all, for clients that are slow to take them, and of requests that have not come
    /// whole. The default is 655,360,000: the 64 KiB that the default of ``maximumRequests`` may need each. While there
    /// are more, the downloads are cut whose clients have taken nothing for longest; where that does not suffice a
    /// request that comes in parts is refused.
    public var maximumHeldBytes = 10_000 * 65_536

    /// How many bytes the parameters of a request may have: its head. The default is 64 KiB; beyond it the answer is
    /// 431.
    public var maximumHeadSize = 65_536

    /// How many bytes the content of a request may have. The default is 1 MiB; beyond it the answer is 413.
    public var maximumBodySize = 1_048_576

    /// A request that takes longer is logged, with its route, its phase and the bytes so far. The default is nil: none
    /// is.
    public var slowRequestLimit: Duration?

    /// The path of the status page, as clients request it (`/status`; `.json` and `.prometheus` behind it choose the
    /// format). The default is nil: there is none. The web server should let only administrators in.
    public var statusPath: String?

    /// The path that is answered without any view, for a load balancer's check. The default is nil: there is none.
    public var pingPath: String?

    /// Figures of the application's own that the status page and the metrics show besides the server's: asked for at
    /// each look at the status, and ten times a second where metrics are collected. The default is none.
    public var furtherFigures: @Sendable () -> [StatusFigure] = { [] }

    public init() {}
}
