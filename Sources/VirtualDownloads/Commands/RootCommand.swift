internal import ArgumentParser

/// The command line of an application.
struct RootCommand<Application: DownloadApplication>: ParsableCommand {
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
