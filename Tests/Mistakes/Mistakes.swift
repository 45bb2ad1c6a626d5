// What must not compile without a word, each with a part of what the compiler says: `.ci/check-mistakes` tries them one
// by one.
// A line `// mistake: TEXT` begins one; what stands before the first is common to all.
import DownloadCore
import HTTPTypes

let content = ContentFile("x", name: "x.txt")

// mistake: conformance of 'Int' to 'TextOption' is unavailable: this option is a text
struct NumberForText: VirtualDownloadView {
    let basename = 5
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: conformance of 'String' to 'BooleanOption' is unavailable: this option is true or false
struct TextForBoolean: VirtualDownloadView {
    var attachment: String { "inline" }
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: write [.accept] as [HTTPField.Name]
struct TextsForNames: VirtualDownloadView {
    let vary = ["Accept"]
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: write [.get, .post] as [HTTPRequest.Method]
struct SetForMethods: VirtualDownloadView {
    let methods: Set<HTTPRequest.Method> = [.get]
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: this option is a date: write HTTPDate
struct TextForDate: VirtualDownloadView {
    let expires = "tomorrow"
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: these are header fields
struct DictionaryForFields: VirtualDownloadView {
    let headerFields = ["Server": "x"]
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: conformance of 'Double' to 'IntegerOption' is unavailable: this option is a whole number
struct FractionForLimit: VirtualDownloadView {
    let maximumSkippedBytes = 1e6
    func file(for request: DownloadRequest) -> ContentFile { content }
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
    func file(for request: DownloadRequest) -> ContentFile { content }
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

// mistake: a view's media type is called mimeType
struct OthersMediaType: VirtualDownloadView {
    var contentType: String? { "text/csv" }
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: a view's media type is called mimeType
struct DjangosMediaType: VirtualDownloadView {
    let mimetype = "text/csv"
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: whether a file is saved is called attachment
struct OthersAttachment: VirtualDownloadView {
    var inline: Bool { true }
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: a view's header fields are called headerFields
struct OthersHeaderFields: VirtualDownloadView {
    let headers: HTTPFields = [.server: "x"]
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: the methods that a view answers are called methods
struct OthersMethods: VirtualDownloadView {
    var allowedMethods: [HTTPRequest.Method] { [.post] }
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: property 'basname' nearly matches defaulted requirement 'basename'
struct MisspelledOption {}
extension MisspelledOption: VirtualDownloadView {
    var basname: String { "a.csv" }
    func file(for request: DownloadRequest) -> ContentFile { ContentFile("x", name: "x") }
}

// mistake: 'downloadRespons(_:to:)' nearly matches defaulted requirement 'downloadResponse(_:to:)'
struct MisspelledHook {}
extension MisspelledHook: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile { ContentFile("x", name: "x") }
    func downloadRespons(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse { response }
}

// mistake: 'notModifiedResponse(_:for:)' nearly matches defaulted requirement 'notModifiedResponse(_:to:)'
struct MislabelledHook {}
extension MislabelledHook: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile { ContentFile("x", name: "x") }
    func notModifiedResponse(_ old: DownloadResponse, for request: DownloadRequest) -> DownloadResponse { old }
}

// mistake: do not have matching underlying types
struct FilesOfTwoTypes: VirtualDownloadView {
    func file(for request: DownloadRequest) -> some DownloadFile {
        if request.user == nil { return ContentFile("x", name: "x.txt") }
        return VirtualFile(name: "x.txt") { sink in try await sink.write("x") }
    }
}

// mistake: add 'async' to function 'file(for:)' to make it asynchronous
struct WaitingWithoutAsync: VirtualDownloadView {
    func load() async -> String { "x" }
    func file(for request: DownloadRequest) -> ContentFile { ContentFile(await load(), name: "x.txt") }
}

// mistake: stored property 'count' of 'Sendable'-conforming struct
final class Counter { var count = 0 }
struct SharedState: VirtualDownloadView {
    let count: Counter
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: the name of the download is called basename
struct MiscapitalizedName: VirtualDownloadView {
    var baseName: String { "a.csv" }
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: whether a file is saved is called attachment
struct MisspelledAttachment: VirtualDownloadView {
    var attachement: Bool? { false }
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: 'headers' has been renamed to 'headerFields'
func acceptedTypes(_ request: DownloadRequest) -> String? { request.headers[.accept] }

// mistake: write throw FileNotFound(), or DownloadError(.notFound) with a reason
func refuseWithoutStatus() throws { throw DownloadError.notFound }

// mistake: write VirtualFile(TextIteratorIO(rows), name: …)
func rowsWithoutWrapper() -> some DownloadFile { VirtualFile(["a\n", "b\n"], name: "x.txt") }

// mistake: property 'attachment' must be as accessible as its enclosing type because it matches a requirement
struct PrivateOption: VirtualDownloadView {
    private let attachment = false
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: a view's media type is called mimeType; give this member that name, or one of its own
struct PrivateOthersMediaType: VirtualDownloadView {
    private let contentType = "text/csv"
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: it matches a requirement in protocol 'MisnamedOptions'
struct PrivateInline: VirtualDownloadView {
    private let inline = true
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: non-final class 'InheritedView' cannot conform to the 'Sendable' protocol
class InheritedView: VirtualDownloadView {
    func file(for request: DownloadRequest) -> ContentFile { content }
}

// mistake: did you mean to use an opaque result type?
struct FileOfAnyType: VirtualDownloadView {
    func file(for request: DownloadRequest) -> any DownloadFile { content }
}

// mistake: if 'String' conformed to 'DownloadFile'
struct TextForFile: VirtualDownloadView {
    func file(for request: DownloadRequest) -> String { "x" }
}

// mistake: property access can throw, but it is not marked with 'try'
func queryWithoutTry(_ request: DownloadRequest) -> String? { request.query["n"] }

// mistake: add 'async' to function 'write(to:)' to make it asynchronous
struct WritingWithoutAsync: DownloadFile {
    let name = "x"
    func write(to sink: inout some ByteSink & ~Copyable) { sink.write("x") }
}

// mistake: value of type 'ContentFile' has no member 'attachement'
let misspelledProperty = content.with(\.attachement, false)
