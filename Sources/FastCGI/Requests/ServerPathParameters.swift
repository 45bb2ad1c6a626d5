internal import DownloadCore
internal import Glibc

/// The parameters of a request that tell how the web server has read its path, and what they tell.
struct ServerPathParameters {
    /// `SCRIPT_NAME` and `PATH_INFO`: the path, decoded and in two parts (RFC 3875 §4.1.13, §4.1.5).
    var scriptName = ""
    var info = ""
    /// `SCRIPT_FILENAME`, the program by the server's idea; `SERVER_SOFTWARE`, the server.
    var scriptFile = ""
    var software = ""

    /// Whether a server of this name (`SERVER_SOFTWARE`) routes on the path as the client wrote it.
    static func isVerbatim(_ software: some Collection<UInt8>) -> Bool { software.starts(with: "HAProxy".utf8) }

    /// The path in one.
    var whole: String { "\(scriptName)\(info)" }

    /// Whether the server may have read a path as others do not, though no octet of it is encoded.
    var isDividedOrVerbatim: Bool { !info.isEmpty && (!scriptName.isEmpty || Self.isVerbatim(software.utf8)) }

    /// What a router has to know of it.
    ///
    /// - Parameters:
    ///   - target: The target that the client sent, in origin form.
    ///   - isThisProgram: Whether the program that runs is the file at a path; asked only if something hangs on it.
    func reading(
        of target: String,
        isCGI: Bool,
        isThisProgram: (_ path: String) -> Bool = ThisProgram.isFile
    ) -> ServerPath {
        var reading = ServerPath()
        if Self.isVerbatim(software.utf8) {
            reading.reading = .verbatim
        } else if target.countOfEncodedSlashes > 0, let path = RequestPath(target: target),
            // Also those that are there once the target has been decoded: they must not pass for one that was.
            path.text.countOfEncodedSlashes > whole.countOfEncodedSlashes
        {
            // The server has decoded one, or does not say what it has made of it.
            reading.reading = .decodedWithSlashes
        }
        // In FastCGI the split is often a mere guess: for a path that is not a file Apache makes its first segment the
        // script, whatever a client writes there.
        if !scriptName.isEmpty, !info.isEmpty, isCGI || scriptFile.isEmpty || isThisProgram(scriptFile) {
            reading.scriptName = scriptName.wire
        }
        return reading
    }

    /// Whether the path of a target is the one that the server has read: it may have been sent another, and have
    /// rewritten it.
    func agrees(with target: String) -> Bool {
        guard let path = RequestPath(target: target) else { return false }
        let segments = path.segments.map(\.text).joined(separator: "/")
        let text = "/\(segments)\(path.endsWithSlash ? "/" : "")"
        return text.isOctetEqual(to: whole) || path.text.isOctetEqual(to: whole)
    }
}

extension String {
    /// How often the path has `%2F`.
    fileprivate var countOfEncodedSlashes: Int {
        var count = 0
        var matched = 0
        let bytes = utf8Span.span
        for index in bytes.indices {
            switch (matched, bytes[index]) {
            case (_, UInt8(ascii: "?")): return count
            case (_, UInt8(ascii: "%")): matched = 1
            case (1, UInt8(ascii: "2")): matched = 2
            case (2, UInt8(ascii: "F")), (2, UInt8(ascii: "f")): (count, matched) = (count + 1, 0)
            default: matched = 0
            }
        }
        return count
    }
}

/// The program that runs.
enum ThisProgram {
    /// Whether the file at `path` is this program's.
    static func isFile(at path: String) -> Bool {
        guard let own else { return false }
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_dev == own.device && status.st_ino == own.inode
    }

    private static let own: (device: dev_t, inode: ino_t)? = {
        var status = stat()
        return unsafe stat("/proc/self/exe", &status) == 0 ? (status.st_dev, status.st_ino) : nil
    }()
}
