public import EventModel
public import Platform

/// What the host lends to a plugin.
public struct PluginContext: Sendable {
    /// The chain entry's `id`, for logs.
    public var id: String
    /// The gateway's database, for stores that are not given one of their own. A secret: never log it.
    public var databaseURL: Sensitive<String>
    /// Tells this installation from others on the same machine; the same for all gateways that share a database.
    public var installation: String
    /// The sites and calendars of this moment.
    public var sites: @Sendable () -> SiteSnapshot
    /// The facts that the plugins of the chain add, in its order: what a store needs to know about them.
    public var facts: [Fact]
    /// Whether nothing that happens is real (`footfall explain`): what plugins would share with others stays theirs.
    public var isRehearsal = false
    /// Where to say what an operator should know.
    public var log: Log

    /// A context for a plugin.
    public init(
        id: String, databaseURL: Sensitive<String> = Sensitive(""), installation: String = "",
        sites: @escaping @Sendable () -> SiteSnapshot = { SiteSnapshot() }, facts: [Fact] = [],
        log: Log = Log(process: "plugin")
    ) {
        self.id = id
        self.databaseURL = databaseURL
        self.installation = installation
        self.sites = sites
        self.facts = facts
        self.log = log
    }
}
