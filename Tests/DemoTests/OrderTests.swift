import DownloadCore
import DownloadTesting
import HTTPTypes
import TestSupport
import Testing

@testable import DemoViews

@Suite struct OrderTests {
    /// Reads CSV as RFC 4180 defines it; nil for what is none.
    private static func rows(_ text: String) -> [[String]]? {
        var rows: [[String]] = []
        var row: [String] = []
        var field = ""
        var isQuoted = false
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"" where isQuoted:
                if rest.first == "\"" {
                    rest.removeFirst()
                    field += "\""
                } else {
                    isQuoted = false
                    guard let next = rest.first, next == "," || next == "\r" else { return nil }
                }
            case "\"":
                guard field.isEmpty else { return nil }
                isQuoted = true
            case "," where !isQuoted:
                row.append(field)
                field = ""
            case "\r" where !isQuoted:
                guard rest.popFirst() == "\n" else { return nil }
                rows.append(row + [field])
                row = []
                field = ""
            case "\n" where !isQuoted: return nil
            default: field.unicodeScalars.append(scalar)
            }
        }
        return isQuoted || !field.isEmpty || !row.isEmpty ? nil : rows
    }

    private static func text(_ target: String) async throws -> String {
        try await OrdersExportView().response(to: .get(target)).text
    }

    @Test("An export has a header line and a line for each order", arguments: [0, 1, 2, 1000])
    func lines(count: Int) async throws {
        let rows = try #require(Self.rows(try await Self.text("/export/orders.csv?rows=\(count)")))
        #expect(rows.count == count + 1)
        #expect(rows[0] == ["order", "date", "customer", "product", "quantity", "price"])
        #expect(rows.dropFirst().map { $0[0] } == (0..<count).map { "\($0 + 1)" })
        #expect(rows.allSatisfy { $0.count == 6 })
    }

    @Test("Commas and quotes are part of a field, and come back out of it")
    func quoting() async throws {
        let rows = try #require(Self.rows(try await Self.text("/export/orders.csv?rows=100")))
        let customers = Set(rows.dropFirst().map { $0[2] })
        #expect(customers.contains("Müller, Jörg"))
        #expect(customers.contains("O’Neill \"Shaq\""))
        #expect(Set(rows.dropFirst().map { $0[3] }).contains("Cable 2\" connector"))
    }

    @Test("Dates and prices are plausible in every line", .computing)
    func values() async throws {
        let rows = try #require(Self.rows(try await Self.text("/export/orders.csv?rows=\(rounds(3000).count)")))
        for row in rows.dropFirst() {
            #expect(row[1].wholeMatch(of: /2026-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])/) != nil, "\(row)")
            #expect(row[5].wholeMatch(of: /[0-9]+\.[0-9]{2}/) != nil, "\(row)")
        }
    }

    @Test("An equal request has equal bytes, and without a number of rows a thousand")
    func deterministic() async throws {
        let text = try await Self.text("/export/orders.csv")
        #expect(try await Self.text("/export/orders.csv?rows=1000") == text)
    }

    @Test("A number of rows that is none is a 400", arguments: ["-1", "x", "", "1.5", "1000001", "%zz"])
    func badNumber(rows: String) async throws {
        let response = try await OrdersExportView().response(to: .get("/export/orders.csv?rows=\(rows)"))
        #expect(response.status == .badRequest)
    }
}
