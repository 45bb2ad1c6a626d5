import DownloadTesting
import HTTPTypes
import Testing
import VirtualDownloads

@testable import Manual

@Suite struct AroundAllViewsTests {
    @Test("A file decides how it is downloaded, and a query may ask for another way")
    func decidesByFile() async throws {
        let paid = try await ShopInvoiceView().response(to: .get("/invoices/1.csv", parameters: ["id": "1"]))
        expectDownload(paid, content: "amount\n", basename: "invoice.csv", attachment: true)
        #expect(paid.headerFields[.cacheControl] == "private, max-age=60")
        let draft = try await ShopInvoiceView().response(to: .get("/invoices/2.csv?inline=1", parameters: ["id": "2"]))
        expectDownload(draft, content: "amount\n", basename: "draft.csv", attachment: false)
        #expect(draft.headerFields[.cacheControl] == "no-store")
    }

    @Test("Middleware and a modifier are around views as printed")
    func surroundsViews() async throws {
        let shop = Shop()
        let router = try Router(shop.routes, middleware: shop.middleware)
        #expect(try await router.response(to: .get("/catalogue.csv")).text == "article\n")
        let refused = try await router.response(
            to: .get("/invoices/1.csv", headerFields: [.origin: "https://shop.example"])
        )
        #expect(refused.status == .unauthorized && refused.text.contains("<h1>Unauthorized</h1>"))
        #expect(refused.headerFields[.accessControlAllowOrigin] == "https://shop.example")
        #expect(try await router.response(to: .get("/nowhere")).text.contains("<h1>Not Found</h1>"))
        let framed = try await CatalogueView().response(to: .get(), through: [FramesForbidden()])
        #expect(framed.headerFields[.contentSecurityPolicy] == "frame-ancestors 'none'")
        let members = MembersOnly(base: CatalogueView())
        #expect(try await members.response(to: .get()).headerFields[.location] == "/login")
        #expect(try await members.response(to: .get(user: "anna")).headerFields[.cacheControl] == "private")
    }
}
