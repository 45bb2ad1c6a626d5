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

    var server: any WebServer {
        switch self {
        case .nginx: Nginx()
        case .nginxHTTP2: Nginx(hasHTTP2: true)
        case .spawned: Nginx(starter: .spawnFCGI)
        case .fcgid: Apache(module: .fcgid)
        case .proxied: Apache(module: .proxied)
        case .cgid: Apache(module: .cgid)
        case .lighttpd: Lighttpd()
        case .caddy: Caddy()
        case .haproxy: HAProxy()
        }
    }

    /// Those that speak FastCGI to the demo, not CGI.
    static let fastCGI = allCases.filter { $0.server.starter != .serverWithCGI }
    /// Those that can tell a client that a download of unknown size was cut.
    static let showingCuts = allCases.filter(\.server.showsCuts)
    /// Those where an idle application learns that a client left.
    static let showingClientsThatLeave = allCases.filter(\.server.showsClientsThatLeave)
    /// One of each configuration that rules of access may be added to.
    static let withRules = allCases.filter { $0 != .nginxHTTP2 && $0 != .spawned }

    var testDescription: String { rawValue }

    var programs: [Program] { [.curl] + server.programs }

    var isApache: Bool { server is Apache }

    var prefix: String { server.prefix }
}
