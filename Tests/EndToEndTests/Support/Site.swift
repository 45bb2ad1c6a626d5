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
        "\(setup.server.hasHTTP2 ? "https" : "http")://127.0.0.1:\(port)\(setup.prefix)\(path)"
    }

    /// What the web server says went wrong.
    var errorLog: String {
        let log = try? String(contentsOfFile: directory.file("error.log"), encoding: .utf8)
        return (log ?? "").split(separator: "\n").filter { $0.contains("error]") }.joined(separator: "\n")
    }

    /// The same, with how the demo is.
    var complaints: String {
        let demo = demo.map { "the demo \($0.hasEnded ? "has ended" : "runs"): \($0.errorText.suffix(2000))" }
        return "\(errorLog)\n\(demo ?? "")"
    }

    /// Runs curl with the site's options and waits for its end.
    func curl(_ path: String, _ options: String...) async throws -> Transfer {
        try await Transfer(startCurl(path, options))
    }

    func startCurl(_ path: String, _ options: [String]) throws -> RunningProgram {
        let common = [
            "-sS", "--noproxy", "*", "-k", setup.server.hasHTTP2 ? "--http2" : "--http1.1", "-D", "/dev/stderr",
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
    ///   - offer: Who offers HTTP/2 without TLS, where the web server is Apache.
    ///   - statusReader: The address that may see the status, by the example of the web server's file.
    ///   - hasUsers: Whether users have to log in.
    ///   - hasAccessRules: Whether the web server has rules of access.
    ///   - locations: What else nginx has.
    ///   - directives: What else the application's location in nginx has.
    ///   - tellsOwnPath: Whether nginx tells the application its own path.
    ///   - environment: Further variables of the demo's, where the test starts it.
    static func start(
        _ setup: Setup,
        options: [String] = [],
        backend: Backend = .ownSocket,
        http2 offer: Surroundings.Offer = .nobody,
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
                let surroundings = try Surroundings(
                    port: freePort(),
                    http2: offer,
                    statusReader: statusReader,
                    hasUsers: hasUsers,
                    hasAccessRules: hasAccessRules,
                    locations: locations(directory),
                    directives: directives,
                    tellsOwnPath: tellsOwnPath
                )
                return try await Site(
                    setup,
                    in: directory,
                    amid: surroundings,
                    options: options,
                    backend: backend,
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
        amid surroundings: Surroundings,
        options: [String],
        backend: Backend,
        environment: [String: String]
    ) async throws {
        self.setup = setup
        self.directory = directory
        port = surroundings.port
        let webServer = setup.server
        let socket = directory.file("demo-\(port).sock")
        var surroundings = surroundings
        surroundings.socket = socket
        surroundings.backend = "unix:\(socket)"
        switch (webServer.starter, backend) {
        case (_, .inherited(let descriptor, let port)):
            surroundings.backend = "127.0.0.1:\(port)"
            demo = try TestSite.start(["serve"] + options, in: directory, input: descriptor)
        case (.test, .ownSocket):
            let mount = webServer.prefix.isEmpty ? [] : ["--mount", webServer.prefix]
            demo = try TestSite.start(
                ["serve", "--listen", surroundings.backend] + mount + options,
                in: directory,
                environment: environment
            )
        case (.spawnFCGI, .ownSocket): demo = try TestSite.spawn(socket: socket, in: directory)
        case (.serverWithFastCGI, .ownSocket), (.serverWithCGI, .ownSocket): demo = nil
        }
        if let demo, case .ownSocket = backend {
            guard await eventually({ FileManager.default.fileExists(atPath: socket) }) else {
                throw ServerFailure(description: "the demo did not start: \(demo.errorText)")
            }
        }
        server = try await webServer.start(surroundings, in: directory)
        let site = self
        var last: Transfer?
        let login = surroundings.hasUsers ? ["-u", Passwords.anna] : []
        let answers = try await server.isReady(on: port) {
            let transfer = try await Transfer(site.startCurl("/bench/hello", login))
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
