// Shows ThreadSanitizer the locks of Swift's Mutex (`tools/test thread`; nothing of it is in the product).
//
// The quick ways of a Mutex stand in the code that uses it and are seen there: atomic exchanges with an order. When two
// threads meet, however, both end up in libswiftSynchronization and in the kernel (FUTEX_LOCK_PI), where nothing is
// instrumented: whatever the lock guards looked like a race. These two functions stand in front of the library's, and
// tell of the lock before it is given up and after it has been taken.
//
// Nothing is silenced: without the lock nothing is told, and the race is reported. Names and calling convention are part
// of the library's stable interface (`_MutexHandle` in Synchronization.swiftinterface); should they change, these are
// never called, and the tests fail by races in what a Mutex guards.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> ()
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
// Synchronization._MutexHandle._unlockSlow() -> ()
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void Lock(uint32_t thread, SELF void *handle);
typedef SWIFT void Unlock(SELF void *handle);

// The library's own function, kept in `place`: looking it up twice does no harm.
static void *real(const char *name, _Atomic(void *) *place) {
    void *found = *place;
    if (!found) {
        found = dlsym(RTLD_NEXT, name);
        if (!found) abort();
        *place = found;
    }
    return found;
}

Lock lock __asm__(LOCK);
SWIFT void lock(uint32_t thread, SELF void *handle) {
    static _Atomic(void *) place;
    ((Lock *)real(LOCK, &place))(thread, handle);
    __tsan_acquire(handle);
}

Unlock unlock __asm__(UNLOCK);
SWIFT void unlock(SELF void *handle) {
    static _Atomic(void *) place;
    __tsan_release(handle);
    ((Unlock *)real(UNLOCK, &place))(handle);
}
