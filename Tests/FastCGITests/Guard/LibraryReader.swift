import CFastCGI
import Glibc

@testable import FastCGI

/// Reads requests with libfcgi itself, from a file without a name, the way the server does.
enum LibraryReader {
    private static let isReady = LibFCGI.initStatus == 0

    /// What `FCGX_Accept_r` and `FCGX_GetStr` make of `bytes`; nil when libfcgi reports an error.
    static func read(_ bytes: [UInt8]) -> DecodedRequest? {
        guard isReady else { return nil }
        var path = Array("/tmp/fastcgi-request-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&path)
        guard descriptor >= 0 else { return nil }
        unsafe unlink(path)
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count, lseek(descriptor, 0, SEEK_SET) == 0 else {
            close(descriptor)
            return nil
        }
        let request = UnsafeMutablePointer<FCGX_Request>.allocate(capacity: 1)
        defer { unsafe request.deallocate() }
        unsafe FCGX_InitRequest(request, -1, 0)
        unsafe request.pointee.ipcFd = descriptor
        unsafe request.pointee.keepConnection = 1
        unsafe request.pointee.detached = 1
        // After a failure libfcgi has closed the descriptor.
        guard unsafe FCGX_Accept_r(request) == 0 else { return nil }
        defer {
            unsafe FCGX_Free(request, 0)
            close(descriptor)
        }
        guard unsafe FCGX_GetError(request.pointee.in) == 0 else { return nil }
        var result = DecodedRequest()
        var entry = unsafe request.pointee.envp
        while let text = unsafe entry?.pointee {
            result.parameters.append(unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
            unsafe entry = entry.map { unsafe $0 + 1 }
        }
        // libfcgi puts the role before what was sent.
        guard result.parameters.first == Array("FCGI_ROLE=RESPONDER".utf8) else { return nil }
        result.parameters.removeFirst()
        var piece = [CChar](repeating: 0, count: 4_096)
        while case let count = unsafe FCGX_GetStr(&piece, 4_096, request.pointee.in), count > 0 {
            result.body += piece.prefix(Int(count)).map(UInt8.init(bitPattern:))
        }
        return unsafe FCGX_GetError(request.pointee.in) == 0 ? result : nil
    }
}
