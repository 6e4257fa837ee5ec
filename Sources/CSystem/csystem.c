#define _GNU_SOURCE
#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef RAMFS_MAGIC
#define RAMFS_MAGIC 0x858458f6
#endif

int csystem_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

int csystem_forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void csystem_yield_to_others(void) {
    setpriority(PRIO_PROCESS, (id_t)gettid(), 10);
}

void csystem_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

char **csystem_environment(void) { return environ; }

void csystem_tune_allocator(void) {
    mallopt(M_MXFAST, 0);
    mallopt(M_ARENA_MAX, 8);
}

static int unix_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

static int close_keeping_errno(int descriptor) {
    int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

int csystem_listen_unix(const char *path, mode_t mode, int backlog) {
    struct sockaddr_un address;
    if (unix_address(path, &address) != 0) return -1;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -1;
    // fchmod before bind decides the mode of the socket file on Linux, so that there is no moment in which it is
    // wider than asked for; umask would be process-wide.
    if (fchmod(listener, mode) != 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, mode) != 0 || listen(listener, backlog) != 0)
        return close_keeping_errno(listener);
    return listener;
}

static void set_timeouts(int descriptor, int timeout_ms) {
    struct timeval limit = {timeout_ms / 1000, (timeout_ms % 1000) * 1000};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int csystem_connect_unix(const char *path, int timeout_ms) {
    struct sockaddr_un address;
    if (unix_address(path, &address) != 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    set_timeouts(descriptor, timeout_ms);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) return close_keeping_errno(descriptor);
    return descriptor;
}

bool csystem_unix_socket_is_live(const char *path) {
    int descriptor = csystem_connect_unix(path, 1000);
    if (descriptor < 0) return false;
    close(descriptor);
    return true;
}

int csystem_accept(int listener, int timeout_ms) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor >= 0) set_timeouts(descriptor, timeout_ms);
    return descriptor;
}

bool csystem_is_memory_backed(const char *path) {
    struct statfs filesystem;
    if (statfs(path, &filesystem) != 0) return false;
    return filesystem.f_type == TMPFS_MAGIC || (unsigned long)filesystem.f_type == RAMFS_MAGIC;
}

int csystem_epoll_control(int set, int operation, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(set, operation, descriptor, &event);
}

int csystem_epoll_wait(int set, uint32_t *events, uint64_t *data, int timeout_ms) {
    struct epoll_event event;
    int count = epoll_wait(set, &event, 1, timeout_ms);
    if (count == 1) {
        *events = event.events;
        *data = event.data.u64;
    }
    return count;
}

// ---- CRC32C (Castagnoli, reflected polynomial 0x82f63b78; RFC 3720 appendix B.4) ---------------------------------------

static uint32_t crc32c_table[256];

__attribute__((constructor)) static void fill_crc32c_table(void) {
    for (uint32_t index = 0; index < 256; index++) {
        uint32_t value = index;
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ 0x82f63b78u : value >> 1;
        crc32c_table[index] = value;
    }
}

static uint32_t crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count) {
    while (count-- > 0) crc = crc32c_table[(crc ^ *bytes++) & 0xff] ^ crc >> 8;
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_hardware(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t wide = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    while (count-- > 0) crc = __builtin_ia32_crc32qi(crc, *bytes++);
    return crc;
}
#endif

uint32_t csystem_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~crc32c_hardware(~crc, bytes, count);
#endif
    return ~crc32c_portable(~crc, bytes, count);
}

uint32_t csystem_crc32c_portable(uint32_t crc, const uint8_t *bytes, size_t count) {
    return ~crc32c_portable(~crc, bytes, count);
}

int64_t csystem_free_bytes(const char *path) {
    struct statfs filesystem;
    if (statfs(path, &filesystem) != 0) return -1;
    return (int64_t)filesystem.f_bavail * (int64_t)filesystem.f_bsize;
}

int csystem_open_file(const char *path, bool create) {
    return open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
}
