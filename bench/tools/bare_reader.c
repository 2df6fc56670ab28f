/* A receiver with nothing but epoll, read and a timestamp: what a delivered event costs in C.
 *
 *     bare_reader KIND PORT CONNECTIONS PATH          KIND: event_stream or websocket
 *
 * Opens so many connections to 127.0.0.1 and asks each for PATH followed by its number.  Says so when all
 * are open.  Then it answers each line on its standard input with the deliveries so far, and ends with it.
 * What it says are the messages of generator_messages.py.
 * It knows as much of both protocols as counting needs: an event is a "data: " or a frame.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK "data: "
enum { AT_ONCE = 1024, OPENED_AT_ONCE = 100, BUFFER = 65536, LONGEST_HEAD = 14, MARK_BYTES = sizeof MARK - 1 };

struct connection {
    int fd;
    int head_bytes;          /* of a frame's head, or of a mark, that came without its rest */
    uint64_t left;           /* bytes of the frame under way that are still to come */
    uint64_t read_ns;        /* when something was last read */
    uint8_t head[LONGEST_HEAD];
};

static struct connection *connections;
static long count, taken;
static int is_websocket;
static char buffer[BUFFER];

static void check(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s failed: %s\n", what, strerror(errno));
        exit(1);
    }
}

static void count_events(struct connection *to, const char *from, size_t length) {
    const char *end = from + length;
    while (to->head_bytes && from < end) { /* the last read ended in the middle of a mark */
        to->head_bytes = *from == MARK[to->head_bytes] ? to->head_bytes + 1 : 0;
        from += to->head_bytes > 0;
        if (to->head_bytes == MARK_BYTES)
            taken++, to->head_bytes = 0;
    }
    for (const char *found; (found = memmem(from, end - from, MARK, MARK_BYTES)); from = found + MARK_BYTES)
        taken++;
    for (int most = end - from < MARK_BYTES ? end - from : MARK_BYTES - 1; most > to->head_bytes; most--)
        if (!memcmp(end - most, MARK, most))
            to->head_bytes = most;
}

/* The bytes of a frame's head where all of them are in `head`, else 0; its payload in `payload`. */
static int head_of(const uint8_t *head, int known, uint64_t *payload) {
    if (known < 2)
        return 0;
    int length = head[1] & 127, more = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (known < 2 + more)
        return 0;
    *payload = more ? 0 : length;
    for (int i = 0; i < more; i++)
        *payload = *payload << 8 | head[2 + i];
    return 2 + more;
}

static void count_frames(struct connection *to, const uint8_t *from, size_t length) {
    while (length) {
        if (to->left) {
            size_t step = to->left < length ? to->left : length;
            to->left -= step, from += step, length -= step;
            continue;
        }
        to->head[to->head_bytes++] = *from++, length--;
        if (head_of(to->head, to->head_bytes, &to->left)) {
            taken += (to->head[0] & 15) < 8;
            to->head_bytes = 0;
        }
    }
}

static void count_in(struct connection *to, const char *from, size_t length) {
    if (is_websocket)
        count_frames(to, (const uint8_t *)from, length);
    else
        count_events(to, from, length);
}

static void ask(struct connection *made, int port, const char *path, long number) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    made->fd = socket(AF_INET, SOCK_STREAM, 0);
    check(made->fd >= 0 && !connect(made->fd, (struct sockaddr *)&to, sizeof to), "connect");
    char text[512];
    int size = snprintf(text, sizeof text, "GET %s%ld HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", path, number,
                        port, is_websocket ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
                                             "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                           : "Accept: text/event-stream\r\n");
    check(size < (int)sizeof text && write(made->fd, text, size) == size, "write");
}

static void hear_head(struct connection *made) {
    size_t length = 0;
    char *end = NULL;
    while (!end) {
        ssize_t got = read(made->fd, buffer + length, BUFFER - 1 - length);
        check(got > 0, "the reply's head");
        buffer[length += got] = 0;
        end = strstr(buffer, "\r\n\r\n");
    }
    check(!strncmp(buffer + 9, is_websocket ? "101" : "200", 3), "the request");
    count_in(made, end + 4, buffer + length - end - 4);
    fcntl(made->fd, F_SETFL, O_NONBLOCK);
}

static void read_from(struct connection *from) {
    struct timespec now;
    ssize_t got = read(from->fd, buffer, BUFFER);
    clock_gettime(CLOCK_MONOTONIC, &now);
    check(got > 0 || (got < 0 && errno == EAGAIN), "read");
    if (got <= 0)
        return;
    from->read_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
    count_in(from, buffer, got);
}

int main(int argc, char **argv) {
    check(argc == 5 && (count = atol(argv[3])) > 0, "KIND PORT CONNECTIONS PATH");
    is_websocket = !strcmp(argv[1], "websocket");
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    connections = calloc(count, sizeof *connections);
    static struct epoll_event ready[AT_ONCE];
    int all = epoll_create1(0);
    struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
    check(connections && !epoll_ctl(all, EPOLL_CTL_ADD, 0, &in), "epoll");
    for (long i = 0; i < count; i++) {
        ask(&connections[i], atoi(argv[2]), argv[4], i);
        for (long first = i - i % OPENED_AT_ONCE; first <= i; first++)
            if (i == count - 1 || i % OPENED_AT_ONCE == OPENED_AT_ONCE - 1)
                hear_head(&connections[first]);
    }
    for (long i = 0; i < count; i++) {
        in.data.ptr = &connections[i];
        check(!epoll_ctl(all, EPOLL_CTL_ADD, connections[i].fd, &in), "epoll");
    }
    printf("{\"type\":\"bare_ready\"}\n");
    fflush(stdout);
    for (;;) {
        int found = epoll_wait(all, ready, AT_ONCE, -1);
        for (int i = 0; i < found; i++) {
            if (ready[i].data.ptr) {
                read_from(ready[i].data.ptr);
                continue;
            }
            if (read(0, buffer, BUFFER) <= 0)
                return 0;
            printf("{\"type\":\"bare_count\",\"deliveries\":%ld}\n", taken);
            fflush(stdout);
        }
    }
}
