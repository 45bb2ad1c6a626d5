import HTTPTypes
import VirtualDownloads

// sample: functions
struct Greetings: DownloadApplication {
    var routes: Routes {
        Route("/greetings/{name}.txt") { request in
            ContentFile("Hello \(try request.parameter("name"))!\n", name: "greeting.txt")
        }
        Route("/squares/{count:int}") { request in
            let count = Int(try request.parameter("count")) ?? 0
            return VirtualFile(name: "squares.csv") { sink in
                for number in 0..<count { try await sink.write("\(number),\(number * number)\r\n") }
            }
        }
    }
}
// end

// sample: form
struct Selection: DownloadApplication {
    var routes: Routes {
        Route("/selection.csv", methods: [.post]) { request in
            let columns = try request.form.all("column")
            guard !columns.isEmpty else { throw DownloadError(.badRequest, detail: "Choose a column.") }
            return ContentFile(columns.joined(separator: ",") + "\r\n", name: "selection.csv")
        }
    }
}
// end

// sample: request
struct CatalogueInLanguagesView: VirtualDownloadView {
    let vary: [HTTPField.Name] = [.acceptLanguage]

    func file(for request: DownloadRequest) throws -> ContentFile {
        let page = try request.query.integer("page", in: 1...1000) ?? 1
        let currency = request.cookies["currency"] ?? "EUR"
        guard let language = request.preferredLanguage(of: ["en", "de"]) else { throw DownloadError(.notAcceptable) }
        request.logger.info("a catalogue", metadata: ["language": "\(language)"])
        return ContentFile("\(language) \(currency) \(page)\n", name: "catalogue.\(language).txt")
    }
}
// end
