// Counts the allocations of each process that is started with this library in LD_PRELOAD, in a file named after the process
// in the folder ALLOCATION_COUNTS: two numbers of 64 bits, calls and bytes asked for. Swift's runtime, static or not,
// allocates by libc's malloc, and so do libpq and libfcgi.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Until the file is there, and where it cannot be.
static uint64_t unwritten[2], *counts = unwritten;

__attribute__((constructor)) static void open_file(void) {
    const char *folder = getenv("ALLOCATION_COUNTS");
    char path[4096];
    if (folder == NULL) return;
    snprintf(path, sizeof path, "%s/%d", folder, (int)getpid());
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (ftruncate(file, sizeof unwritten) == 0) {
        void *map = mmap(NULL, sizeof unwritten, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (map != MAP_FAILED) counts = map;
    }
    close(file);
}

static void count(size_t bytes) {
    __atomic_fetch_add(&counts[0], 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&counts[1], bytes, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count(size);
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    return (*memory = memalign(alignment, size)) != NULL ? 0 : ENOMEM;
}
