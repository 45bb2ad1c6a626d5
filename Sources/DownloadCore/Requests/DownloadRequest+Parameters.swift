internal import HTTPTypes

extension DownloadRequest {
    /// The value of a parameter of the route, which it has: of `{name}`, `{name:int}` or `{name*}`.
    ///
    ///     Route("/years/{year}.csv") { request in try report(of: request.parameter("year")) }
    ///
    /// - Throws: ``DownloadError`` 500 if the route has none of that name, with a reason that says which it has. A view
    ///   lets it pass.
    public func parameter(_ name: String) throws(DownloadError) -> String {
        if let value = parameters[name] { return value }
        let names = parameters.map { WireText("{\($0.name)}") }.sorted().map(\.text).joined(separator: ", ")
        throw DownloadError(
            .internalServerError,
            reason: "the route has no parameter {\(name)}" + (names.isEmpty ? "" : "; it has \(names)")
        )
    }
}
