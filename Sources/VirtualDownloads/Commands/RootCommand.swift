internal import ArgumentParser
internal import FastCGI

/// The command line of an application.
struct RootCommand<Application: DownloadApplication>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Application.name,
            abstract: "Serves generated downloads behind a web server.",
            subcommands: [
                ServeCommand<Application>.self, RoutesCommand<Application>.self, GetCommand<Application>.self,
                SignCommand<Application>.self,
            ],
            defaultSubcommand: ServeCommand<Application>.self
        )
    }
}

/// Where the application stands in the site.
struct MountOptions: ParsableArguments {
    @Option(
        name: .customLong("mount"),
        help: ArgumentHelp(
            "The path that the web server hands to this application, taken off each request's.",
            valueName: "path"
        )
    )
    var prefix: String?

    /// The router of an application.
    func router<Application: DownloadApplication>(of application: Application.Type) throws -> Router {
        try router(of: Application.made())
    }

    /// The router of an application that has been made.
    func router(of application: some DownloadApplication) throws -> Router {
        do {
            return try Router(application.routes, mountPrefix: prefix ?? application.mountPrefix)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension DownloadApplication {
    /// The application of a command.
    ///
    /// - Throws: `ExitCode` 78 (a wrong configuration), after the error has been printed.
    static func made() throws -> Self {
        do {
            return try Self()
        } catch {
            standardError("\(name): \(error)\n")
            throw ExitCode(78)
        }
    }
}
