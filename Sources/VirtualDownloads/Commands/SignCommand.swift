internal import ArgumentParser
internal import DownloadCore
internal import HTTPTypes

/// `sign`: prints a link that holds for a while.
struct SignCommand<Application: DownloadApplication>: ParsableCommand, WaitingCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sign",
            abstract: "Print a signed link to a view.",
            discussion: """
                The link is a path with a query, to be put behind the site's address. It is signed by the \
                application's own signer; the exit status is 78 if it has none.
                """
        )
    }

    @Argument(help: "The path as a client asks for it, with its query.")
    var path: String

    @Option(
        name: .customLong("expires"),
        help: ArgumentHelp("How long the link holds: 30s, 15m, 1h, 7d.", valueName: "duration"),
        transform: { try LinkLifetime(parsing: $0) }
    )
    var lifetime: LinkLifetime

    @Option(help: ArgumentHelp("The name that the client saves the file under.", valueName: "name"))
    var name: String?

    @Option(name: [.customShort("X"), .long], help: "The method that the link is for; GET includes HEAD.")
    var method = "GET"

    @OptionGroup var mount: MountOptions

    func runWaiting() async throws {
        guard let method = HTTPRequest.Method(method) else {
            throw ValidationError("“\(method)” is not a method.")
        }
        let application = try await Application.made()
        guard let signer = application.signer else {
            standardError(noSigner)
            throw ExitCode(.configuration)
        }
        let link: String
        do {
            link = try signer.link(to: path, method: method, name: name, validFor: lifetime.duration)
        } catch {
            throw ValidationError("\(error)")
        }
        // The signer has read the path, so that there is one.
        guard let target = RequestPath(target: path), let view = try mount.router(of: application).match(target)?.view
        else {
            let options = mount.prefix.map { " --mount \($0)" } ?? ""
            throw ValidationError("No view is registered at “\(path)”; see \(Application.name) routes\(options).")
        }
        guard view.methods.optionValue?.contains(method) == true else {
            let methods = (view.methods.optionValue ?? []).map(\.rawValue).joined(separator: ", ")
            throw ValidationError("The view at “\(path)” does not answer \(method); it answers \(methods).")
        }
        print(link)
    }

    private var noSigner: String {
        """
        \(Application.name) has nothing to sign links with: its application's `signer` is nil. With SignedLinks it is \
        a LinkSigner, whose keys are usually in the environment:

          DOWNLOADS_SIGNING_KEYS=2026-11:$(openssl rand -hex 32)

        for this command and for the server alike.

        """
    }
}

/// How long a link holds, as a person writes it: a number with `s`, `m`, `h` or `d`.
struct LinkLifetime: Hashable {
    let duration: Duration

    /// Reads `30s`, `15m`, `1h`, `7d`.
    ///
    /// - Throws: `ValidationError` for anything else, for nothing, and for more than 36500 days.
    init(parsing text: String) throws(ValidationError) {
        let units: [UInt8: Int64] = [
            UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600, UInt8(ascii: "d"): 86_400,
        ]
        let digits = Substring(text.utf8.dropLast())
        // Int64 would also take a sign.
        guard let unit = text.utf8.last.flatMap({ units[$0] }), !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit)
        else {
            throw ValidationError("“\(text)” is not a duration; write 30s, 15m, 1h or 7d.")
        }
        let longest: Int64 = 36_500 * 86_400
        guard let count = Int64(digits), count <= longest / unit else {
            throw ValidationError("“\(text)” is too long; a link holds for 36500d at most.")
        }
        guard count > 0 else { throw ValidationError("A link that holds for “\(text)” has expired already.") }
        duration = .seconds(count * unit)
    }
}
