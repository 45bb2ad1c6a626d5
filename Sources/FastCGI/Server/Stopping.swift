internal import Logging

/// What a server can do to come to its end.
protocol Stoppable {
    /// Accepts no more connections; requests under way go on.
    func beginDraining()
    /// Closes the connections that have no request, and none on its way.
    func closeIdleConnections(at now: Int64)
    /// Whether no connection has a request under way or about to come.
    var isDrained: Bool { get }
    /// Cancels every request under way; how many were not cancelled before.
    func cancelAll() -> Int
    /// Logs how it stops.
    func log(_ level: Logger.Level, _ message: Logger.Message)
}

/// Finishes what is under way, and at last cuts it. All moments are monotonic milliseconds.
struct Stopping {
    /// What the server was told.
    enum Order: Int, Comparable {
        case drain = 1
        case cut = 2

        static func < (one: Order, other: Order) -> Bool { one.rawValue < other.rawValue }
    }

    /// How long cancelled tasks have to end, before a view that blocks its thread is left behind.
    static let patience: Int64 = 2000

    private let drainLimit: Int64
    private var deadline: Int64?
    private var cutAt: Int64?
    /// How many requests were cut.
    private(set) var cutCount = 0

    /// - Parameter drainLimit: How long requests under way may go on, in milliseconds.
    init(drainLimit: Int64) {
        self.drainLimit = drainLimit
    }

    var hasBegun: Bool { deadline != nil }
    var isCutting: Bool { cutAt != nil }

    /// Goes on as far as it can for the moment.
    ///
    /// - Returns: Whether the server has come to its end.
    mutating func advance(_ server: some Stoppable, by order: Order?, at now: Int64) -> Bool {
        guard let order else { return false }
        let deadline = deadline ?? begin(server, at: now)
        // Again and again: a worker that did not yet know may have left a connection waiting for its next request.
        server.closeIdleConnections(at: now)
        if server.isDrained { return true }
        if cutAt == nil, order == .cut || now >= deadline {
            server.log(.warning, "cutting the requests under way")
            cutAt = now
        }
        guard let cutAt else { return false }
        // Again and again: a request may come whole, or out of the queue of the socket, only now.
        cutCount += server.cancelAll()
        return now >= cutAt + Self.patience
    }

    private mutating func begin(_ server: some Stoppable, at now: Int64) -> Int64 {
        server.log(.info, "stopping")
        server.beginDraining()
        let deadline = now + drainLimit
        self.deadline = deadline
        return deadline
    }
}
