public import EventModel
import Platform
public import PluginAPI

/// Drops traffic that nobody wants to count: the operator's own, a monitor's, that of a test site or an admin area.
public struct Exclude: PrivacyFilter {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "exclude"
    /// What it does.
    public static let summary: StaticString = "drops own traffic and that of addresses, hosts, paths and countries"

    /// What can be set.
    public typealias Settings = ExcludeSettings

    /// Reads what the settings ask about, nothing else.
    public static func declaration(for settings: Settings) -> Declaration {
        var reads: Set<Field> = []
        if !settings.addresses.isEmpty || !settings.addressesList.isEmpty { reads.insert(.address) }
        if !settings.countries.isEmpty { reads.insert(.country) }
        if settings.ownTraffic || !settings.hosts.isEmpty || !settings.paths.isEmpty { reads.insert(.pageURL) }
        return Declaration(reads: reads)
    }

    private let addresses: IPNetworks
    private let list: WatchedFile<IPNetworks>?
    private let looksAtAddress: Bool
    private let countries: Set<String>
    private let hosts: [HostPattern]
    private let paths: [PathPattern]
    private let ownTraffic: Bool
    private let looksAtPage: Bool

    /// Ready for its settings at once, for the operator's list after `start`.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        var rejected: [String] = []
        addresses = IPNetworks(settings.addresses, rejected: &rejected)
        if settings.addressesList.isEmpty {
            list = nil
        } else {
            list = WatchedFile(settings.addressesList, log: context.log) { try NetworkList.read(try Files.read($0)) }
        }
        looksAtAddress = !addresses.isEmpty || list != nil
        countries = Set(settings.countries.map { $0.uppercased() })
        hosts = settings.hosts.map { HostPattern($0) }
        paths = settings.paths.map { PathPattern($0) }
        ownTraffic = settings.ownTraffic
        looksAtPage = ownTraffic || !hosts.isEmpty || !paths.isEmpty
    }

    /// Reads the list and begins to watch it.
    public func start() throws(PluginError) {
        guard let list else { return }
        do {
            try list.start()
        } catch {
            throw .unavailable("addresses_list: \(list.path): \(error)")
        }
    }

    /// Ends the watch.
    public func stop() {
        list?.stop()
    }

    /// How old the list is.
    public var notes: [String] {
        list.map { [$0.note { "\($0.count) networks" }] } ?? []
    }

    /// Drops the event when one of the settings names it.
    public func filter(_ event: inout Event) throws(PluginError) -> Verdict {
        if looksAtAddress, let address = event.visitor.address.reveal() {
            if addresses.contains(address) || list?.value?.contains(address) ?? false {
                return .drop(reason: "excluded_address")
            }
        }
        if !countries.isEmpty, countries.contains(event.hit.country) { return .drop(reason: "excluded_country") }
        guard looksAtPage else { return .keep }
        return judge(page: event.visitor.pageURL.reveal())
    }

    private func judge(page: String) -> Verdict {
        guard let page = WebAddress(page) else { return .keep }
        if ownTraffic, OwnTraffic.includes(host: page.host) { return .drop(reason: "own_traffic") }
        if hosts.contains(where: { $0.matches(page.host) }) { return .drop(reason: "excluded_host") }
        return isExcluded(path: page.path) ? .drop(reason: "excluded_path") : .keep
    }

    private func isExcluded(path: String) -> Bool {
        if paths.isEmpty { return false }
        let decoded = path.percentDecoded()
        return paths.contains { $0.matches(path, decoded: decoded) }
    }
}
