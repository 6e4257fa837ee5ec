// What Glibc's module does not show to Swift, and the variadic calls that Swift cannot make.
#ifndef FOOTFALL_CSYSTEM_H
#define FOOTFALL_CSYSTEM_H

#include <stdbool.h>
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

#pragma clang assume_nonnull end

#endif
