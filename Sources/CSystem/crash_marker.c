#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "csystem.h"

enum { slot_count = 512, marker_size = slot_count * (int)sizeof(struct csystem_crash_slot) };

static struct csystem_crash_slot *slots;
static atomic_int taken;
static _Thread_local struct csystem_crash_slot *own;

// A trap cannot be caught in Swift. What can be done is to leave a mark in memory that outlives the process, from the
// signal's handler, and then to die as one would have.
static void mark(int number) {
    if (own != NULL && own->state == csystem_crash_busy) own->state = csystem_crash_crashed;
    signal(number, SIG_DFL);
    raise(number);
}

struct csystem_crash_slot *csystem_crash_marker_open(const char *path, int *count) {
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return NULL;
    void *memory = MAP_FAILED;
    // Its blocks first: on a full disk, writing to a hole of a mapped file would end the process.
    int refusal = posix_fallocate(file, 0, marker_size);
    if (refusal != 0)
        errno = refusal;
    else
        memory = mmap(NULL, marker_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int reason = errno;
    close(file);
    errno = reason;
    if (memory == MAP_FAILED) return NULL;
    slots = memory;
    *count = slot_count;
    return slots;
}

void csystem_crash_marker_watch(void) {
    struct sigaction action = {.sa_handler = mark, .sa_flags = SA_ONSTACK | SA_NODEFER};
    const int traps[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
    for (size_t index = 0; index < sizeof traps / sizeof *traps; index++) sigaction(traps[index], &action, NULL);
}

// The thread's own slot, and a stack for the handler: an overflow of the usual one is a trap as well.
static struct csystem_crash_slot *claim(void) {
    int number = atomic_fetch_add(&taken, 1);
    if (slots == NULL || number >= slot_count) return NULL;
    stack_t stack = {.ss_size = 32 * 1024};
    stack.ss_sp = malloc(stack.ss_size);
    if (stack.ss_sp != NULL) sigaltstack(&stack, NULL);
    return slots + number;
}

void csystem_crash_marker_enter(uint64_t hash) {
    if (own == NULL && (own = claim()) == NULL) return;
    own->hash = hash;
    own->step = 0;
    own->state = csystem_crash_busy;
}

void csystem_crash_marker_step(uint32_t step) {
    if (own != NULL) own->step = step;
}

void csystem_crash_marker_leave(void) {
    if (own != NULL) own->state = csystem_crash_idle;
}
