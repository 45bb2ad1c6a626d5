internal import DownloadSystem

/// The sockets on which a server listens, one or several: those that were handed to the process, or some of its own.
public struct Listener: Sendable {
    /// At least one.
    let sockets: [ListeningSocket]

    init(_ sockets: [ListeningSocket]) {
        self.sockets = sockets
    }

    /// Where it listens, for people to read: one for each socket.
    public var addresses: [String] { sockets.map(\.address) }

    /// Binds a socket and listens on it; for the name of a host one on each of its addresses.
    ///
    /// A unix socket whose process is gone is replaced. Any other file at the path is refused, and so is the socket of
    /// a process that lives.
    ///
    /// - Parameter mode: The permissions of a unix socket: who may connect. The default is 0660.
    /// - Throws: ``ListenError``, which names the address and says what is in the way.
    public static func bound(to address: ListenAddress, mode: UInt32 = 0o660) throws -> Listener {
        try bound(to: [address], mode: mode)
    }

    /// Binds a socket to each address, as ``bound(to:mode:)-(ListenAddress,_)`` does for one.
    ///
    /// - Parameter addresses: At least one.
    /// - Throws: ``ListenError`` for the first that can't be had, and when there is none; then it listens on none of
    ///   them.
    public static func bound(to addresses: [ListenAddress], mode: UInt32 = 0o660) throws -> Listener {
        guard !addresses.isEmpty else { throw ListenError("no address to listen on; write unix:/run/app.sock") }
        var sockets: [ListeningSocket] = []
        do {
            for address in addresses { sockets += try ListeningSocket.bound(to: address, mode: mode) }
        } catch {
            for socket in sockets { socket.close() }
            throw error
        }
        return Listener(sockets)
    }

    /// Whether any of the sockets is a TCP port.
    var hasTCP: Bool { sockets.contains { $0.isTCP } }

    /// Stops listening. The files of unix sockets of its own go, unless another process has replaced them.
    func close() {
        for socket in sockets { socket.close() }
    }
}
