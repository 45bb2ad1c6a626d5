internal import ArgumentParser
internal import DownloadCore
internal import DownloadSpool
internal import DownloadSystem
internal import Logging

/// The spool of the whole process: of every view that is `spooled()` and names none.
struct SpoolOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep what views generate and share in this folder. (default: DOWNLOADS_SPOOL in the environment)",
            valueName: "folder"
        )
    )
    var spool: String?

    @Option(
        help: ArgumentHelp("What the spool may take of the disk; unused longest goes first.", valueName: "bytes")
    )
    var spoolSize = SpoolLimits().bytes

    @Option(help: "Files in the spool.")
    var spoolFiles = SpoolLimits().files

    @Option(help: ArgumentHelp("How long a file stays in the spool.", valueName: "seconds"))
    var spoolAge: Int64 = SpoolLimits().age.components.seconds

    @Option(
        help: ArgumentHelp(
            "Who may read its files, in octal: 0640 for a web server of their group that sends them. (default: 0600)",
            valueName: "mode"
        ),
        transform: { try SocketMode(parsing: $0) }
    )
    var spoolMode = SocketMode(bits: 0o600)

    func validate() throws {
        guard spoolSize >= 0, spoolFiles >= 0, spoolAge >= 0 else {
            throw ValidationError("--spool-size, --spool-files and --spool-age must not be negative.")
        }
        guard spoolMode.bits & 0o600 == 0o600, spoolMode.bits & ~0o644 == 0 else {
            throw ValidationError("--spool-mode must be 0600, 0640 or 0644.")
        }
    }

    /// Makes it the spool of this process, if there is to be one.
    ///
    /// - Throws: ``SpoolError`` if the folder is not fit for it; `ExitCode` if the secret of preparations is too short.
    func install(logger: Logger) throws {
        guard let path = spool ?? Self.folderByEnvironment else {
            let views = Spool.sharedUsers
            if !views.isEmpty {
                logger.warning(
                    "without a spool nothing is generated once or prepared: give --spool or DOWNLOADS_SPOOL a folder",
                    metadata: ["views": "\(views.joined(separator: ","))"]
                )
            }
            return
        }
        if let complaint = Spool.secretComplaint {
            standardError("\(complaint)\n")
            throw ExitCode(.configuration)
        }
        Spool.shared = try Spool(
            path,
            limits: SpoolLimits(bytes: spoolSize, files: spoolFiles, age: .seconds(spoolAge)),
            permissions: spoolMode.bits,
            report: { logger.warning("\($0)") }
        )
    }

    private static var folderByEnvironment: String? {
        ProcessEnvironment.value("DOWNLOADS_SPOOL").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The spool of a program that has no arguments, since a web server starts it for each request. Without one
    /// that works it goes on: a client is not to wait for an administrator.
    static func installForCGI(logger: Logger) {
        guard let path = folderByEnvironment else { return }
        let (size, complaint) = size(of: ProcessEnvironment.value("DOWNLOADS_SPOOL_SIZE"))
        if let complaint { logger.error("\(complaint)") }
        do {
            Spool.shared = try Spool(
                path,
                limits: SpoolLimits(bytes: size),
                sweeping: false,
                report: { logger.warning("\($0)") }
            )
        } catch {
            logger.error("\(error)")
        }
    }

    /// How many bytes a spool may take by DOWNLOADS_SPOOL_SIZE, and what is wrong with that; nil for nothing.
    static func size(of text: String?) -> (bytes: Int64, complaint: String?) {
        let usual = SpoolLimits().bytes
        guard let text, !text.isEmpty else { return (usual, nil) }
        if let bytes = Int64(text), bytes >= 0 { return (bytes, nil) }
        let complaint = "DOWNLOADS_SPOOL_SIZE is “\(text.excerpt(40))”, and not a number of bytes: \(usual) are taken"
        return (usual, complaint)
    }
}
