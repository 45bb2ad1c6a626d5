internal import ArgumentParser
internal import DownloadSpool
internal import FastCGI
internal import Glibc
internal import Logging

/// A command that runs on the main thread, which leads the server, takes its signals and serves the main actor.
///
/// ArgumentParser's own asynchronous requirement is left to a thread of libdispatch.
protocol MainThreadCommand {
    @MainActor func runOnMainThread() throws
}

/// A command that is asynchronous; the main thread serves the main actor meanwhile.
protocol WaitingCommand: MainThreadCommand {
    /// Called on the main actor; it stays there, as functions of this module do.
    nonisolated(nonsending) func runWaiting() async throws
}

extension WaitingCommand {
    @MainActor
    func runOnMainThread() throws {
        try MainThread.result { try await runWaiting() }.get()
    }
}

extension DownloadApplication {
    /// Runs the program; what `@main` calls.
    ///
    /// Not asynchronous: the main thread leads the server, which an asynchronous `main` gives away when it waits.
    @MainActor
    public static func main() {
        occupyStandardStreams()
        // Whatever the arguments are: a web server makes them of the client's query when it has no “=” (RFC 3875 §4.4),
        // so as a command line they would let a client write files. And a program started for each request has to
        // be quick.
        if CGIProgram.isRequested {
            exit(MainThread.run { await runAsCGIProgram() })
        }
        do {
            var command = try RootCommand<Self>.parseAsRoot()
            do {
                if let command = command as? any MainThreadCommand {
                    try command.runOnMainThread()
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

    /// Ends the program for a wrong argument that only running the command has shown, as for one that parsing does.
    /// ArgumentParser would show how the whole program is used.
    private static func refuse(_ error: ValidationError, by command: any ParsableCommand.Type) -> Never {
        let usage = RootCommand<Self>.usageString(for: command)
        let help = "\(name) \(command.configuration.commandName ?? "") --help"
        standardError("Error: \(error.message)\nUsage: \(usage)\n  See '\(help)' for more information.\n")
        exit(ExitStatus.usage.rawValue)
    }

    private static func runAsCGIProgram() async -> Int32 {
        do {
            let application = try await Self()
            let router = try application.router()
            let logger = application.logger(level: .info) { LineLogHandler(form: .structured, level: $0) }
            SpoolOptions.installForCGI(logger: logger)
            return try await withServices(application.services, logger: logger) {
                let status = await CGIProgram.run(router, logger: logger)
                // Other processes may follow what this one generates.
                await Spool.shared?.finishGenerations()
                return status
            }
        } catch {
            standardError("\(name): \(error)\n")
            return ExitStatus.configuration.rawValue
        }
    }

    /// The name of the program, for its messages.
    static var name: String {
        let path = CommandLine.arguments.first ?? ""
        let name = path.splitOctets { $0 == UInt8(ascii: "/") }.last { !$0.isEmpty }
        return name.map { String($0) } ?? "downloads"
    }
}

/// Occupies descriptors 0 to 2, so that no socket or file that is opened later becomes a standard stream, which log
/// lines are written to: a web server may start a program with its socket alone (FastCGI §2.2).
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
