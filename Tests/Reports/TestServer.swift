import Platform

enum TestServer {
    /// Whether there is a database server for tests; without one they are skipped, and `make test` always has one.
    static let isThere = !(Process.environment()["FOOTFALL_TEST_DATABASE_URL"] ?? "").isEmpty
}
