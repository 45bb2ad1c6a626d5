public import DownloadCore
public import ServiceLifecycle

/// A program that serves downloads: its views, and nothing else that has to be written.
///
///     @main struct Site: DownloadApplication {
///         var routes: Routes { Route("/hello", Hello()) }
///     }
///
/// Its command line serves them (`serve`), lists them (`routes`), tries one without a web server (`get`) and signs
/// links to them (`sign`). Started by a web server, as a FastCGI application or a CGI program, it needs no arguments;
/// as a CGI program it ignores them, since they come from the client.
public protocol DownloadApplication: Sendable {
    /// The views and where they are.
    @RoutesBuilder var routes: Routes { get }

    /// The path under which the web server hands requests to this application, for instance `/downloads`; `--mount`
    /// overrides it. The default is the empty string: the whole site, or, for a CGI program in a folder, what the web
    /// server says.
    var mountPrefix: String { get }

    /// What the command `sign` signs links with, such as the `LinkSigner` of `SignedLinks`. The default is nil: nothing
    /// is signed.
    ///
    /// It does not guard any view; a view asks for a signature itself.
    var signer: (any LinkSigning)? { get }

    /// What the views need while they run, such as the client of a database: `serve` starts them, in their order,
    /// before the server, and stops them after it, the last first. So do `get` and a CGI program, around the one
    /// request. The default is none.
    ///
    /// Evaluated once. A service that ends by itself ends the program: downloads under way are cut then.
    var services: [any Service] { get }

    /// Creates the application, for each of its commands. It may be asynchronous, to read a configuration for instance:
    ///
    ///     init() async throws {
    ///         database = try await DatabaseClient(configuration: .fromEnvironment())
    ///     }
    ///
    /// - Throws: An error whose description says what is wrong with its surroundings; the program prints it and ends.
    init() async throws
}

extension DownloadApplication {
    public var mountPrefix: String { "" }
    public var signer: (any LinkSigning)? { nil }
    public var services: [any Service] { [] }
}
