import Foundation

/// A path in `/tmp` that nothing stands at, short enough for a unix socket.
package func temporarySocketPath() -> String {
    "/tmp/fcgi-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
}
