// A generator of load beside wrk, for what wrk cannot do: requests at a constant rate, whose latency counts from the moment
// at which each was due, so that a server that stalls cannot hide it by slowing its clients down (wrk waits for an answer
// before it asks again; h2load has a rate, but only one body); and batches for /api/v1/events. It sends what beacon.lua
// sends.
//
//   load [-c connections] [-s seconds | -n requests] [-r requests a second] [-b events a batch -k key] PORT AGENTS RUN
//
// AGENTS is the file of the browsers, RUN eight hexadecimal digits that no other run has. Prints `name value` lines,
// latencies in microseconds. Fails when an answer is no 2xx, or does not come for ten seconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { VISITORS = 1000, PAGES = 2000, LONGEST = 10000000, ROOM = 1 << 20, ANSWER = 1 << 16 };

struct connection {
    int descriptor;
    int64_t due;  // of the request under way, in nanoseconds
    char *request;
    size_t length, sent;
    char answer[ANSWER];
    size_t received;
};

static struct {
    int port, connections, batch;
    double seconds, rate;
    int64_t requests;
    const char *run, *key;
} options = {.connections = 64, .seconds = 5};

static char agents[64][512], addresses[VISITORS][20];
static int agent_count, set;
static int64_t begun, answered, accepted, last_answer;
static uint32_t *histogram;  // answers by microseconds

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static uint32_t random_below(uint32_t limit) {
    static uint64_t state = 0x9e3779b97f4a7c15;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)((state >> 32) * limit >> 32);
}

// ---- what is sent ----------------------------------------------------------------------------------------------------

static void read_agents(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) fail("cannot read %s", path);
    while (agent_count < 64 && fgets(agents[agent_count], sizeof agents[0], file) != NULL) {
        agents[agent_count][strcspn(agents[agent_count], "\n")] = 0;
        if (agents[agent_count][0] != 0) agent_count++;
    }
    fclose(file);
    if (agent_count == 0) fail("%s names no browser", path);
    // The block that RFC 2544 keeps for benchmarks.
    for (int index = 0; index < VISITORS; index++)
        snprintf(addresses[index], sizeof addresses[0], "198.18.%d.%d", index / 250, index % 250 + 1);
}

// Writes an event; in a batch the key says which site, and the event who the visitor was.
static size_t write_event(char *at, size_t room, uint32_t visitor) {
    static const char *referrers[] = {
        "", "", "", "https://www.google.com/", "https://duckduckgo.com/", "https://news.ycombinator.com/item?id=4711",
        "https://blog.example.org/a-post-about-cups", "https://t.co/abcdef",
    };
    static uint64_t counter;
    uint32_t page = random_below(PAGES) + 1;
    int length = snprintf(
        at, room,
        "{%s\"n\":\"pageview\",\"u\":\"http://localhost/section-%u/page-%u?utm_source=mail&session=%u\",\"r\":\"%s\","
        "\"t\":\"Page number %u of the shop\",\"w\":%u,\"i\":\"%s%08x%016llx\",\"ts\":%lld000",
        options.batch ? "" : "\"s\":\"demo\",", page % 40, page, random_below(1000000), referrers[random_below(8)], page,
        361 + random_below(1600), options.run, random_below(UINT32_MAX), (unsigned long long)counter++,
        (long long)time(NULL));
    if (options.batch)
        length += snprintf(at + length, room - (size_t)length, ",\"address\":\"%s\",\"user_agent\":\"%s\"",
            addresses[visitor], agents[visitor % (uint32_t)agent_count]);
    length += snprintf(at + length, room - (size_t)length, "}\n");
    return (size_t)length;
}

static void write_beacon(struct connection *connection) {
    char body[2048];
    uint32_t visitor = random_below(VISITORS);
    size_t length = write_event(body, sizeof body, visitor) - 1;
    connection->length = (size_t)snprintf(
        connection->request, ROOM,
        "POST /e HTTP/1.1\r\nHost: localhost\r\nUser-Agent: %s\r\nX-Bench-Address: %s\r\n"
        "Content-Type: text/plain;charset=UTF-8\r\nAccept-Language: de-AT,de;q=0.9,en;q=0.8\r\nAccept: */*\r\n"
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: empty\r\nOrigin: http://localhost\r\n"
        "Referer: http://localhost/section\r\nContent-Length: %zu\r\n\r\n%.*s",
        agents[visitor % (uint32_t)agent_count], addresses[visitor], length, (int)length, body);
}

// One event a line (NDJSON).
static void write_batch(struct connection *connection) {
    static char body[ROOM - 4096];
    size_t length = 0;
    for (int count = options.batch; count > 0; count--)
        length += write_event(body + length, sizeof body - length, random_below(VISITORS));
    int head = snprintf(
        connection->request, ROOM,
        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nUser-Agent: shop/1.0\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/x-ndjson\r\nContent-Length: %zu\r\n\r\n",
        options.key, length);
    memcpy(connection->request + head, body, length);
    connection->length = (size_t)head + length;
}

// ---- connections -----------------------------------------------------------------------------------------------------

static void watch(struct connection *connection, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    epoll_ctl(set, EPOLL_CTL_MOD, connection->descriptor, &event);
}

static void open_connection(struct connection *connection) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1;
    connection->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(connection->descriptor, (struct sockaddr *)&address, sizeof address) != 0)
        fail("cannot connect to port %d: %s", options.port, strerror(errno));
    setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(set, EPOLL_CTL_ADD, connection->descriptor, &event);
}

static void send_rest(struct connection *connection) {
    while (connection->sent < connection->length) {
        ssize_t count = send(connection->descriptor, connection->request + connection->sent,
            connection->length - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) return watch(connection, EPOLLIN | EPOLLOUT);
        if (count < 0) fail("cannot send: %s", strerror(errno));
        connection->sent += (size_t)count;
        if (connection->sent == connection->length && count < (ssize_t)connection->length) watch(connection, EPOLLIN);
    }
}

static void ask(struct connection *connection, int64_t due) {
    connection->due = due;
    connection->sent = connection->received = 0;
    if (options.batch)
        write_batch(connection);
    else
        write_beacon(connection);
    send_rest(connection);
}

// Whether the answer is there to its end: without a body, with a Content-Length, or in chunks.
static int is_whole(const char *answer, size_t length) {
    const char *end = strstr(answer, "\r\n\r\n"), *field;
    if (end == NULL) return 0;
    if (strncmp(answer + 9, "204", 3) == 0) return 1;
    if ((field = strcasestr(answer, "\r\nContent-Length:")) != NULL && field < end)
        return length >= (size_t)(end + 4 - answer) + strtoul(field + 17, NULL, 10);
    return length >= 5 && strcmp(answer + length - 5, "0\r\n\r\n") == 0 && answer + length - 5 > end;
}

// Reads what has come; 1 when the answer is complete.
static int read_answer(struct connection *connection) {
    ssize_t count = recv(connection->descriptor, connection->answer + connection->received,
        sizeof connection->answer - 1 - connection->received, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return 0;
    if (count <= 0) fail("the connection was closed under a request: %s", count < 0 ? strerror(errno) : "end");
    connection->received += (size_t)count;
    connection->answer[connection->received] = 0;
    if (!is_whole(connection->answer, connection->received)) {
        if (connection->received == sizeof connection->answer - 1) fail("an answer is too long");
        return 0;
    }
    if (strncmp(connection->answer + 9, "2", 1) != 0) fail("refused: %.400s", connection->answer);
    return 1;
}

static void note(struct connection *connection) {
    int64_t microseconds = ((last_answer = now()) - connection->due) / 1000;
    histogram[microseconds < LONGEST ? microseconds : LONGEST - 1]++;
    answered++;
    const char *field = options.batch ? strstr(connection->answer, "\"accepted\":") : NULL;
    accepted += options.batch ? (field != NULL ? atoll(field + 11) : 0) : 1;
    // nginx ends a connection after a thousand requests (keepalive_requests).
    if (strcasestr(connection->answer, "\r\nConnection: close\r\n") != NULL) {
        close(connection->descriptor);
        open_connection(connection);
    }
}

// ---- the run ---------------------------------------------------------------------------------------------------------

// When request number `index` is due: at its place in the schedule, or at once.
static int64_t due_time(int64_t index) {
    return options.rate > 0 ? begun + (int64_t)((double)index * 1e9 / options.rate) : now();
}

static int is_over(int64_t index) {
    if (options.requests > 0) return index >= options.requests;
    return (options.rate > 0 ? due_time(index) : now()) >= begun + (int64_t)(options.seconds * 1e9);
}

static void run(struct connection *connections) {
    // Those without a request under way, first in, first out.
    struct connection **idle = calloc((size_t)options.connections, sizeof *idle);
    int first = 0, idle_count = options.connections;
    struct epoll_event events[256];
    for (int index = 0; index < options.connections; index++) idle[index] = &connections[index];
    begun = last_answer = now();
    int64_t index = 0;
    for (;;) {
        int over;
        while (!(over = is_over(index)) && idle_count > 0 && due_time(index) <= now()) {
            struct connection *connection = idle[first];
            first = (first + 1) % options.connections, idle_count--;
            ask(connection, due_time(index++));
        }
        if (over && idle_count == options.connections) break;
        int64_t pause = idle_count > 0 && !over ? due_time(index) - now() : 10000000000LL;
        if (pause < 0) pause = 0;
        struct timespec limit = {pause / 1000000000, pause % 1000000000};
        int count = epoll_pwait2(set, events, 256, &limit, NULL);
        if (count == 0 && pause == 10000000000LL) fail("no answer for ten seconds");
        for (int number = 0; number < count; number++) {
            struct connection *connection = events[number].data.ptr;
            if (connection->sent < connection->length) send_rest(connection);
            if (!(events[number].events & ~(uint32_t)EPOLLOUT) || !read_answer(connection)) continue;
            note(connection);
            idle[(first + idle_count++) % options.connections] = connection;
        }
    }
}

static int percentile(double share) {
    int64_t wanted = (int64_t)((double)answered * share), seen = 0;
    for (int index = 0; index < LONGEST; index++)
        if ((seen += histogram[index]) > wanted || seen == answered) return index;
    return LONGEST;
}

static void read_options(int count, char **arguments) {
    int letter;
    while ((letter = getopt(count, arguments, "c:s:n:r:b:k:")) != -1) switch (letter) {
            case 'c': options.connections = atoi(optarg); break;
            case 's': options.seconds = atof(optarg); break;
            case 'n': options.requests = atoll(optarg); break;
            case 'r': options.rate = atof(optarg); break;
            case 'b': options.batch = atoi(optarg); break;
            case 'k': options.key = optarg; break;
            default: exit(64);
        }
    int is_sound = count - optind == 3 && options.connections > 0 && options.batch >= 0 && options.batch <= 1000;
    if (!is_sound || (options.batch > 0) != (options.key != NULL)) {
        fputs("usage: load [-c n] [-s seconds | -n requests] [-r a second] [-b batch -k key] PORT AGENTS RUN\n", stderr);
        exit(64);
    }
    options.port = atoi(arguments[optind]);
    options.run = arguments[optind + 2];
    read_agents(arguments[optind + 1]);
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    // The kernel would otherwise wake us up to 50 microseconds late, which is the time between two requests.
    prctl(PR_SET_TIMERSLACK, 1UL);
    set = epoll_create1(EPOLL_CLOEXEC);
    histogram = calloc(LONGEST, sizeof *histogram);
    struct connection *connections = calloc((size_t)options.connections, sizeof *connections);
    if (histogram == NULL || connections == NULL) fail("out of memory");
    for (int index = 0; index < options.connections; index++) {
        if ((connections[index].request = malloc(ROOM)) == NULL) fail("out of memory");
        open_connection(&connections[index]);
    }
    run(connections);
    if (answered == 0) fail("nothing was sent");
    double seconds = (double)(last_answer - begun) / 1e9;
    printf("requests %lld\nevents %lld\nseconds %.3f\nrequests_per_second %.1f\nevents_per_second %.1f\n",
        (long long)answered, (long long)accepted, seconds, (double)answered / seconds, (double)accepted / seconds);
    int longest = LONGEST - 1;
    while (longest > 0 && histogram[longest] == 0) longest--;
    printf("p50 %d\np90 %d\np99 %d\np999 %d\nmax %d\n", percentile(0.50), percentile(0.90), percentile(0.99),
        percentile(0.999), longest);
    return 0;
}
