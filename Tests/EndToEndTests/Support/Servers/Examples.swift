import Foundation

/// Users of the sites where one has to log in.
enum Passwords {
    /// A name and its password, as curl takes them.
    static let anna = "anna:secret"

    /// The path of the file that has them.
    static func write(in directory: WorkDirectory) throws -> String {
        // `openssl passwd -apr1` of the password.
        try directory.write("anna:$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/\n", to: "passwords")
    }
}

/// The path of a file of `deploy/`, or of a copy of it that has its examples: of who may see the status, and of users,
/// by the file of their passwords.
func uncommented(
    _ name: String,
    allowing reader: String?,
    users passwords: String? = nil,
    in directory: WorkDirectory
) throws -> String {
    let path = "\(TestSite.deploy)/\(name)"
    guard reader != nil || passwords != nil else { return path }
    var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
    func uncomment(exampleWith word: String, _ change: (String) -> String) throws {
        // An example is a block of its own, and its first and last line have no space behind their #.
        let ends = lines.split(separator: "", omittingEmptySubsequences: true)
            .map { block in block.indices.filter { lines[$0].contains(/^ *#[^ ]/) } }
            .first { ends in ends.contains { lines[$0].contains(word) } }
        guard let first = ends?.first, let last = ends?.last, first < last else {
            throw ServerFailure(description: "\(name) has no example with \(word)")
        }
        for index in first...last { lines[index] = change(lines[index].replacing("#", with: "", maxReplacements: 1)) }
    }
    if let reader { try uncomment(exampleWith: "status") { $0.replacing("127.0.0.1", with: reader) } }
    if let passwords {
        try uncomment(exampleWith: "auth_basic") {
            $0.replacing("/etc/nginx/downloads.passwd", with: "\"\(passwords)\"")
        }
    }
    return try directory.write(lines.joined(separator: "\n"), to: "downloads.conf")
}
