internal import ArgumentParser
internal import DownloadCore
internal import HTTPTypes

/// `routes`: what is registered.
struct RoutesCommand<Application: DownloadApplication>: ParsableCommand, WaitingCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "routes", abstract: "List what is registered, and where.")
    }

    @OptionGroup var mount: MountOptions

    func runWaiting() async throws {
        let router = try await mount.router(of: Application.made())
        let rows = router.registered.map { route in
            (
                path: router.mountPath + route.pattern.description,
                methods: (route.view.methods.optionValue ?? []).map(\.rawValue).joined(separator: ", "),
                view: "\(type(of: route.view))"
            )
        }
        let pathWidth = rows.map(\.path.count).max() ?? 0
        let methodsWidth = rows.map(\.methods.count).max() ?? 0
        for row in rows {
            print("\(row.path.padded(to: pathWidth))  \(row.methods.padded(to: methodsWidth))  \(row.view)")
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
