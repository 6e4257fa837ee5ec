import Catalog
import Configuration
import EventModel
import Pipeline
import Platform
import PluginAPI
import TestSupport
import Testing

@testable import footfall

/// The repository as a whole: what stands in several places says the same everywhere.
@Suite struct HouseTests {
    private func read(_ path: String) throws -> String { try Files.read("\(repositoryFolder)/\(path)") }

    /// A plugin takes its folder, one line in Package.swift and one in the catalog.
    @Test func foldersManifestAndCatalogNameTheSamePlugins() throws {
        let folders = Set(try Files.list("\(repositoryFolder)/plugins").filter { $0 != "Catalog" })
        let manifest = try read("Package.swift")
        let inManifest = Set(
            manifest.split(separator: "\n").compactMap { line -> String? in
                guard let start = line.firstRange(of: "plugin(\"") else { return nil }
                return String(line[start.upperBound...].prefix { $0 != "\"" })
            })
        let inCatalog = Set(catalog.map(\.name))
        for name in folders.union(inManifest).union(inCatalog).sorted() {
            #expect(folders.contains(name), "plugins/\(name)/ is missing")
            #expect(inManifest.contains(name), "Package.swift lacks the line plugin(\"\(name)\", …)")
            #expect(inCatalog.contains(name), "plugins/Catalog/Sources/Catalog.swift lacks the line of \(name)")
        }
        #expect(inCatalog.count == catalog.count, "the catalog names a plugin twice")
    }

    @Test func theShippedConfigurationIsRightAndShowsEveryOptionWithItsDefault() throws {
        let file = "\(repositoryFolder)/config/footfall.json5"
        do throws(CommandFailure) {
            _ = try GatewayConfiguration.load(file: file, environment: [:])
        } catch {
            Issue.record("\(error.message)")
        }
        let defaults = try ConfigValue(encoding: GatewaySettings())
        let shipped = ConfigSources.options(of: try ConfigValue(json5: Files.read(file)), path: [])
        for (name, option) in ConfigSources.options(of: defaults, path: []) where option.path != ["chain"] {
            #expect(shipped[name]?.fallback == option.fallback, "\(option.path.joined(separator: "."))")
        }
    }

    @Test func theShippedChainTakesTwoMoreStoresOfOneKind() throws {
        let shipped = try ConfigValue(json5: read("config/footfall.json5"))
        guard case .table(let options) = shipped, case .list(let chain)? = options["chain"] else {
            Issue.record("config/footfall.json5 has no chain")
            return
        }
        let files = ["{ plugin: 'file' }", "{ plugin: 'file', id: 'archive', settings: { compress: 'zstd' } }"]
        let plan = try ChainPlan(chain + files.map { try ConfigValue(json5: $0) }, catalog: catalog)
        #expect(plan.steps.suffix(3).map(\.id) == ["postgres", "file", "archive"])
    }

    @Test func everyOptionHasAMeaning() throws {
        let options = ConfigSources.options(of: try ConfigValue(encoding: GatewaySettings()), path: [])
        #expect(
            Set(options.values.map { $0.path.joined(separator: ".") }) == Set(GatewaySettings.meanings.map(\.path)))
    }

    @Test func theConfigurationReferenceIsWhatTheProgramPrints() throws {
        #expect(
            try read("docs/configuration.md") == ConfigReferenceCommand.text + "\n",
            "run `make docs` and commit docs/configuration.md")
    }

    /// The picture in docs/architecture.md against the manifest: a line `A → B, C` for each room.
    @Test func theArchitecturePageShowsTheManifestsArrows() throws {
        var shown: [String: Set<String>] = [:]
        for line in try read("docs/architecture.md").split(separator: "\n") where line.hasPrefix("    ") {
            let sides = line.split(separator: "→", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { continue }
            let room = sides[0].filter { $0 != " " }
            shown[String(room)] = Set(sides[1].filter { $0 != " " }.split(separator: ",").map(String.init))
        }
        let manifest = Manifest(try read("Package.swift"))
        #expect(Set(shown.keys) == Set(manifest.rooms.keys))
        for (room, uses) in manifest.rooms.sorted(by: { $0.key < $1.key }) {
            #expect(shown[room, default: []] == uses, "the arrows of \(room)")
        }
    }

    /// Arrows only point down: no room is above itself, and nobody below the program imports a page.
    @Test func noArrowPointsUp() throws {
        let rooms = Manifest(try read("Package.swift")).rooms
        func below(_ room: String, _ path: [String]) -> Set<String> {
            if path.contains(room) {
                Issue.record("a circle: \((path + [room]).joined(separator: " → "))")
                return []
            }
            return rooms[room, default: []].reduce(into: rooms[room, default: []]) {
                $0.formUnion(below($1, path + [room]))
            }
        }
        for room in rooms.keys { _ = below(room, []) }
        #expect(below("EventModel", []).isEmpty)
        #expect(below("PluginAPI", []).isSubset(of: ["EventModel", "Configuration", "Platform", "CSystem"]))
        #expect(below("Collect", []).isDisjoint(with: ["Database", "Cache", "Reports", "Dashboard", "Accounts"]))
    }

    @Test func onlyAWrapperRoomImportsItsCLibrary() throws {
        let wrappers = [
            "CFastCGI": "FastCGI", "CPostgres": "Database", "CHiredis": "Cache", "CSodium": "Cryptography",
            "CSystem": "Platform", "CZlib": "Compression", "CZstd": "Compression", "COath": "OneTimePassword",
            "CQRencode": "QRCode",
        ]
        for (room, uses) in Manifest(try read("Package.swift")).rooms {
            for library in uses where library.hasPrefix("C") && wrappers[library] != nil {
                #expect(wrappers[library] == room, "\(room) imports \(library)")
            }
        }
    }

    @Test func theInstallationsNameHasNoPassword() throws {
        var configuration = try GatewayConfiguration.load(
            file: "\(repositoryFolder)/config/footfall.json5",
            environment: ["FOOTFALL_DATABASE_URL": "postgresql://a:first@db.example/footfall"])
        let first = configuration.installation
        configuration.settings.database.url = "postgresql://a:second@db.example/footfall"
        #expect(configuration.installation == first)
        configuration.settings.database.url = "postgresql://a:second@db.example/other"
        #expect(configuration.installation != first)
    }
}

/// The rooms of Package.swift and what each uses, read from its lines `room("NAME", uses: […])`.
private struct Manifest {
    var rooms: [String: Set<String>] = [:]

    init(_ text: String) {
        var rest = Substring(text)
        while let start = rest.firstRange(of: "room(") {
            rest = rest[start.upperBound...]
            var call = rest.prefix { $0 != ")" }
            // The definition of `room` itself has no quoted name.
            guard let name = Manifest.quoted(&call) else { continue }
            let uses = call.firstRange(of: "uses: [").map { call[$0.upperBound...].prefix { $0 != "]" } } ?? ""
            var list = uses
            var names: Set<String> = []
            while let name = Manifest.quoted(&list) { names.insert(name) }
            rooms[name] = names
        }
    }

    private static func quoted(_ text: inout Substring) -> String? {
        guard let start = text.firstIndex(of: "\"") else { return nil }
        let name = text[text.index(after: start)...].prefix { $0 != "\"" }
        guard name.endIndex < text.endIndex, !name.contains(" ") else { return nil }
        text = text[text.index(after: name.endIndex)...]
        return String(name)
    }
}
