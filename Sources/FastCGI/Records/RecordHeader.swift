/// The eight bytes that begin every FastCGI record (FastCGI 1.0 §3.3).
struct RecordHeader: Equatable, Sendable {
    /// The size of an encoded header, in bytes.
    static let byteCount = 8

    /// The kinds of record this side reads or writes; any other number may stand in ``RecordHeader/type``.
    enum Kind {
        static let beginRequest: UInt8 = 1
        static let abortRequest: UInt8 = 2
        static let endRequest: UInt8 = 3
        static let parameters: UInt8 = 4
        static let standardInput: UInt8 = 5
        static let standardOutput: UInt8 = 6
        static let data: UInt8 = 8
        static let getValues: UInt8 = 9
        static let getValuesResult: UInt8 = 10
        static let unknownType: UInt8 = 11
    }

    var type: UInt8
    /// The request the record belongs to; 0 in a management record.
    var requestID: UInt16
    var contentLength: Int
    var paddingLength: Int

    /// The whole record's size in bytes: header, content and padding (at most 65,798).
    var recordLength: Int { Self.byteCount + contentLength + paddingLength }

    init(type: UInt8, requestID: UInt16, contentLength: Int, paddingLength: Int = 0) {
        self.type = type
        self.requestID = requestID
        self.contentLength = contentLength
        self.paddingLength = paddingLength
    }

    /// Reads the header at `offset`, whose version byte the caller has checked and whose eight bytes are there.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at offset: Int) {
        type = bytes[offset + 1]
        requestID = UInt16(bytes[offset + 2]) << 8 | UInt16(bytes[offset + 3])
        contentLength = Int(bytes[offset + 4]) << 8 | Int(bytes[offset + 5])
        paddingLength = Int(bytes[offset + 6])
    }

    /// The most content that this side puts into a record, in bytes: a multiple of 8, as is recommended (§3.3).
    static let maximumContentLength = 65_528

    /// The header as it is sent, version 1.
    @inline(__always)
    var encoded: [8 of UInt8] {
        [
            1, type, UInt8(requestID >> 8), UInt8(truncatingIfNeeded: requestID),
            UInt8(truncatingIfNeeded: contentLength >> 8), UInt8(truncatingIfNeeded: contentLength),
            UInt8(truncatingIfNeeded: paddingLength), 0,
        ]
    }

    /// Writes the encoded header over what is there.
    func write(to output: inout [UInt8], at offset: Int) {
        let encoded = encoded
        for index in encoded.indices { output[offset + index] = encoded[index] }
    }

    /// Appends the encoded header.
    func append(to output: inout [UInt8]) {
        let encoded = encoded
        for index in encoded.indices { output.append(encoded[index]) }
    }

    /// Writes the encoded header where there is room for eight bytes.
    @inline(__always)
    func write(to buffer: UnsafeMutablePointer<UInt8>) {
        unsafe UnsafeMutableRawPointer(buffer).storeBytes(of: encoded, as: [8 of UInt8].self)
    }
}
