extension String {
    /// The texts one after the other, in one allocation at most: what header values are made of.
    package init<let count: Int>(joining texts: [count of String]) {
        var total = 0
        for index in texts.indices { total += texts[index].utf8.count }
        self = unsafe String(unsafeUninitializedCapacity: total) { buffer in
            var position = 0
            for index in texts.indices {
                var text = texts[index]
                text.withUTF8 { bytes in
                    // Within the buffer: `total` counted the same bytes.
                    guard let base = bytes.baseAddress, let to = buffer.baseAddress else { return }
                    unsafe (to + position).update(from: base, count: bytes.count)
                    position += bytes.count
                }
            }
            return position
        }
    }
}
