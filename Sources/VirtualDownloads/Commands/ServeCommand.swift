internal import ArgumentParser
internal import DownloadCore
internal import DownloadSpool
internal import DownloadSystem
internal import FastCGI
internal import Glibc
internal import Logging
internal import ServiceLifecycle

/// `serve`: answers the requests of a web server.
struct ServeCommand<Application: DownloadApplication>: ParsableCommand, MainThreadCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "serve",
            abstract: "Answer the requests of a web server (the default).",
            discussion: """
                With --listen on a socket of its own; without, on the one it was started with: descriptor 0 \
                (spawn-fcgi, mod_fcgid) or systemd's (LISTEN_FDS). SIGTERM and SIGINT let downloads under way finish; \
                a second one cuts them. SIGHUP is ignored.

                Who reaches a TCP port may ask for anything in anyone's name: \
                FCGI_WEB_SERVER_ADDRS=10.0.0.1,10.0.0.2 in the environment admits these addresses alone.

                --status-path and --ping-path are paths as clients ask for them, so with the prefix of --mount. Have \
                the web server let only administrators see the status.
                """
        )
    }

    @Option(
        help: ArgumentHelp(
            "Where to listen: unix:PATH or HOST:PORT; may be given several times.",
            valueName: "address"
        ),
        transform: { try ListenAddress(parsing: $0) }
    )
    var listen: [ListenAddress] = []

    @Option(
        help: ArgumentHelp("Who may connect to a unix socket, in octal. (default: 0660)", valueName: "mode"),
        transform: { try SocketMode(parsing: $0) }
    )
    var socketMode = SocketMode(bits: 0o660)

    @Option(help: "Worker threads. A slow client holds none.")
    var threads = Application.serverConfiguration.threads

    @Option(help: "Worker threads while views block all others.")
    var maxThreads = Application.serverConfiguration.maximumThreads

    @Option(
        help: ArgumentHelp("What is logged: \(logLevels). (default: info)", valueName: "level"),
        transform: { text in
            // Unicode equality: nothing else is equivalent to these names.
            guard let level = Logger.Level(rawValue: text) else { throw ValidationError("Write one of \(logLevels).") }
            return level
        }
    )
    var logLevel = Logger.Level.info

    @Option(
        help: ArgumentHelp(
            "How long a request may take to arrive, and a second more for each 1,000 bytes of its content.",
            valueName: "seconds"
        )
    )
    var receiveLimit = Application.serverConfiguration.receiveLimit.seconds

    @Option(help: ArgumentHelp("How long a client may take nothing of what is ready for it.", valueName: "seconds"))
    var writeLimit = Application.serverConfiguration.writeLimit.seconds

    @Option(help: ArgumentHelp("How long a whole request may take; none if absent.", valueName: "seconds"))
    var requestLimit: Double?

    @Option(
        help: ArgumentHelp(
            "How long downloads under way may take to finish when the server stops.",
            valueName: "seconds"
        )
    )
    var drainLimit = Application.serverConfiguration.drainLimit.seconds

    @Option(help: "Requests under way at once; a further one is answered 503.")
    var maxRequests = Application.serverConfiguration.maximumRequests

    @Option(help: ArgumentHelp("Size of a request's parameters; a larger one is answered 431.", valueName: "bytes"))
    var maxHead = Application.serverConfiguration.maximumHeadSize

    @Option(help: ArgumentHelp("Size of a request's content; a larger one is answered 413.", valueName: "bytes"))
    var maxBody = Application.serverConfiguration.maximumBodySize

    @Option(
        help: ArgumentHelp(
            "Memory held for slow clients; beyond it the one that has taken nothing for longest is cut.",
            valueName: "bytes"
        )
    )
    var maxHeld = Application.serverConfiguration.maximumHeldBytes

    @Option(help: ArgumentHelp("Log requests that take longer.", valueName: "seconds"))
    var slowLimit: Double?

    @Option(help: ArgumentHelp("Show the server's status there, as HTML, .json and .prometheus.", valueName: "path"))
    var statusPath: String?

    @Option(help: ArgumentHelp("Answer there without any view.", valueName: "path"))
    var pingPath: String?

    @OptionGroup(title: "Spool") var spool: SpoolOptions

    @OptionGroup(visibility: .hidden) var formerNames: FormerOptionNames

    @OptionGroup var mount: MountOptions

    func validate() throws {
        guard threads >= 1, threads <= 1024 else { throw ValidationError("--threads must be between 1 and 1024.") }
        let limits = [
            ("receive", receiveLimit), ("write", writeLimit), ("request", requestLimit), ("drain", drainLimit),
            ("slow", slowLimit),
        ]
        for case (let name, let limit?) in limits {
            guard limit >= 0, limit <= 1e9 else {
                throw ValidationError("--\(name)-limit must be a number of seconds from 0 to 1e9.")
            }
        }
        let configuration = serverConfiguration
        guard configuration.maximumThreads >= threads, configuration.maximumThreads <= 1024 else {
            throw ValidationError("--max-threads must be between --threads (\(threads)) and 1024.")
        }
        guard configuration.maximumRequests >= 1, configuration.maximumHeadSize >= 1024,
            configuration.maximumBodySize >= 0, configuration.maximumHeldBytes >= 0
        else {
            throw ValidationError(
                "--max-requests must be at least 1, --max-head at least 1024, --max-body and --max-held not negative."
            )
        }
        for path in [statusPath, pingPath].compactMap(\.self) { try validate(ownPath: path) }
        guard !configuration.pingHidesStatus else {
            throw ValidationError(
                "--ping-path and --status-path must be two paths;"
                    + " .html, .json and .prometheus behind the latter are the status, too."
            )
        }
    }

    /// Refuses what no request has: the server compares these paths with what the client sent, letter by letter.
    private func validate(ownPath path: String) throws {
        guard path.hasOctetPrefix("/") else {
            throw ValidationError("“\(path)” must begin with a slash, as in /status.")
        }
        guard !path.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            throw ValidationError("“\(path)” must be a path, without a query, as in /status.")
        }
        var encoded: [UInt8] = []
        encoded.append(percentEncoding: path.utf8) { $0 > 0x20 && $0 < 0x7F }
        guard encoded.count == path.utf8.count else {
            throw ValidationError(
                "“\(path)” must be written as in a URL: \(String(decoding: encoded, as: UTF8.self))"
            )
        }
    }

    @MainActor
    func runOnMainThread() throws {
        let application = try MainThread.result { try await Application.made() }.get()
        let router = try mount.router(of: application)
        let logger = application.logger(level: logLevel) { LineLogHandler(form: .automatic, level: $0) }
        let status: Int32
        do {
            try spool.install(logger: logger)
            let listener = try listener()
            if !listen.isEmpty, Listener.isHandedOver {
                logger.warning("does not serve the sockets that it was started with, since --listen is given")
            }
            let server = try FastCGIServer(
                listener: listener,
                handler: router,
                configuration: serverConfiguration,
                logger: logger
            )
            status = try serve(server, beside: application.services, logger: logger)
        } catch let error as ListenError {
            standardError("\(Application.name): \(error)\n")
            throw ExitCode(.unavailable)
        } catch let error as SpoolError {
            standardError("\(Application.name): \(error)\n")
            throw ExitCode(.cantCreate)
        } catch let error as SystemError {
            standardError("\(Application.name): can't start: \(error)\n")
            throw ExitCode(.systemError)
        } catch let code as ExitCode {
            throw code
        } catch {
            logger.critical("a service has failed", metadata: ["error": "\(error)"])
            throw ExitCode(.software)
        }
        if let spool = Spool.shared { logger.info("spool", metadata: spool.figures.metadata) }
        throw ExitCode(status)
    }

    /// Runs the server on this thread, while services run.
    @MainActor
    private func serve(
        _ server: FastCGIServer<Router>,
        beside services: [any Service],
        logger: Logger
    ) throws -> Int32 {
        guard !services.isEmpty else { return try server.runHandlingSignals() }
        let running = MainThread.run {
            await RunningServices(services, logger: logger) { server.stop(cutting: true) }
        }
        let status = Result { try server.runHandlingSignals() }
        try MainThread.result { try await running.stop() }.get()
        return try status.get()
    }

    private func listener() throws -> Listener {
        if !listen.isEmpty { return try Listener.bound(to: listen, mode: socketMode.bits) }
        if let inherited = try Listener.inherited() { return inherited }
        standardError(
            """
            \(Application.name) answers the requests of a web server, and none has started it. Give it a socket:

              \(Application.name) serve --listen unix:/run/\(Application.name).sock   for nginx's fastcgi_pass
              \(Application.name) serve --listen 127.0.0.1:9000
              spawn-fcgi -n -s /run/\(Application.name).sock -- \(CommandLine.arguments.first ?? Application.name)

            or try a view without one:

              \(Application.name) routes
              \(Application.name) get PATH

            See \(Application.name) serve --help.

            """
        )
        throw ExitCode(.usage)
    }

    var serverConfiguration: FastCGIConfiguration {
        var configuration = Application.serverConfiguration
        configuration.threads = threads
        configuration.maximumThreads = formerNames.threadsMax ?? maxThreads
        configuration.receiveLimit = .seconds(receiveLimit)
        configuration.writeLimit = .seconds(writeLimit)
        if let requestLimit { configuration.requestLimit = .seconds(requestLimit) }
        configuration.drainLimit = .seconds(drainLimit)
        configuration.maximumRequests = formerNames.requestsMax ?? maxRequests
        configuration.maximumHeadSize = formerNames.headMax ?? maxHead
        configuration.maximumBodySize = formerNames.bodyMax ?? maxBody
        configuration.maximumHeldBytes = formerNames.heldMax ?? maxHeld
        if let slowLimit { configuration.slowRequestLimit = .seconds(slowLimit) }
        configuration.statusPath = statusPath ?? configuration.statusPath
        configuration.pingPath = pingPath ?? configuration.pingPath
        configuration.furtherFigures = { [own = configuration.furtherFigures] in
            own() + (Spool.shared?.figures.statusFigures ?? [])
        }
        return configuration
    }
}

private var logLevels: String { Logger.Level.allCases.map(\.rawValue).joined(separator: ", ") }

/// What some options were called before; what a unit file has from then still holds.
struct FormerOptionNames: ParsableArguments {
    @Option var threadsMax: Int?
    @Option var requestsMax: Int?
    @Option var headMax: Int?
    @Option var bodyMax: Int?
    @Option var heldMax: Int?
}

extension Duration {
    /// As an option has it.
    fileprivate var seconds: Double { self / .seconds(1) }
}
