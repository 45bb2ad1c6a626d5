@testable import FastCGI

/// Gives bytes to a guard in pieces, obeying its verdicts as the server's loop does.
struct Conversation {
    enum Event: Equatable {
        case reply([UInt8], closes: Bool)
        /// A request: the bytes given to libfcgi, and the verdict with which they were found.
        case request([UInt8], RequestGuard.RequestShape)
        /// The verdict at the end of the bytes or of the conversation.
        case end(RequestGuard.Verdict)
    }

    var requestGuard: RequestGuard
    var buffer: [UInt8] = []
    var events: [Event] = []
    var isOver = false

    init(limits: RequestGuard.Limits = RequestGuard.Limits()) {
        requestGuard = RequestGuard(limits: limits, capacity: RequestGuard.Capacity(connections: 64, requests: 32))
    }

    /// All that comes of `bytes` in pieces of the sizes that `pieceSize` gives.
    static func events(
        _ bytes: [UInt8],
        limits: RequestGuard.Limits = RequestGuard.Limits(),
        pieceSize: () -> Int = { .max }
    ) -> [Event] {
        var conversation = Conversation(limits: limits)
        var rest = bytes[...]
        var last = conversation.receive([])
        while !rest.isEmpty && !conversation.isOver {
            let piece = rest.prefix(pieceSize())
            last = conversation.receive(piece)
            rest = rest.dropFirst(piece.count)
        }
        return conversation.events + [.end(last)]
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> RequestGuard.Verdict {
        buffer += bytes
        while true {
            let bytes = buffer
            let verdict = requestGuard.examine(bytes.span)
            switch verdict {
            case .incomplete:
                requestGuard.compact(&buffer)
                return verdict
            case .reply(let reply):
                events.append(.reply(reply.bytes, closes: reply.closes))
                buffer.removeFirst(reply.consumed)
                if reply.closes {
                    isOver = true
                    return verdict
                }
            case .request(let shape):
                let form = RequestGuard.canonicalForm(of: buffer.span, shape: shape)
                events.append(.request(shape.isCanonical ? Array(buffer.prefix(shape.length)) : form, shape))
                buffer.removeFirst(shape.length)
                requestGuard.reset()
            case .tooLarge, .refuse:
                isOver = true
                return verdict
            }
        }
    }
}
