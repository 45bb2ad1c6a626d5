/// The shop's database: a million orders, in memory.
///
/// So that the demo needs neither a file nor time to start, the orders are a view, whose rows SQLite makes as they are
/// read. To whoever reads them they are rows like those of any table.
enum OrderDatabase {
    /// How many orders there are.
    static let orderCount: Int64 = 1_000_000

    /// The first orders by their number. It sorts nothing, which would take all of them before the first: the view
    /// gives them in this order.
    static let query = """
        SELECT orders.id, orders.placed, customers.name, products.name, orders.quantity, orders.cents
        FROM orders
        CROSS JOIN customers ON customers.id = orders.customer
        CROSS JOIN products ON products.id = orders.product
        LIMIT ?
        """

    /// Opens a database of one's own: it takes a fraction of a millisecond.
    static func open() throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: ":memory:")
        try database.execute(schema)
        return database
    }

    private static let schema = """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        INSERT INTO customers (name) VALUES
            ('Ada Lovelace'), ('Müller, Jörg'), ('O’Neill "Shaq"'), ('株式会社山田'), ('=1+2');
        CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        INSERT INTO products (name) VALUES
            ('Notebook'), ('Lamp, desk'), ('Coffee 1 kg'), ('Cable 2" connector');
        CREATE VIEW orders AS
            WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers WHERE id < \(orderCount))
            SELECT
                id, 1767225600 + id * 31 AS placed, 1 + id % 5 AS customer, 1 + id % 4 AS product,
                1 + id % 9 AS quantity, 199 + id * 37 % 9800 AS cents
            FROM numbers;
        """
}
