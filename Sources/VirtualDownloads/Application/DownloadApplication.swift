public import DownloadCore
public import FastCGI
public import HTTPTypes
public import Logging
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

    /// What is around all views, the outermost first: authentication, CORS, limits, error pages. The default is none.
    ///
    /// It is also around what no view answers, a path without a route. ``Routes/middleware(_:)`` is for some of the
    /// views. Evaluated once.
    var middleware: [any DownloadMiddleware] { get }

    /// Header fields that every response carries which does not have them already. The default is none.
    var headerFields: HTTPFields { get }

    /// What a media type is guessed by, from the name of a file. The default is the system's table over the one that is
    /// built in.
    ///
    /// Evaluated when a type first has to be guessed:
    ///
    ///     var mediaTypes: MediaTypeTable {
    ///         MediaTypeTable(mimeTypes: Array("application/vnd.apache.parquet parquet".utf8), over: .system)
    ///     }
    var mediaTypes: MediaTypeTable { get }

    /// The limits of the server, the number of its threads and the paths of its status: the defaults of the options of
    /// `serve`. The default is a configuration without changes.
    static var serverConfiguration: FastCGIConfiguration { get }

    /// Where the log goes, instead of to standard error or systemd's journal. The default is nil.
    ///
    /// The level is set by `--log-level`. A handler is called by the threads that answer requests: one that blocks
    /// holds them up.
    func logHandler(label: String) -> (any LogHandler)?

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
    public var middleware: [any DownloadMiddleware] { [] }
    public var headerFields: HTTPFields { [:] }
    public var mediaTypes: MediaTypeTable { .system }
    public static var serverConfiguration: FastCGIConfiguration { FastCGIConfiguration() }
    public func logHandler(label: String) -> (any LogHandler)? { nil }
    public var signer: (any LinkSigning)? { nil }
    public var services: [any Service] { [] }

    /// The router of the application's views.
    func router(mountPrefix: String? = nil) throws(RouteError) -> Router {
        let everywhere: [any DownloadMiddleware] = headerFields.isEmpty ? [] : [ResponseHeaderFields(headerFields)]
        return try Router(
            routes,
            mountPrefix: mountPrefix ?? self.mountPrefix,
            mediaTypes: mediaTypes,
            middleware: everywhere + middleware
        )
    }

    /// A logger to where the application wants its log, or else by `handler`.
    func logger(level: Logger.Level, or handler: (Logger.Level) -> any LogHandler) -> Logger {
        var logger = Logger(label: Self.name) { label in logHandler(label: label) ?? handler(level) }
        logger.logLevel = level
        return logger
    }
}
