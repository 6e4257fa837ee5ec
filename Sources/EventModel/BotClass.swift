/// What kind of program sends an event, as the fact `bot` names it: the plugin of that name says it, `bot_policy` decides by it, the
/// pages explain it.
public enum BotClass: String, CaseIterable, Sendable {
    /// Reads pages for a search engine, an archive, a list.
    case crawler
    /// Reads pages for a language model: to train it, or to answer a question.
    case ai
    /// Looks whether the site is up, or how fast it is.
    case monitor
    /// Makes the small picture of a link in a chat or a social network.
    case preview
    /// A program's HTTP library.
    case library
    /// A browser without a person before it, or a program that passes for a browser.
    case headless
    /// A browser that loads ahead what a person may never see.
    case prefetch
    /// Nothing else speaks against it, but the address is that of a data centre.
    case datacenter

    /// All names, as settings may use them and messages list them.
    public static let words = allCases.map(\.rawValue)
}
