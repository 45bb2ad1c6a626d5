import DownloadCore
import FastCGI
import HTTPTypes
import Logging
import Glibc
let chunk = [UInt8](repeating: 65, count: 65536)
struct H: RequestHandler {
  func respond(to request: DownloadRequest, into sink: inout some ResponseSink & ~Copyable) async throws {
    let path = request.http.path ?? ""
    var head = HTTPResponse(status: .ok)
    head.headerFields[.contentType] = "application/octet-stream"
    if path.hasPrefix("/bench/gen") {
      var n = Int(path.split(separator: "=").last!)!
      head.headerFields[.init("X-Accel-Buffering")!] = "no"
      sink.begin(head, extent: .unknown)
      while n > 0 { let k = min(n, chunk.count); if k == chunk.count { try await sink.write(chunk) } else { try await sink.write(chunk[..<k]) }; n -= k }
    } else if path.hasPrefix("/rows") {
      let n = Int(path.split(separator: "=").last!)!
      sink.begin(head, extent: .unknown)
      let s = "0123456789012345678901234567890\n"
      for _ in 0..<n { try await sink.write(s) }
    } else if path.hasPrefix("/slow") {
      sink.begin(head, extent: .unknown)
      for i in 0..<10 { try await sink.write("line \(i)\n"); try await Task.sleep(for: .milliseconds(300)) }
    } else if path.hasPrefix("/wait") {
      sink.begin(head, extent: .unknown)
      defer { print("wait ended") }
      try await sink.write("line\n"); try await Task.sleep(for: .seconds(1000))
    } else if path.hasPrefix("/block") {
      usleep(3_000_000)
      sink.begin(head, extent: .none)
    } else if path.hasPrefix("/throw") {
      sink.begin(head, extent: .unknown)
      try await sink.write(chunk[..<50000])
      throw CancellationError()
    } else {
      head.headerFields[.contentLength] = "13"
      sink.begin(head, extent: .exactly(13))
      for s in ["Hello ", "world!", "\n"] { try await sink.write(s) }
    }
    try await sink.finish()
  }
}
var c = FastCGIConfiguration()
if CommandLine.arguments.count > 2 { c.threads = Int(CommandLine.arguments[2])! }
let s = try FastCGIServer(listener: .bound(to: ListenAddress(parsing: CommandLine.arguments[1]), mode: 0o666), handler: H(), configuration: c, logger: Logger(label: "demo"))
exit(try s.runHandlingSignals())
