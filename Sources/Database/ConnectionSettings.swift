/// How to reach a PostgreSQL server. The URL carries a password: no description shows it.
public struct ConnectionSettings: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `postgresql://user:password@host:port/name`, or libpq's `key=value` form.
    let url: String
    /// Shown by `pg_stat_activity`.
    public var applicationName: String
    /// Seconds after which a server that does not answer counts as away.
    public var connectTimeoutSeconds: Int
    /// Milliseconds after which unacknowledged TCP data means that the server is gone; a dead machine sends no reset.
    public var tcpUserTimeoutMilliseconds: Int
    /// Milliseconds that one statement may take, 0 for any.
    public var statementTimeoutMilliseconds: Int

    /// Settings for the server at `url`.
    public init(
        url: String, applicationName: String, connectTimeoutSeconds: Int = 3, tcpUserTimeoutMilliseconds: Int = 5000,
        statementTimeoutMilliseconds: Int = 0
    ) {
        self.url = url
        self.applicationName = applicationName
        self.connectTimeoutSeconds = connectTimeoutSeconds
        self.tcpUserTimeoutMilliseconds = tcpUserTimeoutMilliseconds
        self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
    }

    /// Never the URL.
    public var description: String { "PostgreSQL for \(applicationName)" }

    /// Never the URL.
    public var debugDescription: String { description }

    /// Nothing to reflect: `dump` stays blind too.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
