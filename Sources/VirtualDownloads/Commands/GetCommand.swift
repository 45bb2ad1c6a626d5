internal import ArgumentParser
internal import DownloadCore
internal import DownloadSystem
internal import FastCGI
internal import Glibc
internal import HTTPTypes
internal import Logging
internal import ServiceLifecycle

/// `get`: runs a view without any web server.
struct GetCommand<Application: DownloadApplication>: ParsableCommand, WaitingCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "get",
            abstract: "Run a view without a web server, and print what a client would be sent.",
            discussion: """
                The exit status is 0 for an answer below 400 that was finished, 22 for another answer, and 18 for a \
                download that failed on the way.
                """
        )
    }

    @Argument(help: "The path, with its query.")
    var path: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the content to a file, which is complete or not there.", valueName: "file")
    )
    var output: String?

    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("A header field, as “Name: value”.", valueName: "field")
    )
    var header: [String] = []

    @Option(name: [.customShort("X"), .long], help: "The method. (default: GET, or POST with --data)")
    var method: String?

    @Flag(name: [.customShort("I"), .long], help: "Ask with HEAD.")
    var head = false

    @Option(name: [.customShort("d"), .long], help: "The content of the request, such as that of a form: “a=1&b=2”.")
    var data: String?

    @Option(help: ArgumentHelp("The user, as if the web server had authenticated one.", valueName: "name"))
    var user: String?

    @OptionGroup var mount: MountOptions

    func validate() throws {
        guard output?.isEmpty != true else {
            throw ValidationError("-o needs the name of a file; leave it out to print the content.")
        }
        _ = try request()
    }

    func runWaiting() async throws {
        let application = try await Application.made()
        let site = try Site(router: mount.router(of: application), services: application.services)
        let request = try request()
        // Writing to what nobody reads is to fail, and not to end the process.
        SignalHandler.disregard(SIGPIPE)
        guard let output else {
            return try await report(get(request, from: site, into: 1).result)
        }
        guard let destination = try destination(of: output) else {
            let file = unsafe open(output, O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { throw cannotWrite(output) }
            let result = await get(request, from: site, into: file).result
            close(file)
            return try report(result)
        }
        guard let part = UnfinishedFile(beside: destination.path) else { throw cannotWrite("\(destination.path).part") }
        // Who may not read what was there must not read what is there now.
        if let mode = destination.mode { fchmod(part.descriptor, mode) }
        let (status, result) = await get(request, from: site, into: part.descriptor)
        // A 304 says that the file there is the right one, and HEAD and OPTIONS ask for none.
        let isSaved = (200..<300).contains(status) && request.method != .head && request.method != .options
        guard case .success = result, isSaved else {
            close(part.descriptor)
            part.remove()
            return try report(result)
        }
        // Some file systems tell only at the end that there was no room.
        guard close(part.descriptor) == 0, part.move(to: destination.path) else {
            let error = cannotWrite(output)
            part.remove()
            throw error
        }
        try report(result)
    }

    /// The file that `output` names, through links, with its permissions if it is there; nil if what is there is none
    /// that another could take the place of, as a pipe or `/dev/null`.
    private func destination(of output: String) throws -> (path: String, mode: mode_t?)? {
        var status = stat()
        guard unsafe stat(output, &status) == 0 else {
            let error = cannotWrite(output)
            guard unsafe lstat(output, &status) != 0 else { throw error }
            return (output, nil)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            // Another file could take its place all the same: but whoever made it read-only wants to keep it, and `cp`
            // keeps it too.
            guard unsafe access(output, W_OK) == 0 else { throw cannotWrite(output) }
            guard let path = unsafe realpath(output, nil) else { throw cannotWrite(output) }
            defer { unsafe free(path) }
            return unsafe (String(cString: path), status.st_mode & 0o777)
        case S_IFDIR:
            errno = EISDIR
            throw cannotWrite(output)
        default:
            return nil
        }
    }

    /// The error that `errno` is of.
    private func cannotWrite(_ path: String) -> ValidationError {
        ValidationError("Can't write \(path): \(unsafe String(cString: strerror(errno))).")
    }

    /// The request that the arguments describe.
    func request() throws -> DownloadRequest {
        guard path.hasOctetPrefix("/") else {
            throw ValidationError("The path must begin with a slash, as in /\(path).")
        }
        let methodName = head ? "HEAD" : method ?? (data == nil ? "GET" : "POST")
        guard let method = HTTPRequest.Method(methodName) else {
            throw ValidationError("“\(methodName)” is not a method.")
        }
        var fields = HTTPFields()
        var authority = "localhost"
        for field in header {
            let parts = field.splitOctets(maxSplits: 1) { $0 == UInt8(ascii: ":") }
            guard parts.count == 2, let name = HTTPField.Name(String(parts[0])) else {
                throw ValidationError("“\(field)” is not a header field; write -H 'Name: value'.")
            }
            let value = String(Substring(parts[1].utf8.drop { $0 == 0x20 }))
            // As from a web server: it is the authority, and no field of its own.
            if name.canonicalName.wire == "host" {
                authority = value
            } else {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        // As curl does.
        if data != nil, fields[.contentType] == nil { fields[.contentType] = "application/x-www-form-urlencoded" }
        let http = HTTPRequest(method: method, scheme: "http", authority: authority, path: path, headerFields: fields)
        return DownloadRequest(
            http: http,
            body: Array((data ?? "").utf8),
            client: ClientAddress(host: "127.0.0.1"),
            user: user?.isEmpty == true ? nil : user,
            id: "get",
            receivedAt: .now
        )
    }

    /// What answers, and what has to run meanwhile.
    private struct Site {
        var router: Router
        var services: [any Service]
    }

    private func get(
        _ request: DownloadRequest,
        from site: Site,
        into file: Int32
    ) async -> (status: Int, result: Result<Int, any Error>) {
        let logger = Logger(label: Application.name) { _ in LineLogHandler(form: .plain, level: .info) }
        do {
            return try await withServices(site.services, logger: logger) { [router = site.router] in
                await Self.answer(request, by: router, into: file)
            }
        } catch {
            return (0, .failure(error))
        }
    }

    private static func answer(
        _ request: DownloadRequest,
        by router: Router,
        into file: Int32
    ) async -> (status: Int, result: Result<Int, any Error>) {
        var sink = DescriptorSink(content: Descriptor(file), head: .standardOutput, form: .readable)
        do {
            try await router.respond(to: request, into: &sink)
            try await sink.finish()
            if let error = sink.noted { standardError("\(Application.name): \(error)\n") }
            if let name = sink.untypedName {
                standardError("\(Application.name): warning: \(UntypedFile(name: name))\n")
            }
            return (sink.status, .success(sink.status))
        } catch {
            sink.sendCollected()
            return (sink.status, .failure(error))
        }
    }

    private func report(_ result: Result<Int, any Error>) throws {
        switch result {
        case .success(let status):
            if status >= 400 { throw ExitCode(.errorStatus) }
        case .failure(let error):
            standardError("\(Application.name): the download failed: \(error)\n")
            throw ExitCode(.partialFile)
        }
    }
}
