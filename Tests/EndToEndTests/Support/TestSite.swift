import Foundation

/// The tests' program, next to the test bundle in the build folder.
enum TestSite {
    static func path() throws -> String {
        // The bundle is the first argument's folder or that of the helper which loads it; both name it in the
        // arguments.
        let bundles = CommandLine.arguments + [Bundle.main.bundlePath, Bundle.main.executablePath ?? ""]
        for bundle in bundles {
            var folder = URL(fileURLWithPath: bundle)
            for _ in 0..<3 {
                let program = folder.appendingPathComponent("testsite").path
                var isFolder: ObjCBool = false
                if unsafe FileManager.default.fileExists(atPath: program, isDirectory: &isFolder), !isFolder.boolValue,
                    FileManager.default.isExecutableFile(atPath: program), folder.path.contains(".build")
                {
                    return program
                }
                folder.deleteLastPathComponent()
            }
        }
        throw ServerFailure(description: "testsite is not built: swift build --product testsite")
    }

    /// Starts it.
    static func start(
        _ arguments: [String],
        in directory: WorkDirectory,
        environment: [String: String] = [:],
        input: Int32? = nil
    ) throws -> RunningProgram {
        try RunningProgram(path(), arguments, in: directory, environment: environment, input: input)
    }

    /// Starts it by spawn-fcgi: in the foreground, with the socket as its descriptor 0 and nothing else to know.
    static func spawn(socket: String, mode: String = "0660", in directory: WorkDirectory) throws -> RunningProgram {
        try RunningProgram(
            Program.spawnFCGI.requiredPath(),
            ["-n", "-s", socket, "-M", mode, "--", path()],
            in: directory
        )
    }

    /// The project's folder with the configuration of web servers.
    static var deploy: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("deploy").path
    }
}
