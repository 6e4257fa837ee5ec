@_spi(Scripts) public import Database
import Platform

/// A database of a test's own, with all migrations applied, on the server that `make test` starts.
public struct TestDatabase: Sendable {
    /// Where it is.
    public let url: String

    /// Why there is none.
    public struct Missing: Error, CustomStringConvertible {
        /// What to do.
        public let description =
            "FOOTFALL_TEST_DATABASE_URL is not set: run the tests with `make test`, which starts a server for them"
    }

    /// Runs `body` with a new database and drops it afterwards.
    ///
    /// - Parameter migrated: whether the schema is in it already.
    public static func with<Result>(migrated: Bool = true, _ body: (TestDatabase) throws -> Result) throws -> Result {
        guard let server = Process.environment()["FOOTFALL_TEST_DATABASE_URL"], !server.isEmpty else { throw Missing() }
        let name = "footfall_test_\(Process.id)_\(UInt64.random(in: 0...UInt64.max))"
        let database = TestDatabase(url: replaceName(in: server, with: name))
        let admin = try Connection(ConnectionSettings(url: server, applicationName: "footfall tests"))
        try admin.runScript("CREATE DATABASE \(name)")
        defer { try? admin.runScript("DROP DATABASE IF EXISTS \(name) WITH (FORCE)") }
        if migrated { _ = try Migrator(database.connect(), folder: migrations).run() }
        return try body(database)
    }

    /// The repository's migrations, wherever the tests are run from.
    public static var migrations: String {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        return "\(folder)/config/migrations"
    }

    /// How to reach it.
    public var settings: ConnectionSettings { ConnectionSettings(url: url, applicationName: "footfall tests") }

    /// A new connection to it.
    public func connect() throws(DatabaseError) -> Connection {
        try Connection(settings)
    }

    /// How to reach it with the dashboard's login: row-level security binds it.
    public func confined() throws -> ConnectionSettings {
        let login = "footfall_test_web"
        let password = "only_for_tests"
        // The server's roles are all databases', and tests run side by side.
        try run(
            script: """
                DO $$ BEGIN
                    PERFORM pg_advisory_xact_lock(7341);
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(login)') THEN
                        CREATE ROLE \(login) LOGIN PASSWORD '\(password)';
                    END IF;
                END $$;
                SELECT grant_dashboard('\(login)');
                """)
        guard let at = url.firstIndex(of: "@") else { throw Missing() }
        return ConnectionSettings(
            url: "postgresql://\(login):\(password)\(url[at...])", applicationName: "footfall tests")
    }

    /// Runs any script, for tests that need to break something.
    public func run(script: String) throws(DatabaseError) {
        try connect().runScript(script)
    }

    /// `postgresql://user@host:port/NAME?options`: everything stays but the name.
    private static func replaceName(in url: String, with name: String) -> String {
        let question = url.firstIndex(of: "?") ?? url.endIndex
        let slash = url[..<question].lastIndex(of: "/") ?? question
        return "\(url[..<slash])/\(name)\(url[question...])"
    }
}
