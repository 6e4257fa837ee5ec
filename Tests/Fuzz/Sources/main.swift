import CFuzzer
import Glibc
import Platform

// fuzz TARGET seeds FOLDER      writes small inputs to begin with
// fuzz TARGET [libFuzzer's arguments]
//
// `tools/fuzz` calls it. What a target promises is said in its file; a broken promise ends the program, and libFuzzer
// keeps the input.

let targets: [any FuzzTarget.Type] = [
    JournalTarget.self, CodecTarget.self, BeaconTarget.self, TextTarget.self, GzipTarget.self, URLTarget.self,
    PIITarget.self, UserAgentTarget.self, BotTarget.self, TokenTarget.self,
]

guard CommandLine.arguments.count > 1, let target = targets.first(where: { $0.name == CommandLine.arguments[1] }) else {
    print(targets.map { $0.name }.joined(separator: "\n"))
    exit(CommandLine.arguments.count > 1 ? 2 : 0)
}

if CommandLine.arguments.count == 4, CommandLine.arguments[2] == "seeds" {
    for (number, seed) in target.seeds().enumerated() {
        let file = try DiskFile("\(CommandLine.arguments[3])/seed-\(number)", create: true)
        try file.write(seed, at: 0)
        try file.truncate(seed.count)
    }
    exit(0)
}

/// libFuzzer takes a function that captures nothing.
nonisolated(unsafe) let run: ([UInt8]) -> Void = target.run

/// The arguments without the target's name. libFuzzer keeps the pointers for as long as it runs.
unsafe CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
var count = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv + 1
exit(
    unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        unsafe run(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
    })
