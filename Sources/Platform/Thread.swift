import CSystem
import Glibc
import Synchronization

/// A POSIX thread of our own. Calls that block (libfcgi, libpq, hiredis, sleeping) belong on such threads and never
/// in Swift's cooperative pool, which has only as many as there are cores.
public final class Thread: Sendable {
    private let handle: Mutex<pthread_t?>

    /// Starts a thread. Throws `PlatformError` when the system has none left.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H`, cut to 15 bytes.
    ///   - stackSize: bytes; the default suits code without deep recursion.
    public init(name: String, stackSize: Int = 512 * 1024, body: @escaping @Sendable () -> Void) throws(PlatformError) {
        let start = Start(name: name, body: body)
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, stackSize)
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(start)
        let result = unsafe pthread_create(
            &thread, &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                unsafe csystem_name_thread(String(start.name.prefix(15)))
                start.body()
                return nil
            }, context.toOpaque())
        unsafe pthread_attr_destroy(&attributes)
        guard result == 0 else {
            unsafe context.release()
            throw PlatformError(call: "pthread_create", code: result)
        }
        handle = Mutex(thread)
    }

    /// Waits until the thread has ended. Later calls return at once.
    public func join() {
        let thread = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let thread { _ = pthread_join(thread, nil) }
    }

    /// A thread for which nobody waits gives back its stack when it ends.
    deinit {
        if let thread = handle.withLock({ $0 }) { _ = pthread_detach(thread) }
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

extension Thread {
    /// Lets other threads have the processor before the calling one: for work that can wait beside work that cannot.
    public static func yieldToOthers() {
        csystem_yield_to_others()
    }
}

/// A system call that failed.
public struct PlatformError: Error, Sendable, CustomStringConvertible {
    /// The call's name.
    public var call: String
    /// The call's `errno`.
    public var code: Int32

    /// A failed call.
    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// `bind: Address already in use`.
    public var description: String {
        "\(call): \(unsafe String(cString: strerror(code)))"
    }
}
