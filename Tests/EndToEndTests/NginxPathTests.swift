import TestSupport
import Testing

/// Which path of nginx's the application routes on, and which host it is told.
@Suite(.needs(.curl, .nginx), .blocking, .timeLimit(.minutes(60)))
struct NginxPathTests {
    /// What nginx asks for by itself, and where it changes what a client has asked for.
    private static func locations(in directory: WorkDirectory) throws -> String {
        try directory.write("[<!--#include virtual=\"/paths/a%20b?x=1\" -->]", to: "page.html")
        try directory.write("guarded", to: "guarded.txt")
        return """
            location = /page.html { root "\(directory.path)"; ssi on; }
            location = /guarded.txt { root "\(directory.path)"; auth_request /bench/hello; }
            location /pretty/ { rewrite ^/pretty/(.*)$ /paths/$1 last; }
            """
    }

    @Test("With the example of its file, what nginx changes or asks for by itself is answered by nginx's own path")
    func ownPath() async throws {
        let site = try await Site.start(.nginx, locations: Self.locations, tellsOwnPath: true)
        defer { site.directory.close() }
        for (target, answer) in [
            ("/page.html", "route=open name=a b\n"), ("/guarded.txt", "guarded"),
            ("/pretty/a%20b%3Fc%25?x=1", "route=open name=a b?c%\n"), ("/virtual/text", "Hello world!\n"),
            ("//virtual/./text", "Hello world!\n"),
            ("/export/orders.csv?rows=0", "order,date,customer,product,quantity,price\r\n"),
        ] {
            let result = try RawAnswer.get(target, port: site.port)
            #expect(result.status == 200 && result.body.contains(answer), "\(target): \(result)")
        }
    }

    @Test("Without it the client's path counts, whatever nginx has made of it")
    func clientsPath() async throws {
        let site = try await Site.start(.nginx, locations: Self.locations)
        defer { site.directory.close() }
        for (target, status) in [("/pretty/a", 404), ("/guarded.txt", 500), ("//virtual/text", 404), ("/paths/a", 200)]
        {
            #expect(try RawAnswer.get(target, port: site.port).status == status, "\(target)")
        }
    }

    // Over HTTP/3 there is no Host field either, and nginx makes none.
    @Test("A host that is not in a field of its own is not lost")
    func host() async throws {
        let site = try await Site.start(.nginx)
        defer { site.directory.close() }
        for (target, fields, host) in [
            ("/test/host", ["Host: field.example"], "field.example"),
            ("/test/host", ["Host: field.example:81"], "field.example:81"),
            ("http://target.example/test/host", [], "target.example:\(site.port)"),
            ("http://[::1]/test/host", [], "[::1]:\(site.port)"),
        ] {
            let answer = try RawAnswer.get(target, port: site.port, version: "1.0", fields: fields)
            #expect(answer.body == host, "\(target) \(fields)")
        }
    }
}
