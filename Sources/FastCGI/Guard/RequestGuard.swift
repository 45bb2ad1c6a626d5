struct RequestGuard {
    struct Shape { var length: Int; var id: UInt16; var keepsConnection: Bool; var isCanonical: Bool }
    enum Verdict { case incomplete, request(Shape), reply([UInt8], consumed: Int), tooLarge(UInt16), refuse(String) }
    mutating func examine(_ bytes: RawSpan) -> Verdict {
        var at = 0
        while at + 8 <= bytes.byteCount {
            let type = unsafe bytes.unsafeLoad(fromByteOffset: at + 1, as: UInt8.self)
            let len = Int(unsafe bytes.unsafeLoad(fromByteOffset: at + 4, as: UInt8.self)) << 8 | Int(unsafe bytes.unsafeLoad(fromByteOffset: at + 5, as: UInt8.self))
            let pad = Int(unsafe bytes.unsafeLoad(fromByteOffset: at + 6, as: UInt8.self))
            let id = UInt16(unsafe bytes.unsafeLoad(fromByteOffset: at + 2, as: UInt8.self)) << 8 | UInt16(unsafe bytes.unsafeLoad(fromByteOffset: at + 3, as: UInt8.self))
            at += 8 + len + pad
            if type == 5, len == 0, at <= bytes.byteCount {
                return .request(Shape(length: at, id: id, keepsConnection: (unsafe bytes.unsafeLoad(fromByteOffset: 10, as: UInt8.self)) & 1 == 1, isCanonical: true))
            }
        }
        return .incomplete
    }
}
