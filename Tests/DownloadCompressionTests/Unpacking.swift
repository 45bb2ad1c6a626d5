import Foundation
import TestSupport
import Testing

/// What `gzip` or `zstd` makes of a stream, and whether it was whole.
func unpacked(_ bytes: [UInt8], by coding: String = "gzip") async throws -> (bytes: [UInt8], isWhole: Bool) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "unpacked-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
    try Data(bytes).write(to: input)
    try Data().write(to: output)
    let descriptors = inheritedByNone {
        unsafe [open(input.path, O_RDONLY), open(output.path, O_WRONLY), open("/dev/null", O_WRONLY)]
    }
    defer { descriptors.forEach { close($0) } }
    let process = try ChildProcess(
        ["/usr/bin/\(coding)", "-dc"],
        environment: [:],
        input: descriptors[0],
        output: descriptors[1],
        errors: descriptors[2]
    )
    let status = await process.status
    return (Array(try Data(contentsOf: output)), status == 0)
}
