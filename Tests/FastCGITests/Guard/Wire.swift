/// Writes FastCGI records byte by byte, sharing nothing with the code under test.
enum Wire {
    typealias Parameter = (name: [UInt8], value: [UInt8])

    static func record(_ type: UInt8, id: UInt16 = 1, _ content: [UInt8] = [], padding: Int = 0) -> [UInt8] {
        let head: [UInt8] = [
            1, type, UInt8(id / 256), UInt8(id % 256), UInt8(content.count / 256), UInt8(content.count % 256),
            UInt8(padding), 0,
        ]
        return head + content + [UInt8](repeating: 0xEE, count: padding)
    }

    static func begin(id: UInt16 = 1, role: UInt8 = 1, flags: UInt8 = 1, padding: Int = 0) -> [UInt8] {
        record(1, id: id, [0, role, flags, 0, 0, 0, 0, 0], padding: padding)
    }

    static func parameters(id: UInt16 = 1, _ content: [UInt8] = [], padding: Int = 0) -> [UInt8] {
        record(4, id: id, content, padding: padding)
    }

    static func input(id: UInt16 = 1, _ content: [UInt8] = [], padding: Int = 0) -> [UInt8] {
        record(5, id: id, content, padding: padding)
    }

    static func pair(_ name: String, _ value: String) -> [UInt8] { pair((Array(name.utf8), Array(value.utf8))) }

    static func pair(_ parameter: Parameter, long: Bool = false) -> [UInt8] {
        length(parameter.name.count, long: long) + length(parameter.value.count, long: long)
            + parameter.name + parameter.value
    }

    /// A request of one record for each stream.
    static func request(
        id: UInt16 = 1,
        flags: UInt8 = 1,
        _ parameters: [(String, String)] = [("REQUEST_URI", "/bench/hello")],
        body: [UInt8] = []
    ) -> [UInt8] {
        let content = parameters.flatMap { pair($0.0, $0.1) }
        return begin(id: id, flags: flags)
            + (content.isEmpty ? [] : self.parameters(id: id, content, padding: (8 - content.count % 8) % 8))
            + self.parameters(id: id) + (body.isEmpty ? [] : input(id: id, body)) + input(id: id)
    }

    private static func length(_ count: Int, long: Bool) -> [UInt8] {
        if count < 128 && !long { return [UInt8(count)] }
        return [
            UInt8(128 + count / 16_777_216), UInt8(count / 65_536 % 256), UInt8(count / 256 % 256), UInt8(count % 256),
        ]
    }
}
