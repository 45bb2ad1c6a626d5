import GRDBSQLite

/// A connection to SQLite, with as much of it as an export needs: a query's rows, one after the other.
///
/// An application uses GRDB, as the manual's article on sources that block shows. The demo calls the library that GRDB
/// is built on, since GRDB brings Foundation, which costs each start of a CGI program 4 ms.
///
/// `@safe`: the connection is this object's own from its creation to its end.
@safe final class SQLiteDatabase {
    private let connection: OpaquePointer

    /// Opens the database at `path`.
    init(path: String) throws(SQLiteError) {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard code == SQLITE_OK, let connection = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: "can't open \(path)")
        }
        unsafe (self.connection = connection)
    }

    deinit {
        unsafe sqlite3_close_v2(connection)
    }

    /// Executes statements that give no rows.
    func execute(_ sql: String) throws(SQLiteError) {
        try check(unsafe sqlite3_exec(connection, sql, nil, nil, nil))
    }

    /// Prepares a query; its rows are read as the cursor is asked for them.
    ///
    /// - Parameter arguments: What the question marks in it stand for.
    func cursor(_ sql: String, _ arguments: [Int64] = []) throws(SQLiteError) -> Cursor {
        var prepared: OpaquePointer?
        try check(unsafe sqlite3_prepare_v2(connection, sql, -1, &prepared, nil))
        guard let statement = unsafe prepared else { throw SQLiteError(code: SQLITE_ERROR, message: "no statement") }
        let cursor = unsafe Cursor(statement, of: self)
        for (index, argument) in arguments.enumerated() {
            try check(unsafe sqlite3_bind_int64(statement, Int32(index + 1), argument))
        }
        return cursor
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE else {
            throw SQLiteError(code: code, message: unsafe String(cString: sqlite3_errmsg(connection)))
        }
    }

    /// The rows of a query.
    ///
    /// `@safe`: the statement is this object's own, and the connection lives as long.
    @safe final class Cursor {
        private let statement: OpaquePointer
        private let database: SQLiteDatabase

        fileprivate init(_ statement: OpaquePointer, of database: SQLiteDatabase) {
            unsafe (self.statement = statement)
            self.database = database
        }

        deinit {
            unsafe sqlite3_finalize(statement)
        }

        /// The cursor itself at the next row, valid until the row after it; nil behind the last.
        func next() throws(SQLiteError) -> Cursor? {
            let code = unsafe sqlite3_step(statement)
            try database.check(code)
            return code == SQLITE_ROW ? self : nil
        }

        /// An integer of the row; 0 for NULL.
        func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

        /// A text of the row; empty for NULL.
        func text(_ column: Int32) -> String {
            // SQLite says the length of the text that it has just made.
            guard let text = unsafe sqlite3_column_text(statement, column) else { return "" }
            let count = unsafe sqlite3_column_bytes(statement, column)
            return unsafe String(decoding: UnsafeBufferPointer(start: text, count: Int(count)), as: UTF8.self)
        }
    }
}

/// What SQLite says of what it could not do.
struct SQLiteError: Error, CustomStringConvertible {
    var code: Int32
    var message: String

    var description: String { "SQLite error \(code): \(message)" }
}
