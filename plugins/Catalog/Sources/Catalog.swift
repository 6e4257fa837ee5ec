import DiscardPlugin
import FilePlugin
import PageURLPlugin
public import PluginAPI
import PostgresPlugin
import ReferrerPlugin
import VisitorIDPlugin

/// Every plugin that is compiled in, one line each, in the order in which a usual chain has them.
public let catalog: [PluginFactory] = [
    PluginFactory(PageURL.self),
    PluginFactory(Referrer.self),
    PluginFactory(VisitorIdentity.self),
    PluginFactory(Discard.self),
    PluginFactory(PostgresStore.self),
    PluginFactory(FileStore.self),
]
