/// Bytes that rows are written into and that are emptied again and again: without an allocation for each field.
///
/// `@safe`: the memory is this value's own, and every write makes room before it.
@safe
package struct RowBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    package private(set) var count = 0

    package init(capacity: Int = 16_384) {
        self.capacity = capacity
        unsafe base = .allocate(capacity: capacity)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// What was written since it was emptied: valid until the next write.
    @unsafe
    package var unsafeBytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: count)
    }

    /// What was written, as text.
    package var string: String {
        unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self)
    }

    package mutating func removeAll() { count = 0 }

    /// Takes back all but the first `count` bytes.
    package mutating func truncate(to newCount: Int) {
        count = min(count, newCount)
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(by: more) }
    }

    @inline(never)
    private mutating func grow(by more: Int) {
        let newCapacity = max(2 * capacity, count + more)
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        unsafe new.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = new
        capacity = newCapacity
    }

    // MARK: - Appending

    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe base[count] = byte
        count += 1
    }

    package mutating func append(_ text: StaticString) {
        unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of a text.
    @inline(__always)
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { unsafe append($0) }
    }

    @inline(__always)
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        unsafe (base + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    /// Appends bytes with each `byte` doubled.
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, doubling byte: UInt8) {
        reserve(2 * bytes.count)
        for index in bytes.indices {
            let next = unsafe bytes[index]
            unsafe base[count] = next
            count += 1
            if next == byte {
                unsafe base[count] = next
                count += 1
            }
        }
    }

    /// Appends the decimal digits of a number.
    @inline(__always)
    package mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    package mutating func append(decimal value: UInt64, minimumDigits: Int = 1) {
        reserve(20)
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        digits = max(digits, minimumDigits)
        rest = value
        var place = count + digits
        for _ in 0..<digits {
            place -= 1
            unsafe base[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    @inline(__always)
    package mutating func append(twoDigits value: Int) {
        reserve(2)
        unsafe base[count] = 0x30 + UInt8(truncatingIfNeeded: value / 10 % 10)
        unsafe base[count + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
        count += 2
    }

    /// Appends a decimal number whose last `scale` digits are behind the mark.
    package mutating func append(decimal digits: Int64, scale: Int, mark: UInt8 = UInt8(ascii: ".")) {
        if digits < 0 { append(UInt8(ascii: "-")) }
        guard scale > 0 else { return append(decimal: digits.magnitude) }
        var power: UInt64 = 1
        for _ in 0..<scale { power *= 10 }
        append(decimal: digits.magnitude / power)
        append(mark)
        append(decimal: digits.magnitude % power, minimumDigits: scale)
    }
}
