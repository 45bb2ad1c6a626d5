import DownloadCore
import DownloadNIO
import DownloadTesting
import NIOCore
import Testing

@Suite struct ByteBufferTests {
    @Test("A sequence of buffers is content of the length that it declares, from the readable bytes of each")
    func servesBuffers() async throws {
        try await expectDownload(
            from: BufferView(size: 12),
            content: "Hello world!",
            basename: "h.txt",
            size: 12
        )
        let unknown = try await BufferView(size: nil).response(to: .get())
        #expect(unknown.text == "Hello world!")
        #expect(unknown.headerFields[.contentLength] == nil)
    }

    @Test("A sequence that ends before the length it declares fails visibly", arguments: [11, 13] as [Int64])
    func failsVisibly(size: Int64) async throws {
        let response = try await BufferView(size: size).response(to: .get())
        #expect(!response.isFinished)
        #expect(response.failure is ContentLengthMismatch)
    }

    @Test("A buffer is a file's content, and a request's")
    func wrapsBuffer() async throws {
        var request = DownloadRequest.get("/")
        request.body = [1, 2, 3]
        #expect(request.bodyBuffer == ByteBuffer(bytes: [1, 2, 3]))
        #expect(ContentFile(ByteBuffer(string: "four"), name: "f").size == 4)
    }
}

private struct BufferView: VirtualDownloadView {
    var size: Int64?

    func file(for request: DownloadRequest) -> VirtualFile<ByteBufferContent<AsyncStream<ByteBuffer>>> {
        let buffers = AsyncStream<ByteBuffer> { continuation in
            var first = ByteBuffer(string: "..Hello ")
            first.moveReaderIndex(forwardBy: 2)
            continuation.yield(first)
            continuation.yield(ByteBuffer())
            continuation.yield(ByteBuffer(string: "world!"))
            continuation.finish()
        }
        return VirtualFile(ByteBufferContent(buffers, size: size), name: "h.txt")
    }
}
