/// What a server is doing at one moment.
public struct ServerStatus: Sendable {
    /// Counts since the server started.
    public struct Totals: Sendable, Hashable {
        /// Connections accepted.
        public var accepted: Int
        /// Requests answered whole, error responses included.
        public var served: Int
        /// Downloads that failed after their first byte, and requests cut when the server stopped.
        public var failed: Int
        /// Downloads whose client left.
        public var aborted: Int
        /// Requests that passed a limit on time.
        public var timedOut: Int
        /// Downloads cut since the server had no room left, and their clients had taken nothing for longest.
        public var evicted: Int
        /// Bytes of content handed to clients.
        public var bytes: Int64
        /// Pauses in accepting connections, since descriptors or memory ran out.
        public var pauses: Int
        /// Requests turned away before any view, by reason.
        public var refused: [String: Int]
    }

    /// One request under way.
    public struct ActiveRequest: Sendable, Hashable {
        /// Its identifier in the log.
        public var id: String
        /// What was requested, as the client sent it; of a long target its first 256 bytes and its size, and what is
        /// not seen, or would change the order of what is, as `<U+202E>`.
        public var target: String
        /// The pattern of the route that it has taken; empty for none.
        public var route: String
        /// What it is doing.
        public var phase: Phase
        /// How long it has been under way, in milliseconds.
        public var milliseconds: Int64
        /// How many bytes were handed to the client so far.
        public var bytes: Int64
    }

    /// What a request under way is doing.
    public struct Phase: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: Sendable, Hashable {
            case generating, writing
        }

        private let kind: Kind

        /// The view runs, or waits for something of its own.
        public static let generating = Phase(kind: .generating)
        /// The client has not taken what is ready for it.
        public static let writing = Phase(kind: .writing)

        /// One word, as the status page and the log have it.
        public var description: String {
            switch kind {
            case .generating: "generating"
            case .writing: "writing"
            }
        }
    }

    /// A limit in force.
    public struct Limit: Sendable, Hashable {
        /// What is limited, in words joined by `_`; the last is the unit, if there is one.
        public var name: String
        /// How much there may be; 0 where nothing is limited.
        public var value: Int64
    }

    /// The time since the server started, in milliseconds.
    public var uptime: Int64
    /// Worker threads.
    public var workers: Int
    /// Worker threads with nothing to do.
    public var idleWorkers: Int
    /// Tasks that could go on, and wait for a worker.
    public var queue: Int
    /// Bytes that wait in memory for slow clients to take them, or for the rest of a request to come.
    public var heldBytes: Int
    /// Open connections.
    public var connections: Int
    /// Requests under way.
    public var active: Int
    /// The requests that have been under way the longest: at most 20, the longest first.
    public var slowest: [ActiveRequest]
    /// What was counted since the server started.
    public var totals: Totals
    /// The limits in force.
    public var limits: [Limit]
    /// What others tell of themselves: ``FastCGIConfiguration/furtherFigures``.
    public var furtherFigures: [StatusFigure] = []
}
