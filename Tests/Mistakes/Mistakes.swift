// What must not compile, each with a part of what the compiler says: `.ci/check-mistakes` tries them one by one.
// A line `// mistake: TEXT` begins one; what stands before the first is common to all.
import DownloadCore
import HTTPTypes

let file = ContentFile("x", name: "x.txt")

// mistake: conformance of 'Int' to 'TextOption' is unavailable: this option is a text
struct NumberForText: VirtualDownloadView {
    let basename = 5
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: conformance of 'String' to 'BooleanOption' is unavailable: this option is true or false
struct TextForBoolean: VirtualDownloadView {
    var attachment: String { "inline" }
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: write [.accept] as [HTTPField.Name]
struct TextsForNames: VirtualDownloadView {
    let vary = ["Accept"]
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: write [.get, .post] as [HTTPRequest.Method]
struct SetForMethods: VirtualDownloadView {
    let methods: Set<HTTPRequest.Method> = [.get]
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: this option is a date: write HTTPDate
struct TextForDate: VirtualDownloadView {
    let expires = "tomorrow"
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: these are header fields
struct DictionaryForFields: VirtualDownloadView {
    let headerFields = ["Server": "x"]
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: conformance of 'Double' to 'IntegerOption' is unavailable: this option is a whole number
struct FractionForLimit: VirtualDownloadView {
    let maximumSkippedBytes = 1e6
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: conformance of 'Int' to 'TextOption' is unavailable: this option is a text
struct OptionalNumberForText<Base: VirtualDownloadView>: WrappedDownloadView {
    let base: Base
    let charset: Int? = nil
}

// mistake: conformance of 'Double' to 'IntegerOption' is unavailable: this option is a whole number
struct FractionForSize: DownloadFile {
    let name = "x"
    let size = 5.0
    func write(to sink: inout some ByteSink & ~Copyable) async throws {}
}

// mistake: conformance of 'String' to 'BooleanOption' is unavailable: this option is true or false
struct TextForAnswer: DownloadFile {
    let name = "x"
    func wasModified(since value: String) -> String { value }
    func write(to sink: inout some ByteSink & ~Copyable) async throws {}
}

// mistake: this is an entity tag: write EntityTag("…")
struct TextForTag: DownloadFile {
    let name = "x"
    let entityTag = "abc"
    func write(to sink: inout some ByteSink & ~Copyable) async throws {}
}

// mistake: type 'Float' does not conform to protocol 'TextOption'
struct AnythingForText: VirtualDownloadView {
    let mimeType = Float(1)
    func file(for request: DownloadRequest) -> ContentFile { file }
}

// mistake: does not conform to protocol 'DownloadContent'
struct CopyableSink: DownloadContent {
    func write(to sink: inout some ByteSink) async throws {}
}

// mistake: does not conform to protocol 'VirtualDownloadView'
struct NoFile: VirtualDownloadView {}

// mistake: escaping closure captures 'inout' parameter 'sink'
struct SinkInTask: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        VirtualFile(name: "x.txt") { sink in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await sink.write("x") }
            }
        }
    }
}
