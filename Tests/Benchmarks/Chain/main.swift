// What each step of the chain costs an event, in nanoseconds and in allocations, without edge, journal and stores: for
// `tools/bench chain`. One thread, caches warm. Prints one line a step: id, nanoseconds, allocations; then the yardstick.
//
//     chain-bench CONFIG AGENTS [events] [rounds]
//
// Allocations are read where Tests/Benchmarks/allocations.c counts them; without it they are 0.

import Catalog
import Configuration
import Cryptography
import EventModel
import Pipeline
import Platform
import PluginAPI

let arguments = CommandLine.arguments
let number = arguments.count > 3 ? Int(arguments[3]) ?? 4000 : 4000
let rounds = arguments.count > 4 ? Int(arguments[4]) ?? 7 : 7

let tree = try ConfigValue(json5: try Files.read(arguments[1]))
guard case .table(let settings) = tree, case .list(let entries)? = settings["chain"] else {
    throw ConfigProblem(path: "chain", message: "is missing")
}
let plan = try ChainPlan(entries, catalog: catalog).withoutStores
let site = Site(id: SiteID(rawValue: 1), domain: "example.com", key: "k", hosts: ["example.com"], timeZone: "UTC")
let snapshot = SiteSnapshot(sites: [site])
var stages: [(id: String, stage: Stage)] = []
for step in plan.steps {
    var context = PluginContext(id: step.id, sites: { snapshot }, facts: plan.facts, log: Log(process: "bench"))
    context.isRehearsal = true
    let stage = try step.prepared.make(context)
    try stage.plugin.start()
    stages.append((step.id, stage))
}

let events = Example.events(number, agents: try Files.read(arguments[2]).split(separator: "\n").map(String.init))
var nanoseconds = [[Double]](repeating: [], count: stages.count)
var allocations = [Double](repeating: 0, count: stages.count)
for round in 0...rounds {
    // Each event has storage of its own, as at the edge: what a step changes in place must not cost a copy.
    var batch = events.map { Example.fresh($0) }
    for (index, entry) in stages.enumerated() {
        let before = Allocations.count()
        let started = Clock.monotonicNanoseconds()
        switch entry.stage {
        case .enricher(let plugin): for place in batch.indices { try? plugin.enrich(&batch[place]) }
        case .filter(let plugin): for place in batch.indices { _ = try? plugin.filter(&batch[place]) }
        case .store: break
        }
        let spent = Double(Clock.monotonicNanoseconds() - started) / Double(number)
        // The first round fills the caches.
        if round > 0 { nanoseconds[index].append(spent) }
        allocations[index] = Double(Allocations.count() - before) / Double(number)
    }
}
for (index, entry) in stages.enumerated() {
    print(entry.id, Int(median(nanoseconds[index])), rounded(allocations[index]))
}
print("yardstick", Int(Example.yardstick()), 0)
for entry in stages { entry.stage.plugin.stop() }

func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }

func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
