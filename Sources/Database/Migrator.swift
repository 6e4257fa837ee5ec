import Platform

/// A numbered step of the schema: the file `NNNN-name.sql`.
public struct Migration: Sendable, Equatable {
    /// The four digits at the beginning of the file's name.
    public var number: Int32
    /// The file's name.
    public var file: String
    /// The file's text.
    var text: String
}

/// Brings a database to the schema that the program expects: forward only, each step in a transaction.
///
/// What was applied is kept with a checksum, so that an edited file is noticed instead of silently ignored. An advisory
/// lock makes two programs that start at once take turns.
public struct Migrator {
    private let connection: Connection
    private let migrations: [Migration]

    /// A migrator for the files of a folder.
    public init(_ connection: Connection, folder: String) throws(DatabaseError) {
        self.connection = connection
        var migrations: [Migration] = []
        do throws(PlatformError) {
            for file in try Files.list(folder) where file.hasSuffix(".sql") {
                let digits = file.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                guard digits.count == 4, let number = Int32(String(digits) ?? ""), file.utf8.dropFirst(4).first == 0x2d
                else { throw PlatformError(call: "name of \(folder)/\(file) is not NNNN-name.sql;", code: 22) }
                migrations.append(Migration(number: number, file: file, text: try Files.read("\(folder)/\(file)")))
            }
        } catch {
            throw DatabaseError(kind: .refused, message: "migrations: \(error)")
        }
        self.migrations = migrations
        for (previous, next) in zip(migrations, migrations.dropFirst()) where previous.number == next.number {
            throw DatabaseError(
                kind: .refused, message: "two migrations have one number: \(previous.file), \(next.file)")
        }
    }

    /// The steps that are missing in the database, in order. Throws an error of kind `refused` when files and database
    /// contradict each other.
    public func pending() throws(DatabaseError) -> [Migration] {
        let exists: Bool = try connection.query("SELECT to_regclass('schema_migration') IS NOT NULL")[0].value(0)
        guard exists else { return migrations }
        var applied: [Int32: (file: String, checksum: String)] = [:]
        for row in try connection.query("SELECT number, file, checksum FROM schema_migration") {
            applied[try row.value(0)] = (try row.value(1), try row.value(2))
        }
        let newest = applied.keys.max() ?? -1
        var pending: [Migration] = []
        for migration in migrations {
            guard let known = applied.removeValue(forKey: migration.number) else {
                guard migration.number > newest else {
                    throw DatabaseError(
                        kind: .refused,
                        message: "migration \(migration.file) is older than what the database has; give it a new number"
                    )
                }
                pending.append(migration)
                continue
            }
            guard try checksum(migration) == known.checksum else {
                throw DatabaseError(
                    kind: .refused,
                    message:
                        "migration \(migration.file) was changed after it was applied; restore it and add a new file")
            }
        }
        if let missing = applied.values.map(\.file).min() {
            throw DatabaseError(
                kind: .refused,
                message:
                    "the database has migration \(missing), which this program does not know: it is an older version")
        }
        return pending
    }

    /// Applies what is missing. Returns the files applied.
    public func run() throws(DatabaseError) -> [String] {
        try connection.execute("SELECT pg_advisory_lock(\(Migrator.lock))")
        defer { _ = try? connection.execute("SELECT pg_advisory_unlock(\(Migrator.lock))") }
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number integer PRIMARY KEY, file text NOT NULL, checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now())
            """)
        let pending = try pending()
        for migration in pending {
            do throws(DatabaseError) {
                try connection.transaction { () throws(DatabaseError) in
                    try connection.runScript(migration.text)
                    let checksum = try checksum(migration)
                    try connection.execute(
                        """
                        INSERT INTO schema_migration (number, file, checksum)
                        VALUES (\(migration.number), \(migration.file), \(checksum))
                        """)
                }
            } catch {
                var named = error
                named.message = "migration \(migration.file): \(error.message)"
                throw named
            }
        }
        return pending.map(\.file)
    }

    /// SHA-256 by the server itself, so that this room needs no cryptography of its own.
    private func checksum(_ migration: Migration) throws(DatabaseError) -> String {
        let bytes = Array(migration.text.utf8)
        return try connection.query("SELECT encode(sha256(\(bytes: bytes)), 'hex')")[0].value(0)
    }

    /// "footfall" in the first bytes: one number for all programs of ours, and nobody else's.
    private static let lock: Int64 = 0x666f_6f74_6661_6c6c
}
