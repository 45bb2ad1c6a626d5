extension String {
    /// The text of at most `capacity` bytes that `body` writes, in one allocation.
    ///
    /// Appending to a string costs a few hundred instructions each time, and a header has thirty such pieces.
    init(capacity: Int, writing body: (inout OutputSpan<UInt8>) -> Void) {
        unsafe self.init(unsafeUninitializedCapacity: capacity) { buffer in
            var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
            body(&output)
            return unsafe output.finalize(for: buffer)
        }
    }

    /// The texts one after the other, in one allocation at most: what header values are made of.
    init<let count: Int>(joining texts: [count of String]) {
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

extension OutputSpan<UInt8> {
    /// Appends the UTF-8 encoding of a text.
    mutating func append(_ text: String) {
        let bytes = text.utf8Span.span
        for index in bytes.indices { append(bytes[index]) }
    }

    /// Appends the two last decimal digits of a number that is not negative.
    mutating func append(twoDigits number: Int) {
        append(0x30 + UInt8(truncatingIfNeeded: number / 10 % 10))
        append(0x30 + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends the decimal digits of a number that is not negative: at most 19.
    mutating func append(decimal number: Int64) {
        var scale: Int64 = 1
        while number / scale >= 10 { scale *= 10 }
        while scale > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: number / scale % 10))
            scale /= 10
        }
    }
}
