/// A web server, set up as an administrator does around the files of `deploy/`. One that is to be tested takes a file
/// here, and a case of ``Setup``.
protocol WebServer: Sendable {
    /// What has to be installed for it.
    var programs: [Program] { get }
    /// The path below which the demo is: as many ways to say so as there are.
    var prefix: String { get }
    /// Who starts the demo.
    var starter: Starter { get }
    /// Whether its clients speak HTTP/2 by TLS.
    var hasHTTP2: Bool { get }
    /// Whether it can tell a client that a download of unknown size was cut.
    var showsCuts: Bool { get }
    /// Whether an idle application learns that a client left.
    var showsClientsThatLeave: Bool { get }

    /// Starts it in the foreground, with the files that it needs in `directory`.
    func start(_ site: Surroundings, in directory: WorkDirectory) async throws -> RunningProgram
}

extension WebServer {
    var prefix: String { "/downloads" }
    var starter: Starter { .test }
    var hasHTTP2: Bool { false }
    var showsCuts: Bool { true }
    var showsClientsThatLeave: Bool { false }
}

/// Who starts the demo.
enum Starter {
    case test, spawnFCGI
    /// The web server, whose processes the demo's are; over a pipe of FastCGI, or as CGI.
    case serverWithFastCGI, serverWithCGI
}

/// What a web server is to have around the files of `deploy/`.
struct Surroundings: Sendable {
    /// Who offers HTTP/2, to clients of the downloads among others.
    enum Offer {
        case nobody, server, virtualHost
    }

    /// The port of 127.0.0.1 that it listens on.
    var port = 0
    /// The path of the demo's socket.
    var socket = ""
    /// The demo's address: its socket, unless it inherits another.
    var backend = ""
    /// Who offers HTTP/2 without TLS, where the server is Apache.
    var http2 = Offer.nobody
    /// The address that may see the status, by the example of the server's file; nil leaves that commented out.
    var statusReader: String?
    /// Whether users have to log in: ``Passwords`` has them.
    var hasUsers = false
    /// Whether it has rules of access: to nobody `/paths/Kunden.csv` and what is below `/paths/Kunden/`; and of
    /// `/island/` only what is below `/island/open/`, to everybody.
    var hasAccessRules = false
    /// Further locations of nginx.
    var locations = ""
    /// What else the application's location has in nginx.
    var directives = ""
    /// Whether the application is told nginx's own path, by the example of its file.
    var tellsOwnPath = false
}
