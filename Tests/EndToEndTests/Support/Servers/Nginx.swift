import Foundation

struct Nginx: WebServer {
    var starter = Starter.test
    var hasHTTP2 = false

    var programs: [Program] {
        [.nginx] + (hasHTTP2 ? [.openssl] : []) + (starter == .spawnFCGI ? [.spawnFCGI] : [])
    }
    var prefix: String { "" }
    var showsClientsThatLeave: Bool { true }

    func start(_ site: Surroundings, in directory: WorkDirectory) async throws -> RunningProgram {
        var listen = "listen 127.0.0.1:\(site.port);"
        if hasHTTP2 {
            try await makeCertificate(in: directory)
            listen = """
                listen 127.0.0.1:\(site.port) ssl http2;
                ssl_certificate \(directory.file("certificate.pem"));
                ssl_certificate_key \(directory.file("key.pem"));
                """
        }
        let upstream = try String(contentsOfFile: TestSite.deploy + "/nginx/upstream.conf", encoding: .utf8)
            .replacing("server unix:/run/downloads/downloads.sock;", with: "server \"\(site.backend)\";")
        let passwords = site.hasUsers ? try Passwords.write(in: directory) : nil
        var downloads = try uncommented(
            "nginx/downloads.conf",
            allowing: site.statusReader,
            users: passwords,
            in: directory
        )
        let inside = site.directives + (site.hasAccessRules ? Self.accessRules : "")
        if !inside.isEmpty {
            // Locations inside the application's have its parameters.
            let text = try String(contentsOfFile: downloads, encoding: .utf8)
            guard let end = text.lastIndex(of: "}") else { throw ServerFailure(description: "no location in \(text)") }
            downloads = try directory.write(
                text[..<end] + inside + text[end...],
                to: "inside.conf"
            )
        }
        if site.tellsOwnPath {
            let text = try String(contentsOfFile: downloads, encoding: .utf8)
            let example = "#fastcgi_param  REQUEST_URI        \"\";"
            guard text.contains(example) else { throw ServerFailure(description: "no example with \(example)") }
            downloads = try directory.write(text.replacing(example, with: example.dropFirst()), to: "own-path.conf")
        }
        let temporary = ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"]
            .map { "\($0)_temp_path \(directory.file($0));" }.joined(separator: "\n")
        let file = try directory.write(
            """
            daemon off;
            worker_processes 2;
            pid \(directory.file("nginx.pid"));
            error_log \(directory.file("error.log")) info;
            events { worker_connections 1024; }
            http {
                # As many a site has it.
                gzip on;
                gzip_types text/plain text/csv;
                access_log off;
                \(temporary)
                \(upstream)
                server {
                    \(listen)
                    \(site.locations)
                    include "\(downloads)";
                }
            }
            """,
            to: "nginx.conf"
        )
        return try RunningProgram(
            Program.nginx.requiredPath(),
            ["-e", directory.file("error.log"), "-p", directory.path, "-c", file],
            in: directory
        )
    }

    private func makeCertificate(in directory: WorkDirectory) async throws {
        let openssl = try RunningProgram(
            Program.openssl.requiredPath(),
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
                + ["-keyout", directory.file("key.pem"), "-out", directory.file("certificate.pem")],
            in: directory
        )
        guard await openssl.status == 0 else { throw ServerFailure(description: "openssl: \(openssl.errorText)") }
    }

    private static let accessRules = """
        location = /paths/Kunden.csv { deny all; }
        location /paths/Kunden/ { deny all; }
        location /island/ { deny all; }
        location /island/open/ { fastcgi_pass downloads; }
        """
}

extension Program {
    static let nginx = Program(name: "nginx", package: "nginx-light")
}
