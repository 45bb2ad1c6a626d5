import ArgumentParser
import DownloadTesting
import HTTPTypes
import Testing

@testable import VirtualDownloads

@Suite struct ApplicationMiddlewareTests {
    /// Adds its name to each response.
    private struct Mark: DownloadMiddleware {
        let name: String

        func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
            var copy = response
            copy.headerFields[.server] = (response.headerFields[.server].map { "\($0), " } ?? "") + name
            return copy
        }
    }

    private struct PlainView: VirtualDownloadView {
        func file(for request: DownloadRequest) throws -> ContentFile {
            if request.path == "/broken" { throw DownloadError(.badGateway) }
            return ContentFile("x", name: "x.parquet")
        }
    }

    private struct Site: DownloadApplication {
        var routes: Routes {
            Route("/free", PlainView())
            Routes {
                Route("/grouped", PlainView())
                Route("/own", PlainView()).middleware(Mark(name: "own"))
                Route("/broken", PlainView())
            }
            .middleware(Mark(name: "outer"), Mark(name: "inner"))
        }

        var middleware: [any DownloadMiddleware] { [Mark(name: "site")] }
        var headerFields: HTTPFields { [.contentSecurityPolicy: "frame-ancestors 'none'"] }
        var mediaTypes: MediaTypeTable {
            MediaTypeTable(mimeTypes: Array("application/parquet parquet".utf8), over: .builtIn)
        }
        static var serverConfiguration: FastCGIConfiguration {
            var configuration = FastCGIConfiguration()
            configuration.maximumRequests = 7
            configuration.statusPath = "/status"
            return configuration
        }
    }

    @Test(
        "Middleware of an application, a group and a route is around each other, the application's around all",
        arguments: [
            ("/free", 200, "site"), ("/grouped", 200, "inner, outer, site"), ("/own", 200, "own, inner, outer, site"),
            ("/broken", 502, "inner, outer, site"), ("/nowhere", 404, "site"), ("/%2e%2e", 400, "site"),
        ]
    )
    func nests(target: String, status: Int, marks: String) async throws {
        let router = try Site().router()
        for method in [HTTPRequest.Method.get, .head] {
            let response = try await router.response(to: .make(method, target))
            #expect(response.status.code == status && response.isFinished)
            #expect(response.headerFields[.server] == marks)
            #expect(response.headerFields[.contentSecurityPolicy] == "frame-ancestors 'none'")
        }
        let preflight = try await router.response(to: .make(.options, "/grouped"))
        #expect(preflight.headerFields[.server] == "inner, outer, site")
    }

    @Test("A view with a misspelled option is named at the start, with its route and what is meant")
    func namesMisspellings() throws {
        struct MistypedView: VirtualDownloadView {
            let base_name = "a.csv"
            func file(for request: DownloadRequest) -> ContentFile { ContentFile("x", name: "x.txt") }
        }
        let router = try Router(Routes { Route("/orders/{id}", MistypedView()) })
        #expect(
            router.misspellings == [
                "/orders/{id}: MistypedView.base_name is not an option and changes nothing: "
                    + "the option is spelled basename"
            ]
        )
    }

    @Test("An application says the media types and the server's defaults for all of its views")
    func saysDefaults() async throws {
        let response = try await Site().router().response(to: .get("/free"))
        #expect(response.headerFields[.contentType] == "application/parquet")
        let command = try ServeCommand<Site>.parse([])
        #expect(command.maxRequests == 7)
        #expect(try ServeCommand<Site>.parse(["--max-requests", "8"]).maxRequests == 8)
    }
}
