internal import ArgumentParser
public import DownloadCore
internal import DownloadSpool
internal import FastCGI
internal import Glibc
internal import Logging

/// A program that serves downloads: its views, and nothing else that has to be written.
///
///     @main struct Site: DownloadApplication {
///         var routes: Routes { Route("/hello", Hello()) }
///     }
///
/// Its command line serves them (`serve`), lists them (`routes`), tries one without a web server (`get`) and signs links to them
/// (`sign`). Started by a web server, as a FastCGI application or a CGI program, it needs no arguments; as a CGI program it
/// ignores them, since they come from the client.
public protocol DownloadApplication: Sendable {
    /// The views and where they are.
    @RoutesBuilder var routes: Routes { get }

    /// The path under which the web server hands requests to this application, for instance `/downloads`; `--mount` overrides
    /// it. The default is the empty string: the whole site.
    var mountPrefix: String { get }

    /// What the command `sign` signs links with, such as the `LinkSigner` of `SignedLinks`. The default is nil: nothing is signed.
    ///
    /// It does not guard any view; a view asks for a signature itself.
    var signer: (any LinkSigning)? { get }

    /// Creates the application.
    ///
    /// - Throws: An error whose description says what is wrong with its surroundings; the program prints it and ends.
    init() throws
}

extension DownloadApplication {
    public var mountPrefix: String { "" }
    public var signer: (any LinkSigning)? { nil }

    /// Runs the program; what `@main` calls.
    @MainActor
    public static func main() async {
        occupyStandardStreams()
        // Whatever the arguments are: a web server makes them of the client's query when it has no “=” (RFC 3875 §4.4), so as a
        // command line they would let a client write files. And a program started anew for each request has to be quick.
        if CGIProgram.isRequested {
            exit(await runAsCGIProgram())
        }
        do {
            var command = try RootCommand<Self>.parseAsRoot()
            do {
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch let error as ValidationError {
                refuse(error, by: type(of: command))
            }
        } catch {
            RootCommand<Self>.exit(withError: error)
        }
    }

    /// Ends the program for a wrong argument that only running the command has shown, as for one that parsing does. ArgumentParser would
    /// show how the whole program is used.
    private static func refuse(_ error: ValidationError, by command: any ParsableCommand.Type) -> Never {
        let usage = RootCommand<Self>.usageString(for: command)
        let help = "\(name) \(command.configuration.commandName ?? "") --help"
        standardError("Error: \(error.message)\nUsage: \(usage)\n  See '\(help)' for more information.\n")
        exit(64)
    }

    private static func runAsCGIProgram() async -> Int32 {
        do {
            let application = try Self()
            let router = try Router(application.routes, mountPrefix: application.mountPrefix)
            let logger = Logger(label: name) { _ in LineLogHandler(form: .structured, level: .info) }
            SpoolOptions.installForCGI(logger: logger)
            let status = await CGIProgram.run(router, logger: logger)
            // Other processes may follow what this one generates.
            await Spool.shared?.finishGenerations()
            return status
        } catch {
            standardError("\(name): \(error)\n")
            return 78
        }
    }

    /// The name of the program, for its messages.
    static var name: String {
        let path = CommandLine.arguments.first ?? ""
        let name = path.splitOctets { $0 == UInt8(ascii: "/") }.last { !$0.isEmpty }
        return name.map { String($0) } ?? "downloads"
    }
}

/// Has no socket or file that is opened later become a standard stream, which log lines are written to: a web server may start a
/// program with its socket alone (FastCGI §2.2).
private func occupyStandardStreams() {
    var descriptor: Int32
    repeat {
        // For reading: what is written there fails, as it would without.
        descriptor = unsafe open("/dev/null", O_RDONLY)
    } while descriptor >= 0 && descriptor <= 2
    if descriptor > 2 { close(descriptor) }
}

/// Writes to standard error, in one call.
func standardError(_ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = unsafe write(2, bytes.baseAddress, bytes.count) }
}
