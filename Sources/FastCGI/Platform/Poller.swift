internal import CLinux
internal import DownloadSystem
internal import Glibc

/// One set of descriptors that many threads wait on together, and a counter that wakes them: epoll. A port to kqueue
/// replaces this file, `Socket+Linux.swift`, and DownloadSystem's `WakeUp`, `Pipe` and `MemoryFile`.
struct Poller: ~Copyable, Sendable {
    /// What a waiting thread is told, or asks to be told, of a descriptor.
    struct Events: OptionSet {
        var rawValue: UInt32

        static let readable = Events(rawValue: UInt32(EPOLLIN.rawValue))
        static let writable = Events(rawValue: UInt32(EPOLLOUT.rawValue))
        /// The peer has closed the connection, or its sending half.
        static let peerClosed = Events(rawValue: UInt32(EPOLLRDHUP.rawValue))
        /// Always reported, never asked for.
        static let failed = Events(rawValue: UInt32(EPOLLERR.rawValue) | UInt32(EPOLLHUP.rawValue))
    }

    /// How often a descriptor's readiness is reported.
    enum Mode {
        /// The next readiness, and then nothing until it is watched again.
        case once
        /// What is ready now, and then each time that something is added to it: what is left unread is not reported
        /// again.
        case changes

        fileprivate var rawValue: UInt32 {
            switch self {
            case .once: UInt32(EPOLLONESHOT.rawValue)
            case .changes: EPOLLET.rawValue
            }
        }
    }

    private let set: Int32
    private let wakeUps: WakeUp

    /// The tag that reports a wake-up. Descriptors must be watched under other tags.
    static let wakeUpTag: UInt64 = 0

    init() throws(SystemError) {
        // Made once for a process: what is opened before a failure here ends with the process.
        let set = try SystemError.check("epoll_create1", epoll_create1(Int32(EPOLL_CLOEXEC)))
        let wakeUps = try WakeUp(counting: true)
        try Poller.watch(wakeUps.descriptor, in: set, for: .readable, tag: Poller.wakeUpTag)
        self.set = set
        self.wakeUps = wakeUps
    }

    deinit {
        close(set)
    }

    /// Watches a descriptor until it is removed; each readiness is reported to one waiting thread, again and again
    /// while it lasts.
    func watch(_ descriptor: Int32, for events: Events, tag: UInt64) throws(SystemError) {
        try Poller.watch(descriptor, in: set, for: events, tag: tag)
    }

    private static func watch(
        _ descriptor: Int32,
        in set: Int32,
        for events: Events,
        tag: UInt64
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = events.rawValue | EPOLLEXCLUSIVE.rawValue
        unsafe event.data.u64 = tag
        try SystemError.check("epoll_ctl", unsafe epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event))
    }

    /// Reports readiness of a descriptor as it comes, each time to one waiting thread: the next once, or what is there
    /// now and then every change.
    ///
    /// - Parameter first: Whether the descriptor is new to the set.
    func watch(
        _ descriptor: Int32,
        for events: Events,
        _ mode: Mode,
        tag: UInt64,
        first: Bool
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = events.rawValue | mode.rawValue
        unsafe event.data.u64 = tag
        try SystemError.check(
            "epoll_ctl",
            unsafe epoll_ctl(set, first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, &event)
        )
    }

    /// Stops watching a descriptor. Closing one does the same.
    func remove(_ descriptor: Int32) {
        var event = unsafe epoll_event()
        _ = unsafe epoll_ctl(set, EPOLL_CTL_DEL, descriptor, &event)
    }

    /// What happened to the descriptor watched under a tag.
    struct Event {
        var tag: UInt64
        var events: Events
    }

    /// The most events that ``wait(milliseconds:upTo:_:)`` takes at once.
    static let maximumBatch = 8

    /// Waits for events, for at most `milliseconds` (-1: without end), and calls `take` with each of at most `count` of
    /// them.
    ///
    /// - Returns: How many there were.
    func wait(milliseconds: Int32, upTo count: Int, _ take: (Event) -> Void) -> Int {
        var events = unsafe InlineArray<8, epoll_event>(repeating: epoll_event())
        return unsafe withUnsafeMutableBytes(of: &events) { bytes in
            let entries = unsafe bytes.assumingMemoryBound(to: epoll_event.self)
            let most = Int32(min(count, Poller.maximumBatch))
            let found = unsafe epoll_wait(set, entries.baseAddress, most, milliseconds)
            for index in 0..<max(0, Int(found)) {
                take(unsafe Event(tag: entries[index].data.u64, events: Events(rawValue: entries[index].events)))
            }
            return max(0, Int(found))
        }
    }

    /// Whether an event waits for a thread to take it.
    var hasPendingEvent: Bool {
        Socket.isReady(set, for: Int16(POLLIN), milliseconds: 0)
    }

    /// Wakes `count` waiting threads, each with one event of the wake-up tag.
    func wake(_ count: UInt64 = 1) {
        wakeUps.signal(count)
    }

    /// Takes back one wake-up after its event was seen.
    func consumeWakeUp() {
        wakeUps.consume()
    }
}
