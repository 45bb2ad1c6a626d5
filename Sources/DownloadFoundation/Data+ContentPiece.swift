public import DownloadCore

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// `Data` is a piece of bytes: what a generator yields, and what a sink takes.
extension Data: BytesPiece {
    public func write(to sink: inout some ByteSink & ~Copyable) async throws {
        try await sink.write(self)
    }

    public func writeAtOnce(to sink: inout some ByteSink & ~Copyable) -> Bool {
        unsafe withUnsafeBytes { bytes in unsafe sink.writeAtOnce(bytes.bytes) }
    }
}

extension ByteSink where Self: ~Copyable {
    /// Writes the bytes of `data`.
    public mutating func write(_ data: Data) async throws {
        try await write(data.bytes)
    }
}

extension ContentFile {
    /// Wraps bytes.
    public init(_ data: Data, name: String = "") {
        self.init([UInt8](data), name: name)
    }
}

extension BytesIO {
    /// Wraps bytes.
    public init(_ data: Data) {
        self.init([UInt8](data))
    }
}

extension DownloadRequest {
    /// The content of the request.
    public var bodyData: Data { Data(body) }
}
