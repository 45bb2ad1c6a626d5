internal import ArgumentParser
internal import DownloadCore
internal import HTTPTypes

/// `routes`: what is registered.
struct RoutesCommand<Application: DownloadApplication>: ParsableCommand, WaitingCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "routes", abstract: "List what is registered, and where.")
    }

    @Flag(help: "Say what each view has for its options: what it does not list, the view's file or a default decides.")
    var options = false

    @OptionGroup var mount: MountOptions

    func runWaiting() async throws {
        let router = try await mount.router(of: Application.made())
        let rows = router.registered.map { route in
            (
                path: router.mountPath + route.pattern.description,
                methods: (route.view.methods.optionValue ?? []).map(\.rawValue).joined(separator: ", "),
                view: "\(type(of: route.view))",
                options: options ? Self.options(of: route.view) : []
            )
        }
        let pathWidth = rows.map(\.path.count).max() ?? 0
        let methodsWidth = rows.map(\.methods.count).max() ?? 0
        for row in rows {
            print("\(row.path.padded(to: pathWidth))  \(row.methods.padded(to: methodsWidth))  \(row.view)")
            for option in row.options { print("    \(option)") }
        }
    }

    /// What a view says for each option, as `name: value`. A member that is not among it is misspelled.
    private static func options(of view: any VirtualDownloadView) -> [String] {
        let stated = view.statedOptions
        let options: [(String, String?)] = [
            ("attachment", stated.attachment.map { "\($0)" }), ("basename", stated.basename),
            ("mimeType", stated.mimeType), ("charset", stated.charset), ("encoding", stated.encoding),
            ("cacheControl", stated.cacheControl), ("expires", stated.expires.map { "\($0)" }),
            ("vary", stated.vary.map { $0.map(\.rawName).joined(separator: ", ") }),
            ("headerFields", stated.headerFields.map { $0.map(\.description).joined(separator: "; ") }),
            ("maximumBodySize", view.maximumBodySize.optionValue.map { "\($0)" }),
            ("maximumSkippedBytes", view.maximumSkippedBytes.optionValue.map { "\($0)" }),
        ]
        return options.compactMap { name, value in value.flatMap { $0.isEmpty ? nil : "\(name): \($0)" } }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
