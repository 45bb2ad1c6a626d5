import Foundation
import TestSupport

/// A web server with the demo behind it, both running.
struct Site: Sendable {
    let setup: Setup
    let directory: WorkDirectory
    let port: Int
    /// The demo, where the web server does not start it.
    let demo: RunningProgram?
    let server: RunningProgram

    func url(_ path: String) -> String {
        "\(setup == .nginxHTTP2 ? "https" : "http")://127.0.0.1:\(port)\(setup.prefix)\(path)"
    }

    /// What the web server says went wrong.
    var errorLog: String {
        let log = try? String(contentsOfFile: directory.file("error.log"), encoding: .utf8)
        return (log ?? "").split(separator: "\n").filter { $0.contains("[error]") }.joined(separator: "\n")
    }

    /// Runs curl with the site's options and waits for its end.
    func curl(_ path: String, _ options: String...) async throws -> Transfer {
        try await Transfer(startCurl(path, options))
    }

    func startCurl(_ path: String, _ options: [String]) throws -> RunningProgram {
        let common = [
            "-sS", "--noproxy", "*", "-k", setup == .nginxHTTP2 ? "--http2" : "--http1.1", "-D", "/dev/stderr",
        ]
        return try RunningProgram(
            Program.curl.requiredPath(),
            common + ["--max-time", "300"] + options + [url(path)],
            in: directory
        )
    }

    /// Starts the servers of `setup`, and waits until they answer.
    ///
    /// - Parameters:
    ///   - options: Further options of `demo serve`, where the test starts it.
    ///   - backend: Where the demo listens.
    ///   - offer: Who offers HTTP/2, where the web server is Apache.
    ///   - statusReader: The address that may see the status, by the example of the web server's file.
    ///   - hasUsers: Whether users have to log in.
    ///   - hasAccessRules: Whether the web server has ``AccessRules``.
    ///   - locations: What else nginx has.
    ///   - directives: What else the application's location in nginx has.
    ///   - tellsOwnPath: Whether nginx tells the application its own path.
    ///   - environment: Further variables of the demo's, where the test starts it.
    static func start(
        _ setup: Setup,
        options: [String] = [],
        backend: Backend = .ownSocket,
        http2 offer: ApacheConfiguration.Offer = .nobody,
        statusReader: String? = nil,
        hasUsers: Bool = false,
        hasAccessRules: Bool = false,
        locations: (WorkDirectory) throws -> String = { _ in "" },
        directives: String = "",
        tellsOwnPath: Bool = false,
        environment: (WorkDirectory) throws -> [String: String] = { _ in [:] }
    ) async throws -> Site {
        let directory = try WorkDirectory()
        var failure: any Error = ServerFailure(description: "\(setup.rawValue) did not start")
        // A free port may be taken by another before the server has it: once more, then.
        for _ in 0..<3 {
            do {
                return try await Site(
                    setup,
                    in: directory,
                    port: freePort(),
                    options: options,
                    backend: backend,
                    http2: offer,
                    statusReader: statusReader,
                    hasUsers: hasUsers,
                    hasAccessRules: hasAccessRules,
                    locations: locations(directory),
                    directives: directives,
                    tellsOwnPath: tellsOwnPath,
                    environment: environment(directory)
                )
            } catch {
                failure = error
            }
        }
        directory.close()
        throw failure
    }

    /// Where the demo listens: on a unix socket that it makes, or on one of a port that it inherits.
    enum Backend {
        case ownSocket
        case inherited(_ descriptor: Int32, port: Int)
    }

    private init(
        _ setup: Setup,
        in directory: WorkDirectory,
        port: Int,
        options: [String],
        backend: Backend,
        http2 offer: ApacheConfiguration.Offer,
        statusReader: String?,
        hasUsers: Bool,
        hasAccessRules: Bool,
        locations: String,
        directives: String,
        tellsOwnPath: Bool,
        environment: [String: String]
    ) async throws {
        self.setup = setup
        self.directory = directory
        self.port = port
        let socket = directory.file("demo-\(port).sock")
        var address = "unix:\(socket)"
        let demo: RunningProgram? =
            switch (setup, backend) {
            case (_, .inherited(let descriptor, let port)):
                try {
                    address = "127.0.0.1:\(port)"
                    return try TestSite.start(["serve"] + options, in: directory, input: descriptor)
                }()
            case (.nginx, _), (.nginxHTTP2, _):
                try TestSite.start(["serve", "--listen", address] + options, in: directory, environment: environment)
            case (.proxied, _), (.lighttpd, _), (.caddy, _), (.haproxy, _):
                try TestSite.start(
                    ["serve", "--listen", address, "--mount", setup.prefix] + options,
                    in: directory,
                    environment: environment
                )
            case (.spawned, _): try TestSite.spawn(socket: socket, in: directory)
            case (.fcgid, _), (.cgid, _): nil
            }
        self.demo = demo
        if let demo, address.hasPrefix("unix:") {
            guard await eventually({ FileManager.default.fileExists(atPath: socket) }) else {
                throw ServerFailure(description: "the demo did not start: \(demo.errorText)")
            }
        }
        server =
            if setup.isApache {
                try ApacheConfiguration(
                    setup: setup,
                    port: port,
                    socket: socket,
                    http2: offer,
                    statusReader: statusReader,
                    hasUsers: hasUsers,
                    hasAccessRules: hasAccessRules
                )
                .start(in: directory)
            } else if !setup.isNginx {
                try OtherConfiguration(
                    setup: setup,
                    port: port,
                    socket: socket,
                    hasUsers: hasUsers,
                    hasAccessRules: hasAccessRules
                )
                .start(in: directory)
            } else {
                try await NginxConfiguration(
                    setup: setup,
                    port: port,
                    backend: address,
                    statusReader: statusReader,
                    hasUsers: hasUsers,
                    locations: locations,
                    directives: directives,
                    tellsOwnPath: tellsOwnPath,
                    hasAccessRules: hasAccessRules
                )
                .start(in: directory)
            }
        let transfers = self
        var last: Transfer?
        let login = hasUsers ? ["-u", Passwords.anna] : []
        let answers = try await server.isReady(on: port) {
            let transfer = try await Transfer(transfers.startCurl("/bench/hello", login))
            last = transfer
            return transfer.text == "Hello world!\n"
        }
        guard answers else {
            let log = try? String(contentsOfFile: directory.file("error.log"), encoding: .utf8)
            server.signal(SIGTERM)
            throw ServerFailure(
                description:
                    "\(setup.rawValue) does not answer: \(last?.head ?? "") \(server.errorText) \(log ?? "") "
                    + (demo?.errorText ?? "")
            )
        }
    }
}

struct ServerFailure: Error, CustomStringConvertible {
    var description: String
}
