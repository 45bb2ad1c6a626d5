import DemoViews
import VirtualDownloads

/// Views for the tests, most of which misbehave in one way each.
enum TestViews {
    static var routes: Routes {
        Routes {
            Route("/test/throws-at-once", ThrowingView())
            Route("/test/throws-midway", ThrowingMidwayView())
            Route("/test/short", WrongSizeView(declared: 100_000, written: 50_000))
            Route("/test/long", WrongSizeView(declared: 50_000, written: 100_000))
            Route("/test/slow", SlowView())
            Route("/test/wait", WaitingView())
            Route("/test/compute", ComputingView())
            Route("/test/busy", BusyView())
            Route("/test/block", BlockingView())
            Route("/test/main-actor", MainActorView())
            Route("/test/child", ChildView())
            Route("/test/service", ServiceView())
            Route("/test/inline", InlineView())
            Route("/test/resumable", ResumableView())
            Route("/test/sound", SoundView())
            Route("/test/name/{name}", NamedView())
            Route("/test/user", UserView())
            Route("/test/upload", UploadView())
            Route("/test/upload/small", SmallUploadView())
            Route("/test/untyped") { _ in ContentFile("a report\n", name: "report") }
            Route("/test/unauthorized", UnauthorizedView())
            Route("/test/redirect", RedirectingView())
            Route("/test/validated", ValidatedView())
            Route("/test/elsewhere", ElsewhereView())
            Route("/test/erratic", ErraticView())
            Route("/test/host", HostView())
            Route("/test/big.zip", LargeArchiveView(maximumEntryCount: 100_000_000))
            Route("/test/tree.zip", TreeArchiveView())
            Route("/test/tree.txt", TreeListView())
            Route("/test/fields.csv", FieldTableView())
            Route("/test/fields.ndjson", FieldListView())
            Route("/paths/Kunden.csv", PathView(isProtected: true))
            Route("/paths/Kunden/{name}", PathView(isProtected: true))
            Route("/paths/tree/{name*}", PathView())
            Route("/paths/{name}", PathView())
            Route("/island/{name}", PathView(isProtected: true))
            Route("/island/{folder}/{name}", PathView(isProtected: true))
            Route("/island/open/{name}", PathView())
        }
    }
}

struct TestFailure: Error {}

/// A file whose content a closure writes.
func content(
    _ name: String = "test.txt",
    size: Int64? = nil,
    _ body: @escaping (inout ContentSink) async throws -> Void
) -> VirtualFile<ContentWriter> {
    VirtualFile(name: name, size: size, body)
}
