import DownloadTesting
import HTTPTypes
import Testing

@testable import DownloadCore

@Suite struct PreparationStepTests {
    private static let token = "0123456789abcdef0123456789abcdef"

    @Test(
        "A step of a preparation is taken out of the query, and nothing else",
        arguments: [
            ("/r?preparation=T-page", "/r", .page), ("/r?preparation=T-status", "/r", .status),
            ("/r?a=1&preparation=T-file&b=%2F", "/r?a=1&b=%2F", .file),
            ("/r?preparation=T-wait-7&a", "/r?a", .wait(7)), ("/r?a#b", "/r?a#b", nil),
            ("/r?preparation=T-page&preparation=T-file", "/r", .page),
            // The view's own.
            ("/r?preparation=tea", "/r?preparation=tea", nil), ("/r?preparation=", "/r?preparation=", nil),
            ("/r?preparation=T", "/r?preparation=T", nil), ("/r?preparation=T-", "/r?preparation=T-", nil),
            ("/r?preparation=T-pages", "/r?preparation=T-pages", nil),
            ("/r?preparation=T-page-1", "/r?preparation=T-page-1", nil),
            ("/r?preparation=T-wait", "/r?preparation=T-wait", nil),
            ("/r?preparation=T-wait-0", "/r?preparation=T-wait-0", nil),
            ("/r?preparation=T-wait-1000", "/r?preparation=T-wait-1000", nil),
            ("/r?preparation=Tx-page", "/r?preparation=Tx-page", nil),
            ("/r?Preparation=T-page", "/r?Preparation=T-page", nil),
            ("/r?x=%zz&preparation=T-page", "/r?x=%zz", .page),
        ] as [(String, String, PreparationStep.Kind?)]
    )
    func steps(target: String, rest: String, kind: PreparationStep.Kind?) {
        let written = target.replacing("T", with: Self.token)
        let (request, step) = DownloadRequest.get(written).withoutPreparation
        #expect(request.target == rest.replacing("T", with: Self.token))
        #expect(step?.kind == kind)
        if let step { #expect(step.token == Self.token) }
    }

    @Test(
        "A reference leads back to the same target, and to no other host",
        arguments: [
            ("/r", "/r?preparation=T-file", "/r"), ("/mount/r?a=1", "/mount/r?a=1&preparation=T-file", "/mount/r?a=1"),
            ("//evil.example/r?a=1", "?a=1&preparation=T-file", "?a=1"),
            ("//evil.example/r", "?preparation=T-file", "?"), ("http://evil.example/r", "?preparation=T-file", "?"),
            ("/r?a#b", "/r?a&preparation=T-file", "/r?a"),
        ]
    )
    func references(target: String, reference: String, itself: String) {
        let step = PreparationStep(token: Self.token, kind: .file)
        let request = DownloadRequest.get(target)
        #expect(request.reference(to: step) == reference.replacing("T", with: Self.token))
        #expect(request.reference(to: nil) == itself)
    }
}
