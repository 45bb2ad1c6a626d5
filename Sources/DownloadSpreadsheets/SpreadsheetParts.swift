internal import DownloadArchives
internal import DownloadCore

/// The parts of a workbook: small texts that say what there is, and the sheets.
enum SpreadsheetParts {
    /// The styles of cells, by their place in the list of `xl/styles.xml`.
    enum Style: Int {
        case plain = 0
        case date = 1
        case moment = 2
        case header = 3
    }

    private static let declaration = #"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"# + "\n"
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let packageRelationships = "http://schemas.openxmlformats.org/package/2006/relationships"
    private static let types = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    static func entries(of sheets: [SpreadsheetSheet]) -> [ZipEntry] {
        var entries = [
            part("[Content_Types].xml", contentTypes(sheetCount: sheets.count)), part("_rels/.rels", packageRelations),
            part("xl/workbook.xml", workbook(of: sheets)),
            part("xl/_rels/workbook.xml.rels", workbookRelations(sheetCount: sheets.count)),
            part("xl/styles.xml", styles),
        ]
        for (index, sheet) in sheets.enumerated() {
            let content = SheetContent(sheet: sheet, isFirst: index == 0)
            entries.append(
                ZipEntry(
                    "xl/worksheets/sheet\(index + 1).xml",
                    VirtualFile(content, name: "sheet\(index + 1).xml"),
                    method: .deflated
                )
            )
        }
        return entries
    }

    private static func part(_ path: String, _ text: String) -> ZipEntry {
        ZipEntry(path, ContentFile(declaration + text, name: path), method: .stored)
    }

    private static func contentTypes(sheetCount: Int) -> String {
        let sheets = (1...sheetCount)
            .map {
                #"<Override PartName="/xl/worksheets/sheet\#($0).xml" ContentType="\#(types).worksheet+xml"/>"#
            }
        return #"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#
            + #"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#
            + #"<Default Extension="xml" ContentType="application/xml"/>"#
            + #"<Override PartName="/xl/workbook.xml" ContentType="\#(types).sheet.main+xml"/>"#
            + #"<Override PartName="/xl/styles.xml" ContentType="\#(types).styles+xml"/>"# + sheets.joined()
            + "</Types>"
    }

    private static let packageRelations =
        #"<Relationships xmlns="\#(packageRelationships)"><Relationship Id="rId1""#
        + #" Type="\#(relationships)/officeDocument" Target="xl/workbook.xml"/></Relationships>"#

    private static func workbook(of sheets: [SpreadsheetSheet]) -> String {
        let list = sheets.enumerated()
            .map { index, sheet in
                #"<sheet name="\#(attribute(sheet.name))" sheetId="\#(index + 1)" r:id="rId\#(index + 1)"/>"#
            }
        return #"<workbook xmlns="\#(main)" xmlns:r="\#(relationships)"><sheets>"# + list.joined()
            + "</sheets></workbook>"
    }

    private static func workbookRelations(sheetCount: Int) -> String {
        let sheets = (1...sheetCount)
            .map {
                #"<Relationship Id="rId\#($0)" Type="\#(relationships)/worksheet""#
                    + #" Target="worksheets/sheet\#($0).xml"/>"#
            }
        return #"<Relationships xmlns="\#(packageRelationships)">"# + sheets.joined()
            + #"<Relationship Id="rId\#(sheetCount + 1)" Type="\#(relationships)/styles" Target="styles.xml"/>"#
            + "</Relationships>"
    }

    /// The styles that ``Style`` names.
    private static let styles =
        #"<styleSheet xmlns="\#(main)"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/>"#
        + #"<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts>"#
        + #"<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>"#
        + #"<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>"#
        + #"<fills count="2"><fill><patternFill patternType="none"/></fill>"#
        + #"<fill><patternFill patternType="gray125"/></fill>"#
        + "</fills><borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        + #"<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>"#
        + #"<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>"#
        + #"<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#
        + #"<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>"#
        + #"<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>"#
        + #"<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#

    /// A text as the value of an attribute.
    private static func attribute(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
