import DownloadCore
import DownloadTesting
import HTTPTypes
import Testing

@Suite struct VirtualDownloadViewTests {
    static let hello = FileView { ContentFile("Hello world!\n", name: "hello-world.txt") }

    @Test("A text in memory is downloaded whole under its name")
    func downloadsText() async throws {
        let response = try await Self.hello.response(to: .get())
        #expect(response.status == .ok)
        #expect(response.text == "Hello world!\n")
        #expect(response.headerFields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.headerFields[.contentDisposition] == "attachment; filename=\"hello-world.txt\"")
        #expect(response.headerFields[.contentLength] == "13")
        #expect(response.headerFields[.xContentTypeOptions] == "nosniff")
        #expect(response.headerFields[.xAccelBuffering] == "no")
        #expect(response.isFinished && response.failure == nil)
        #expect(response.fileRequests == 1)
        #expect(response.generatorRuns == 1)
    }

    @Test("HEAD has the head of GET and does not run the generator")
    func answersHead() async throws {
        let whole = try await Self.hello.response(to: .get())
        let head = try await Self.hello.response(to: .head())
        #expect(head.status == .ok)
        #expect(head.headerFields == whole.headerFields)
        #expect(head.body.isEmpty)
        #expect(!head.ranGenerator)
        #expect(head.fileRequests == 1)
        #expect(head.isFinished)
    }

    @Test("OPTIONS names the methods and asks for no file")
    func answersOptions() async throws {
        let response = try await Self.hello.response(to: .make(.options))
        #expect(response.status == .ok)
        #expect(response.headerFields[.allow] == "GET, HEAD, OPTIONS")
        #expect(response.headerFields[.contentLength] == "0")
        #expect(response.body.isEmpty)
        #expect(response.fileRequests == 0)
    }

    @Test("Another method is 405 with Allow", arguments: [HTTPRequest.Method.post, .put, .delete, .patch, .trace])
    func refusesOtherMethods(method: HTTPRequest.Method) async throws {
        let response = try await Self.hello.response(to: .make(method))
        #expect(response.status == .methodNotAllowed)
        #expect(response.headerFields[.allow] == "GET, HEAD, OPTIONS")
        #expect(response.headerFields[.contentLength] == String(response.body.count))
        #expect(response.fileRequests == 0)
    }

    @Test("A view that allows POST answers it with the file")
    func answersPost() async throws {
        var view = Self.hello
        view.methods = [.post]
        let response = try await view.response(to: .make(.post, headerFields: [.ifModifiedSince: "x"]))
        #expect(response.status == .ok)
        #expect(response.text == "Hello world!\n")
        #expect(try await view.response(to: .get()).headerFields[.allow] == "POST")
    }

    @Test("A file that is not found is 404")
    func answersFileNotFound() async throws {
        let view = FileView<ContentFile> { throw FileNotFound("/secret/path") }
        let response = try await view.response(to: .get())
        #expect(response.status == .notFound)
        #expect(!response.text.contains("secret"))
        #expect(response.notes.count == 1 && response.notes.first is FileNotFound)
        #expect(response.isFinished)
    }

    @Test("Any other error is 500, told to the log and not to the client")
    func answersUnexpectedError() async throws {
        let view = FileView<ContentFile> { throw Unexpected() }
        let response = try await view.response(to: .get())
        #expect(response.status == .internalServerError)
        #expect(response.notes.count == 1 && response.notes.first is Unexpected)
        #expect(!response.text.contains("Unexpected"))
    }

    @Test("A generator that throws before its first piece is 500")
    func answersErrorBeforeFirstPiece() async throws {
        let view = FileView { VirtualFile(name: "a.txt") { _ in throw Unexpected() } }
        let response = try await view.response(to: .get())
        #expect(response.status == .internalServerError)
        #expect(response.headerFields[.contentDisposition] == nil)
        #expect(response.isFinished)
        #expect(response.notes.first is Unexpected)
    }

    @Test("A generator that throws after its first piece fails visibly")
    func failsAfterFirstPiece() async throws {
        let view = FileView {
            VirtualFile(name: "a.txt") { sink in
                try await sink.write("begun")
                throw Unexpected()
            }
        }
        let response = try await view.response(to: .get())
        #expect(response.status == .ok)
        #expect(response.text == "begun")
        #expect(!response.isFinished)
        #expect(response.failure is Unexpected)
    }

    @Test("A cancelled request is never answered", arguments: [HTTPRequest.Method.get, .head])
    func rethrowsCancellation(method: HTTPRequest.Method) async throws {
        let view = FileView<ContentFile> { throw CancellationError() }
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await view.response(to: .make(method))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("A CancellationError of a task that was not cancelled is 500, like any error")
    func answersStrayCancellation() async throws {
        let view = FileView<ContentFile> { throw CancellationError() }
        let generating = FileView { VirtualFile(name: "a.txt") { _ in throw CancellationError() } }
        for response in [try await view.response(to: .get()), try await generating.response(to: .get())] {
            #expect(response.status == .internalServerError)
            #expect(response.isFinished)
            #expect(response.notes.first is CancellationError)
        }
    }

    @Test("A wrapper that was not modified is 304, whatever the date, and does not run")
    func answersNotModified() async throws {
        let view = FileView { VirtualFile(StringIO("x"), name: "x.txt").answeringModified { $0 != "garbage" } }
        let response = try await view.response(to: .get(headerFields: [.ifModifiedSince: "garbage"]))
        #expect(response.status == .notModified)
        #expect(response.body.isEmpty && !response.ranGenerator)
        #expect(response.headerFields[.contentLength] == nil)
        #expect(response.fileRequests == 1)
        let modified = try await view.response(to: .get(headerFields: [.ifModifiedSince: "other"]))
        #expect(modified.status == .ok)
    }

    @Test("A generator has no Content-Length unless its size is stated")
    func omitsUnknownLength() async throws {
        let view = FileView { VirtualFile(TextIteratorIO(["Hello ", "world!", "\n"]), name: "hello-world.txt") }
        let response = try await view.response(to: .get())
        #expect(response.text == "Hello world!\n")
        #expect(response.headerFields[.contentLength] == nil)
    }

    @Test("Inline carries the name too")
    func inlineCarriesName() async throws {
        var view = Self.hello
        view.attachment = false
        let response = try await view.response(to: .get())
        #expect(response.headerFields[.contentDisposition] == "inline; filename=\"hello-world.txt\"")
    }
}
