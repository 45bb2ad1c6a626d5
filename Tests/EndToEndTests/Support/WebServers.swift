import Foundation

/// What an administrator writes around the files of `deploy/nginx`.
struct NginxConfiguration {
    var setup: Setup
    var port: Int
    /// The demo's address.
    var backend: String
    /// Who may see the status, as the example in the file has it; nil leaves that commented out.
    var statusReader: String?
    /// Whether users have to log in: ``Passwords`` has them.
    var hasUsers = false

    func start(in directory: WorkDirectory) async throws -> RunningProgram {
        var listen = "listen 127.0.0.1:\(port);"
        if setup == .nginxHTTP2 {
            try await makeCertificate(in: directory)
            listen = """
                listen 127.0.0.1:\(port) ssl http2;
                ssl_certificate \(directory.file("certificate.pem"));
                ssl_certificate_key \(directory.file("key.pem"));
                """
        }
        let upstream = try String(contentsOfFile: TestSite.deploy + "/nginx/upstream.conf", encoding: .utf8)
            .replacing("server unix:/run/downloads/downloads.sock;", with: "server \"\(backend)\";")
        let passwords = hasUsers ? try Passwords.write(in: directory) : nil
        let downloads = try uncommented("nginx/downloads.conf", allowing: statusReader, users: passwords, in: directory)
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
}

/// What an administrator writes around the files of `deploy/apache`.
struct ApacheConfiguration {
    /// Who offers HTTP/2, to clients of the downloads among others.
    enum Offer {
        case nobody, server, virtualHost
    }

    var setup: Setup
    var port: Int
    var socket: String
    var http2 = Offer.nobody
    /// Who may see the status, as the example in the file has it; nil leaves that commented out.
    var statusReader: String?
    /// Whether users have to log in: ``Passwords`` has them.
    var hasUsers = false

    func start(in directory: WorkDirectory) throws -> RunningProgram {
        let modules =
            ["mpm_event", "authz_core", "authz_host", "alias", "env", "setenvif", "filter", "deflate"]
            + (setup == .fcgid ? ["fcgid"] : setup == .proxied ? ["proxy", "proxy_fcgi"] : ["cgid"])
            + (http2 == .nobody ? [] : ["http2"])
            + (hasUsers ? ["authn_core", "authn_file", "auth_basic", "authz_user"] : [])
        let offer = "Protocols h2c http/1.1"
        let file = try directory.write(
            """
            ServerRoot \(directory.path)
            ServerName localhost
            DefaultRuntimeDir \(directory.path)
            PidFile \(directory.file("apache.pid"))
            ErrorLog \(directory.file("error.log"))
            LogLevel warn
            Listen 127.0.0.1:\(port)
            \(modules.map { "LoadModule \($0)_module /usr/lib/apache2/modules/mod_\($0).so" }.joined(separator: "\n"))
            \(particulars(in: directory))
            \(http2 == .server ? offer : "")
            # As Debian has it.
            AddOutputFilterByType DEFLATE text/html text/plain text/xml
            <VirtualHost 127.0.0.1:\(port)>
                \(http2 == .virtualHost ? offer : "")
                Define DOWNLOADS_PLACE \(setup.prefix)/
                \(try include(in: directory))
                \(try login(in: directory))
            </VirtualHost>
            """,
            to: "apache.conf"
        )
        return try RunningProgram(
            Program.apache.requiredPath(),
            ["-DFOREGROUND", "-f", file],
            in: directory
        )
    }

    private func particulars(in directory: WorkDirectory) -> String {
        switch setup {
        case .fcgid:
            """
            FcgidIPCDir \(directory.path)
            FcgidProcessTableFile \(directory.file("fcgid_shm"))
            Include "\(TestSite.deploy)/apache/mod_fcgid-server.conf"
            """
        case .cgid:
            """
            ScriptSock \(directory.file("cgid.sock"))
            """
        default: ""
        }
    }

    /// The application's file, under a name with a space (mod_fcgid separates arguments there).
    private func program(in directory: WorkDirectory) throws -> String {
        let link = directory.file("the demo")
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: TestSite.path())
        }
        return link
    }

    /// What has users log in, behind the application's file.
    private func login(in directory: WorkDirectory) throws -> String {
        guard hasUsers else { return "" }
        return """
            <Location "\(setup.prefix)/test/">
                AuthType Basic
                AuthName "Downloads"
                AuthUserFile "\(try Passwords.write(in: directory))"
                Require valid-user
            </Location>
            """
    }

    private func include(in directory: WorkDirectory) throws -> String {
        let define =
            switch setup {
            case .fcgid, .cgid: "Define DOWNLOADS_PROGRAM \"\(try program(in: directory))\""
            default: "Define DOWNLOADS_SOCKET \(socket)"
            }
        let name =
            switch setup {
            case .fcgid: "mod_fcgid"
            case .cgid: "cgi"
            default: "mod_proxy_fcgi"
            }
        let file = try uncommented("apache/\(name).conf", allowing: statusReader, in: directory)
        return "\(define)\nInclude \"\(file)\""
    }
}

/// Users of the sites where one has to log in.
enum Passwords {
    /// A name and its password, as curl takes them.
    static let anna = "anna:secret"

    /// The path of the file that has them.
    static func write(in directory: WorkDirectory) throws -> String {
        // `openssl passwd -apr1` of the password.
        try directory.write("anna:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n", to: "passwords")
    }
}

/// The path of a file of `deploy/`, or of a copy of it that has its examples: of who may see the status, and of users,
/// by the file of their passwords.
private func uncommented(
    _ name: String,
    allowing reader: String?,
    users passwords: String? = nil,
    in directory: WorkDirectory
) throws -> String {
    let path = "\(TestSite.deploy)/\(name)"
    guard reader != nil || passwords != nil else { return path }
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    func uncomment(exampleWith word: String, _ change: (String) -> String) throws {
        // An example is a block of its own, and its first and last line have no space behind their #.
        let ends = lines.split(separator: "", omittingEmptySubsequences: true)
            .map { block in block.indices.filter { lines[$0].contains(/^ *#[^ ]/) } }
            .first { ends in ends.contains { lines[$0].contains(word) } }
        guard let first = ends?.first, let last = ends?.last, first < last else {
            throw ServerFailure(description: "\(name) has no example with \(word)")
        }
        for index in first...last { lines[index] = change(lines[index].replacing("#", with: "", maxReplacements: 1)) }
    }
    if let reader { try uncomment(exampleWith: "status") { $0.replacing("127.0.0.1", with: reader) } }
    if let passwords {
        try uncomment(exampleWith: "auth_basic") {
            $0.replacing("/etc/nginx/downloads.passwd", with: "\"\(passwords)\"")
        }
    }
    return try directory.write(lines.joined(separator: "\n"), to: "downloads.conf")
}
