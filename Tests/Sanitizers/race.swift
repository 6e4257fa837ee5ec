import Glibc
import Synchronization

// race bare|guarded: two threads count to the same variable, without a lock or with a Mutex that each finds taken. Under
// ThreadSanitizer the one must be reported and the other must not, or its word on the tests is worth nothing.

final class Counts: @unchecked Sendable {
    var bare = 0
    let guarded = Mutex(0)
}

let counts = Counts()
let isGuarded = CommandLine.arguments.last == "guarded"

let threads = (0..<2).map { _ in
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { _ in
            for _ in 0..<2000 {
                if isGuarded {
                    counts.guarded.withLock { count in
                        count += 1
                        // Whoever is let in now finds the lock taken.
                        sched_yield()
                    }
                } else {
                    counts.bare += 1
                }
            }
            return nil
        }, nil)
    return thread
}
for thread in threads { pthread_join(thread, nil) }
