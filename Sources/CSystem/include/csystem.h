// What Glibc's module does not show to Swift, and the variadic calls that Swift cannot make.
#ifndef FOOTFALL_CSYSTEM_H
#define FOOTFALL_CSYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

/// Asks the kernel to send `signal` to this process when its parent dies. 0, or -1 with errno.
int csystem_die_with_parent(int signal);

/// Forbids core dumps and ptrace by others: they would carry addresses and user agents. 0, or -1 with errno.
int csystem_forbid_core_dumps(void);

/// Names the calling thread, at most 15 bytes.
void csystem_name_thread(const char *name);

/// Sets glibc's allocator for a process whose threads allocate and free buffers of some KiB for each request: without fast
/// bins, which it would otherwise go through whenever such a buffer is freed, and with few arenas.
void csystem_tune_allocator(void);

/// Lets other threads have the processor before the calling one (nice 10; on Linux that is a thread's own).
void csystem_yield_to_others(void);

/// The process's environment, ended by NULL.
char *_Nullable *_Nonnull csystem_environment(void);

/// A listening unix socket at `path` with `mode`, close-on-exec. The descriptor, or -1 with errno.
int csystem_listen_unix(const char *path, mode_t mode, int backlog);

/// Whether something accepts connections on the unix socket at `path`.
bool csystem_unix_socket_is_live(const char *path);

/// A connected unix stream socket with `timeout_ms` for reading and writing, or -1 with errno.
int csystem_connect_unix(const char *path, int timeout_ms);

/// accept4 with close-on-exec and `timeout_ms` for reading and writing. The descriptor, or -1 with errno.
int csystem_accept(int listener, int timeout_ms);

/// Whether the folder lies on a memory-backed filesystem (tmpfs or ramfs).
bool csystem_is_memory_backed(const char *path);

/// Registers `descriptor` in an epoll set: `operation` as of epoll_ctl, `data` comes back with the event.
int csystem_epoll_control(int set, int operation, int descriptor, uint32_t events, uint64_t data);

/// Waits for one event at the most: 1 and the event in *events and *data, 0 on time-out, -1 with errno.
int csystem_epoll_wait(int set, uint32_t *events, uint64_t *data, int timeout_ms);

/// CRC32C of `count` bytes, going on from `crc` (0 at the beginning); with the processor's instruction where it has one.
uint32_t csystem_crc32c(uint32_t crc, const uint8_t *bytes, size_t count);

/// The same by table, for processors without the instruction and for the test that compares the two.
uint32_t csystem_crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count);

/// Bytes that an ordinary user may still write on the filesystem of `path`, or -1 with errno.
int64_t csystem_free_bytes(const char *path);

/// Opens a file for reading and writing, made with mode 0600 if `create` and missing. The descriptor, or -1 with errno.
int csystem_open_file(const char *path, bool create);

/// What a thread is working on, in memory that outlives the process.
struct csystem_crash_slot {
    uint64_t hash;
    uint32_t step;
    uint32_t state;
};
enum { csystem_crash_idle = 0, csystem_crash_busy = 1, csystem_crash_crashed = 2 };

/// Maps the marker's file, made if missing. Its slots and their number, or NULL with errno.
struct csystem_crash_slot *_Nullable csystem_crash_marker_open(const char *path, int *count);

/// From now on a trap marks the slot of the thread in which it happens; the process then dies of it as before.
void csystem_crash_marker_watch(void);

/// The calling thread begins to work on the request of this hash.
void csystem_crash_marker_enter(uint64_t hash);

/// It has come to this step.
void csystem_crash_marker_step(uint32_t step);

/// It is done.
void csystem_crash_marker_leave(void);

#pragma clang assume_nonnull end

#endif
