import VirtualDownloads

// sample: text
struct TextDownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        ContentFile("Hello world!\n", name: "hello-world.txt")
    }
}
// end

// sample: bytes
struct PixelView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile {
        let bytes: [UInt8] = [0x50, 0x36, 0x0a, 0x31, 0x20, 0x31, 0x0a, 0x32, 0x35, 0x35, 0x0a, 0xff, 0xff, 0xff]
        return ContentFile(bytes, name: "pixel.ppm")
    }
}
// end

// sample: stringio
struct StringIODownloadView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        var text = StringIO()
        for number in 1...3 { text.write("line \(number)\n") }
        return VirtualFile(text, name: "lines.txt")
    }
}
// end
