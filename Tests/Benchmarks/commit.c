// One thread commits for all: it takes what has gathered while the disk was busy, writes it with one pwrite, waits for
// one fdatasync, and then answers every request in it. Requests wait parked and hold no thread.
#define _GNU_SOURCE
#include "commit.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 4 << 20, PARKED = 8192 };
static const off_t file_size = 64 << 20;

struct buffer {
    char *bytes;
    size_t used, count;
    FCGX_Request *parked[PARKED];
};

static struct buffer buffers[2], *gathering = &buffers[0];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, swapped = PTHREAD_COND_INITIALIZER;
static int file;
static void (*answer)(FCGX_Request *);

// A floor whose disk fails measures nothing.
static void give_up(const char *what) {
    perror(what);
    _exit(70);
}

static void write_all(const char *bytes, size_t length, off_t offset) {
    while (length > 0) {
        ssize_t written = pwrite(file, bytes, length, offset);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) give_up("pwrite");
        bytes += written, offset += written, length -= (size_t)written;
    }
}

static void *commit_for_ever(void *unused) {
    (void)unused;
    off_t offset = 0;
    for (;;) {
        pthread_mutex_lock(&lock);
        while (gathering->count == 0) pthread_cond_wait(&filled, &lock);
        struct buffer *full = gathering;
        gathering = full == &buffers[0] ? &buffers[1] : &buffers[0];
        pthread_cond_broadcast(&swapped);
        pthread_mutex_unlock(&lock);

        // Round and round in the same blocks, as a journal does that recycles its segments.
        if (offset + (off_t)full->used > file_size) offset = 0;
        write_all(full->bytes, full->used, offset);
        offset += (off_t)full->used;
        if (fdatasync(file) != 0) give_up("fdatasync");
        for (size_t index = 0; index < full->count; index++) answer(full->parked[index]);
        full->used = full->count = 0;
    }
    return NULL;
}

int commit_start(const char *path, void (*call)(FCGX_Request *)) {
    answer = call;
    for (int index = 0; index < 2; index++)
        if ((buffers[index].bytes = calloc(1, ROOM)) == NULL) return -1;
    file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return -1;
    // Blocks that were never written would cost each fdatasync a transaction of the file system.
    for (off_t offset = 0; offset < file_size; offset += ROOM) write_all(buffers[0].bytes, ROOM, offset);
    if (fsync(file) != 0) return -1;
    pthread_t thread;
    return (errno = pthread_create(&thread, NULL, commit_for_ever, NULL)) == 0 ? 0 : -1;
}

void commit(FCGX_Request *request, const char *body, size_t length) {
    uint32_t size = (uint32_t)length;
    pthread_mutex_lock(&lock);
    while (gathering->count == PARKED || gathering->used + sizeof size + length > ROOM) pthread_cond_wait(&swapped, &lock);
    memcpy(gathering->bytes + gathering->used, &size, sizeof size);
    memcpy(gathering->bytes + gathering->used + sizeof size, body, length);
    gathering->used += sizeof size + length;
    gathering->parked[gathering->count++] = request;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
}
