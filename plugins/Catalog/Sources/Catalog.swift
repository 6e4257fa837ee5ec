import BotPlugin
import BotPolicyPlugin
import CampaignPlugin
import ChannelPlugin
import ClockPlugin
import DiscardPlugin
import ExcludePlugin
import FilePlugin
import GeoPlugin
import LanguagePlugin
import LookupPlugin
import OptOutPlugin
import PIIPlugin
import PageGroupPlugin
import PageURLPlugin
public import PluginAPI
import PostgresPlugin
import PropertiesPlugin
import ReferrerPlugin
import SamplePlugin
import ScreenPlugin
import SiteSearchPlugin
import URLScrubPlugin
import UserAgentPlugin
import UserIDPlugin
import ValidatePlugin
import VisitorIDPlugin

/// Every plugin that is compiled in, one line each, in the order in which a usual chain has them.
public let catalog: [PluginFactory] = [
    PluginFactory(Validate.self),
    PluginFactory(EventClock.self),
    PluginFactory(OptOut.self),
    PluginFactory(UserAgent.self),
    PluginFactory(Bot.self),
    PluginFactory(Geo.self),
    PluginFactory(Exclude.self),
    PluginFactory(Campaign.self),
    PluginFactory(SiteSearch.self),
    PluginFactory(URLScrub.self),
    PluginFactory(PageURL.self),
    PluginFactory(Referrer.self),
    PluginFactory(Channel.self),
    PluginFactory(Language.self),
    PluginFactory(Screen.self),
    PluginFactory(PageGroup.self),
    PluginFactory(Lookup.self),
    PluginFactory(BotPolicy.self),
    PluginFactory(VisitorIdentity.self),
    PluginFactory(UserIdentity.self),
    PluginFactory(Sample.self),
    PluginFactory(Properties.self),
    PluginFactory(PII.self),
    PluginFactory(Discard.self),
    PluginFactory(PostgresStore.self),
    PluginFactory(FileStore.self),
]
