import DownloadCore
import Testing

@testable import FastCGI

@Suite struct ServerPathParametersTests {
    private struct Case: CustomTestStringConvertible, Sendable {
        let scriptName: String
        let info: String
        var scriptFile = "/srv/site"
        var isCGI = false
        let asks: Bool
        let scriptIsProgram: Bool

        var testDescription: String { "\(scriptName) + \(info), \(scriptFile), \(isCGI ? "CGI" : "FastCGI")" }
    }

    @Test(
        "The program is looked for on disk only where the path is split, and the file may be another's",
        arguments: [
            Case(scriptName: "/hello", info: "", asks: false, scriptIsProgram: false),
            Case(scriptName: "", info: "/hello", asks: false, scriptIsProgram: false),
            Case(scriptName: "/site", info: "/hello", scriptFile: "", asks: false, scriptIsProgram: true),
            Case(scriptName: "/site", info: "/hello", isCGI: true, asks: false, scriptIsProgram: true),
            Case(scriptName: "/site", info: "/hello", asks: true, scriptIsProgram: true),
            Case(scriptName: "/site", info: "/hello", scriptFile: "/srv/other", asks: true, scriptIsProgram: false),
        ]
    )
    private func asksWhereItMatters(_ request: Case) {
        var parameters = ServerPathParameters()
        parameters.scriptName = request.scriptName
        parameters.info = request.info
        parameters.scriptFile = request.scriptFile
        var asked: [String] = []
        let path = parameters.reading(of: "/site/hello", isCGI: request.isCGI) {
            asked.append($0)
            return $0 == "/srv/site"
        }
        #expect(asked == (request.asks ? [request.scriptFile] : []))
        #expect((path.scriptName != nil) == request.scriptIsProgram)
    }
}
