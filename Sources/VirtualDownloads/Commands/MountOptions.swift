internal import ArgumentParser
internal import Glibc

/// Where the application is in the site.
struct MountOptions: ParsableArguments {
    @Option(
        name: .customLong("mount"),
        help: ArgumentHelp(
            "The path that the web server hands to this application, taken off each request's.",
            valueName: "path"
        )
    )
    var prefix: String?

    func validate() throws {
        guard let prefix else { return }
        do { _ = try Router.segments(ofPrefix: prefix) } catch { throw ValidationError("\(error).") }
    }

    /// The router of an application.
    ///
    /// - Throws: ``ExitStatus/configuration`` for a route or a prefix of the application's that is not valid,
    ///   after the error has been printed.
    func router<Application: DownloadApplication>(of application: Application) throws -> Router {
        do {
            let router = try application.router(mountPrefix: prefix)
            for warning in router.misspellings { standardError("\(Application.name): warning: \(warning)\n") }
            return router
        } catch {
            standardError("\(Application.name): \(error)\n")
            throw ExitCode(.configuration)
        }
    }
}

extension DownloadApplication {
    /// The application of a command.
    ///
    /// - Throws: ``ExitStatus/configuration``, after the error has been printed.
    static func made() async throws -> Self {
        do {
            return try await Self()
        } catch {
            standardError("\(name): \(error)\n")
            throw ExitCode(.configuration)
        }
    }
}
