import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct OptionSpellingTests {
    @Test("A property that is probably a misspelled option is named, with the option")
    func findsMisspellings() {
        struct MistypedView: VirtualDownloadView {
            let base_name = "a.csv"
            let mime_type = "text/csv"
            let cache_control = "no-store"
            let attachmnet = false
            let charSet: String? = nil
            let exipres: HTTPDate? = nil
            let headerfields: HTTPFields = [:]
            let maximumSkippedByte = 5
            func file(for request: DownloadRequest) -> StubFile { StubFile() }
        }
        let warnings = OptionSpelling.warnings(about: MistypedView())
        let pairs = [
            ("base_name", "basename"), ("mime_type", "mimeType"), ("cache_control", "cacheControl"),
            ("attachmnet", "attachment"), ("charSet", "charset"), ("exipres", "expires"),
            ("headerfields", "headerFields"), ("maximumSkippedByte", "maximumSkippedBytes"),
        ]
        #expect(
            warnings
                == pairs.map { "MistypedView.\($0) is not an option and changes nothing: the option is spelled \($1)" }
        )
    }

    @Test("A view's own properties are left alone, and so are options")
    func leavesOwnProperties() {
        struct OwnView: VirtualDownloadView {
            let attachment = false
            let basename = "a.csv"
            let attachments: [Int] = []
            let name = "x"
            let filename = "x"
            let base = 1
            let database = "x"
            let charsets = ["x"]
            let method = "x"
            let size = 5
            func file(for request: DownloadRequest) -> StubFile { StubFile() }
        }
        #expect(OptionSpelling.warnings(about: OwnView()) == [])
        #expect(OptionSpelling.warnings(about: StubFile()) == [])
    }

    @Test("A wrapped view or file is looked at, too")
    func looksInside() {
        struct MistypedView: VirtualDownloadView {
            let basname = "a.csv"
            func file(for request: DownloadRequest) -> StubFile { StubFile() }
        }
        struct Wrapper<Base: VirtualDownloadView>: WrappedDownloadView { let base: Base }
        #expect(OptionSpelling.warnings(about: Wrapper(base: MistypedView())).count == 1)
        struct MistypedFile: DownloadFile {
            let name = "x"
            let etag = "x"
            let entitytag: EntityTag? = nil
            func write(to sink: inout some ByteSink & ~Copyable) async throws {}
        }
        struct WrappedFile<Base: DownloadFile>: WrappedDownloadFile { let base: Base }
        let warnings = OptionSpelling.warnings(about: WrappedFile(base: MistypedFile()))
        #expect(warnings.count == 1 && warnings.first?.contains("entityTag") == true)
    }

    @Test("A test that downloads from a view hears of it")
    func failsTests() async throws {
        struct MistypedView: VirtualDownloadView {
            let basname = "a.csv"
            func file(for request: DownloadRequest) -> StubFile { StubFile() }
        }
        try await withKnownIssue {
            try await expectDownload(from: MistypedView())
        } matching: {
            $0.comments.contains { "\($0)".contains("basename") }
        }
    }
}
