import Testing

/// A way to serve the demo, as `deploy/` configures it.
enum Setup: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case nginx = "nginx, HTTP/1.1"
    case nginxHTTP2 = "nginx, HTTP/2"
    case spawned = "nginx and spawn-fcgi"
    case fcgid = "Apache mod_fcgid"
    case proxied = "Apache mod_proxy_fcgi"
    case cgid = "Apache mod_cgid"
    case lighttpd
    case caddy = "Caddy"
    case haproxy = "HAProxy"

    /// Those that speak FastCGI to the demo, not CGI.
    static let fastCGI = allCases.filter { $0 != .cgid }
    /// Those that can tell a client that a download of unknown size was cut.
    static let showingCuts: [Setup] = [.nginx, .nginxHTTP2, .spawned, .proxied, .lighttpd, .haproxy]
    /// Those where an idle application learns that a client left.
    static let showingClientsThatLeave: [Setup] = [.nginx, .nginxHTTP2, .spawned]

    var testDescription: String { rawValue }

    var programs: [Program] {
        switch self {
        case .nginx: [.curl, .nginx]
        case .nginxHTTP2: [.curl, .nginx, .openssl]
        case .spawned: [.curl, .nginx, .spawnFCGI]
        case .fcgid: [.curl, .apache, .apacheFcgid]
        case .proxied, .cgid: [.curl, .apache]
        case .lighttpd: [.curl, .lighttpd]
        case .caddy: [.curl, .caddy]
        case .haproxy: [.curl, .haproxy]
        }
    }

    var isApache: Bool { self == .fcgid || self == .proxied || self == .cgid }

    /// The path below which the demo is: as many ways to say so as there are.
    var prefix: String { isNginx ? "" : "/downloads" }

    var isNginx: Bool { self == .nginx || self == .nginxHTTP2 || self == .spawned }
}
