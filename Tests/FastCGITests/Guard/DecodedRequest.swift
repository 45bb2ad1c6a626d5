/// A request as two readers must agree on it.
struct DecodedRequest: Equatable {
    /// `name=value`, in order.
    var parameters: [[UInt8]] = []
    var body: [UInt8] = []
}

extension DecodedRequest {
    /// Decodes the request that ends with the last byte, or returns nil for anything that FastCGI does not allow.
    init?(strictly bytes: [UInt8]) {
        var records: [(type: UInt8, id: Int, content: [UInt8])] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 8, rest[rest.startIndex] == 1 else { return nil }
            let head = Array(rest.prefix(8))
            let size = Int(head[4]) * 256 + Int(head[5])
            guard rest.count >= 8 + size + Int(head[6]) else { return nil }
            records.append((head[1], Int(head[2]) * 256 + Int(head[3]), Array(rest.dropFirst(8).prefix(size))))
            rest = rest.dropFirst(8 + size + Int(head[6]))
        }
        guard let first = records.firstIndex(where: { $0.type == 1 && $0.id != 0 }) else { return nil }
        let own = records[first...].filter { $0.id == records[first].id }
        guard own[0].content.count == 8, Array(own[0].content.prefix(2)) == [0, 1] else { return nil }
        let heads = own.dropFirst().prefix { $0.type == 4 && !$0.content.isEmpty }
        let bodies = own.dropFirst(heads.count + 2).prefix { $0.type == 5 && !$0.content.isEmpty }
        guard own.count == heads.count + bodies.count + 3, let last = own.last else { return nil }
        let middle = own[heads.count + 1]
        guard middle.type == 4, middle.content.isEmpty, last.type == 5, last.content.isEmpty else { return nil }
        var stream = heads.flatMap(\.content)[...]
        while !stream.isEmpty {
            guard let name = Self.length(&stream), let value = Self.length(&stream), name > 0,
                name + value <= stream.count
            else { return nil }
            let nameBytes = Array(stream.prefix(name))
            let valueBytes = Array(stream.dropFirst(name).prefix(value))
            guard !nameBytes.contains(0), !nameBytes.contains(61), !valueBytes.contains(0) else { return nil }
            parameters.append(nameBytes + [61] + valueBytes)
            stream = stream.dropFirst(name + value)
        }
        body = bodies.flatMap(\.content)
        let lengths = Set(parameters.filter { $0.starts(with: Array("CONTENT_LENGTH=".utf8)) }.map { $0.dropFirst(15) })
        for text in lengths where !text.isEmpty && Array(text) != Array("-1".utf8) {
            guard Int(String(decoding: text, as: UTF8.self)) == body.count else { return nil }
        }
    }

    private static func length(_ stream: inout ArraySlice<UInt8>) -> Int? {
        guard let first = stream.popFirst() else { return nil }
        guard first > 127 else { return Int(first) }
        guard stream.count >= 3 else { return nil }
        defer { stream = stream.dropFirst(3) }
        return stream.prefix(3).reduce(Int(first) - 128) { $0 * 256 + Int($1) }
    }
}
