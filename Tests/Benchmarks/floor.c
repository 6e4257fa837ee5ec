// The two floors under every measurement: a FastCGI responder over libfcgi and the same kind of dispatcher as ours (epoll,
// one-shot, a few threads, connections kept), which reads each request to its end, does nothing, and answers 204. With a
// FILE it writes each body there first, and answers when the disk has it (commit.c).
//
//   floor SOCKET THREADS [FILE]
//
// Whatever the gateway costs beyond this, it spends on its own work.
#define _GNU_SOURCE
#include "commit.h"
#include <errno.h>
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { LARGEST_BODY = 1 << 20 };
static int set, listener, commits;

static void watch(int operation, int descriptor, void *data) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, .data.ptr = data};
    epoll_ctl(set, operation, descriptor, &event);
}

static void accept_one(void) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    struct timeval limit = {5, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    FCGX_Request *request = calloc(1, sizeof *request);
    FCGX_InitRequest(request, -1, 0);
    request->ipcFd = descriptor;
    request->keepConnection = 1;
    watch(EPOLL_CTL_ADD, descriptor, request);
}

static void answer(FCGX_Request *request) {
    static const char text[] = "Status: 204 No Content\r\n\r\n";
    FCGX_PutStr(text, sizeof text - 1, request->out);
    FCGX_Finish_r(request);
    if (request->ipcFd >= 0)
        watch(EPOLL_CTL_MOD, request->ipcFd, request);
    else
        free(request);
}

// The body in the thread's own buffer; what is beyond the largest is read and forgotten.
static size_t read_body(FCGX_Request *request, char *body) {
    char rest[16384];
    size_t length = 0;
    int count;
    while (length < LARGEST_BODY && (count = FCGX_GetStr(body + length, (int)(LARGEST_BODY - length), request->in)) > 0)
        length += (size_t)count;
    while (FCGX_GetStr(rest, sizeof rest, request->in) > 0) {
    }
    return length;
}

static void serve(FCGX_Request *request, char *body) {
    if (FCGX_Accept_r(request) < 0) {
        free(request);
        return;
    }
    size_t length = read_body(request, body);
    if (commits)
        commit(request, body, length);
    else
        answer(request);
}

static void *work(void *unused) {
    (void)unused;
    char *body = malloc(LARGEST_BODY);
    struct epoll_event event;
    while (body != NULL) {
        if (epoll_wait(set, &event, 1, -1) != 1) continue;
        if (event.data.ptr == NULL)
            accept_one();
        else
            serve(event.data.ptr, body);
    }
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 3 && count != 4) {
        fprintf(stderr, "usage: floor SOCKET THREADS [FILE]\n");
        return 64;
    }
    signal(SIGPIPE, SIG_IGN);
    commits = count == 4;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
    unlink(arguments[1]);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        perror("listen");
        return 70;
    }
    chmod(arguments[1], 0660);
    FCGX_Init();
    // FCGX_Init catches SIGTERM only to set a flag that this loop does not look at.
    signal(SIGTERM, SIG_DFL);
    if (commits && commit_start(arguments[3], answer) != 0) {
        perror(arguments[3]);
        return 70;
    }
    set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    pthread_t thread;
    for (int number = atoi(arguments[2]); number > 0; number--) pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    return 0;
}
