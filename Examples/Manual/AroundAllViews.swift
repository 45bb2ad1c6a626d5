import HTTPTypes
import VirtualDownloads

// sample: middleware
struct Shop: DownloadApplication {
    var routes: Routes {
        Route("/catalogue.csv", CatalogueView())
        Routes {
            Route("/invoices/{id}.csv", ShopInvoiceView())
        }
        .middleware(BasicAuthentication(realm: "Invoices", users: [("anna", "secret")]))
    }

    var middleware: [any DownloadMiddleware] {
        [
            CrossOriginSharing(origins: ["https://shop.example"]),
            RateLimit(60, per: .seconds(60)),
            ConcurrencyLimit(4),
            ErrorPages { status, _ in "<!doctype html><title>\(status.code)</title><h1>\(status.reasonPhrase)</h1>" },
        ]
    }

    var headerFields: HTTPFields { [.strictTransportSecurity: "max-age=31536000"] }
}
// end

struct CatalogueView: VirtualDownloadView {
    let basename = "catalogue.csv"

    func file(for request: DownloadRequest) -> ContentFile { ContentFile("article\n", name: "c.csv") }
}

// sample: file
struct ShopInvoiceView: VirtualDownloadView {
    let cacheControl = "private, max-age=60"

    func file(for request: DownloadRequest) throws -> ContentFile {
        let isPaid = try request.parameter("id") == "1"
        var file = ContentFile("amount\n", name: "invoice.csv")
        file.basename = isPaid ? "invoice.csv" : "draft.csv"
        if !isPaid { file.cacheControl = "no-store" }
        return file.with(\.attachment, try request.query["inline"] != "1")
    }
}
// end

// sample: own
struct FramesForbidden: DownloadMiddleware {
    func response(_ response: DownloadResponse, to request: DownloadRequest) -> DownloadResponse {
        var response = response
        response.headerFields[.contentSecurityPolicy] = "frame-ancestors 'none'"
        return response
    }
}
// end

// sample: modifier
struct MembersOnly<Base: VirtualDownloadView>: WrappedDownloadView {
    let base: Base
    let cacheControl = "private"

    func file(for request: DownloadRequest) async throws -> Base.File {
        guard request.user != nil else { throw DownloadRedirect(to: "/login") }
        return try await base.file(for: request)
    }
}
// end
