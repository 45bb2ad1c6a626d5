import DownloadTesting
import HTTPTypes
import Testing

@testable import VirtualDownloads

@Suite struct BasicAuthenticationTests {
    static let fields: [(field: String, user: String?, password: String?)] = [
        ("Basic YW5uYTpzZWNyZXQ=", "anna", "secret"), ("basic  YW5uYTpzZWNyZXQ=", "anna", "secret"),
        ("BASIC YW5uYTpzZWNyZXQ", "anna", "secret"), ("Basic OnNlY3JldA==", "", "secret"),
        ("Basic YW5uYTo=", "anna", ""),
        ("Basic YTpiOmM=", "a", "b:c"), ("Basic w7w6w6Q=", "ü", "ä"),
        ("", nil, nil), ("Basic", nil, nil), ("Basic ", nil, nil), ("Bearer YW5uYTpzZWNyZXQ=", nil, nil),
        ("Basic YW5uYQ==", nil, nil), ("Basic YW5uYTpzZWNyZXQ=x", nil, nil), ("Basic YW5u!", nil, nil),
        ("Basic Y", nil, nil), ("Basic /zpi", nil, nil), ("BasicYW5uYTpzZWNyZXQ=", nil, nil),
        ("Ba\u{17f}ic YW5uYTpzZWNyZXQ=", nil, nil), ("Basic YW5uYTpzZWNyZXQ===", nil, nil),
    ]

    @Test("The name and the password of Authorization are read as RFC 7617 has them", arguments: fields)
    func readsCredentials(row: (field: String, user: String?, password: String?)) {
        let credentials = BasicAuthentication.credentials(in: row.field)
        #expect(credentials?.user == row.user && credentials?.password == row.password)
    }

    @Test("Who has a password is the request's user, and who has none is asked for one")
    func authenticates() async throws {
        let middleware = BasicAuthentication(realm: "The \"\\\" site", users: [("anna", "secret"), ("kim", "pass")])
        func response(_ field: String?) async throws -> RecordedResponse {
            try await GreetingView()
                .response(to: .get(headerFields: field.map { [.authorization: $0] } ?? [:]), through: [middleware])
        }
        #expect(try await response("Basic YW5uYTpzZWNyZXQ=").text == "anna")
        #expect(try await response("Basic a2ltOnBhc3M=").text == "kim")
        // anna:pass, anna:secretsecret, the Kelvin sign and "im:pass", and nothing at all.
        for field in [
            "Basic YW5uYTpwYXNz", "Basic YW5uYTpzZWNyZXRzZWNyZXQ=", "Basic 4oSqaW06cGFzcw==", "Basic Og==", nil,
        ] {
            let refused = try await response(field)
            #expect(refused.status == .unauthorized && refused.fileRequests == 0)
            #expect(refused.headerFields[.wwwAuthenticate] == #"Basic realm="The \"\\\" site", charset="UTF-8""#)
        }
    }

    @Test("An error of the check is answered as a view's")
    func answersErrorOfCheck() async throws {
        let middleware = BasicAuthentication(realm: "x") { _, _ in throw DownloadError.upstream("accounts") }
        let response = try await GreetingView()
            .response(to: .get(headerFields: [.authorization: "Basic YTpi"]), through: [middleware])
        #expect(response.status == .badGateway && response.fileRequests == 0)
    }
}

/// Says who asks.
struct GreetingView: VirtualDownloadView {
    func file(for request: DownloadRequest) throws -> ContentFile {
        if request.path == "/missing" { throw FileNotFound() }
        return ContentFile(request.user ?? "nobody", name: "x.txt").validated(by: EntityTag("x"))
    }
}
