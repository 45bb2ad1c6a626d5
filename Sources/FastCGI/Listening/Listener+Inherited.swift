internal import DownloadCore
internal import DownloadSystem
internal import Glibc

extension Listener {
    /// The listening sockets that the process was started with: descriptor 0 (spawn-fcgi, mod_fcgid, systemd with
    /// `StandardInput=socket`), and all those of systemd's socket activation (`LISTEN_FDS`, sd_listen_fds(3)). Nil if
    /// there are none.
    ///
    /// - Throws: ``ListenError`` when `LISTEN_FDS` is meant for this process, and is not a number or names a descriptor
    ///   that is not a listening stream socket: its clients would wait without end.
    public static func inherited() throws -> Listener? {
        try inherited(standardInput: 0, activation: .fromEnvironment)
    }

    /// Whether the process was started with listening sockets, which nobody serves if it does not. Variables that are
    /// wrong count as such: ``inherited()`` says what is wrong.
    package static var isHandedOver: Bool {
        Socket.isListening(0) || (try? SocketActivation.fromEnvironment.descriptors().isEmpty) == false
    }

    /// The same of a descriptor and the variables that are given.
    static func inherited(standardInput: Int32, activation: SocketActivation) throws -> Listener? {
        var sockets: [ListeningSocket] = []
        if Socket.isListening(standardInput) { sockets.append(try ListeningSocket(adopting: standardInput)) }
        for (descriptor, name) in try activation.descriptors() {
            let described = "descriptor \(descriptor)\(name.map { " (\($0))" } ?? "")"
            guard Socket.isListening(descriptor) else {
                throw ListenError(
                    "\(described) of LISTEN_FDS is not a listening stream socket; "
                        + "give the unit nothing but ListenStream="
                )
            }
            // systemd hands a socket over twice if a unit has it as its standard input, too.
            guard !sockets.contains(where: { $0.isSameSocket(as: descriptor) }) else { continue }
            sockets.append(try ListeningSocket(adopting: descriptor, name: name))
        }
        return sockets.isEmpty ? nil : Listener(sockets)
    }
}

/// What the environment says of sockets that were handed over (sd_listen_fds(3)).
struct SocketActivation {
    /// The value of `LISTEN_FDS`: how many there are.
    var count: String?
    /// The value of `LISTEN_PID`: the process that they are for. Programs that this one starts inherit the variables,
    /// and must not take what happens to have the number.
    var process: String?
    /// The value of `LISTEN_FDNAMES`: a name for each, divided by colons.
    var names: String?
    /// The first of the descriptors.
    var first: Int32 = 3

    static var fromEnvironment: SocketActivation {
        SocketActivation(
            count: ProcessEnvironment.value("LISTEN_FDS"),
            process: ProcessEnvironment.value("LISTEN_PID"),
            names: ProcessEnvironment.value("LISTEN_FDNAMES")
        )
    }

    /// The descriptors, with their names where there are; none if they are for another process.
    func descriptors() throws(ListenError) -> [(descriptor: Int32, name: String?)] {
        guard let count, process.flatMap({ Int32($0) }) == getpid() else { return [] }
        guard let count = Int32(count), count >= 0, count <= 65_536 else {
            throw ListenError("LISTEN_FDS is “\(count.excerpt(40))”, not a number of sockets; unset it, or start again")
        }
        let names = names?.splitOctets { $0 == UInt8(ascii: ":") } ?? []
        return (0..<count)
            .map { index in
                let name = names.count > Int(index) ? names[Int(index)].excerpt(100) : ""
                return (first + index, name.isEmpty ? nil : name)
            }
    }
}
