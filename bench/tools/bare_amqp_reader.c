/* A receiver of AMQP on librabbitmq, one connection and exclusive queue each: what a delivery costs in C.
 *
 *     bare_amqp_reader PORT EXCHANGE CONNECTIONS
 *
 * Says so when all are open.  Then it answers each line on its standard input with the deliveries so far, and
 * ends with it.  What it says are the messages of generator_messages.py.  As a load process does, it waits
 * for all sockets at once and looks at the clock for each delivery.
 */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define MOST 1000

static void check(int good, const char *what) {
    if (!good) {
        fprintf(stderr, "%s failed\n", what);
        exit(1);
    }
}

static void must(amqp_rpc_reply_t reply, const char *what) {
    check(reply.reply_type == AMQP_RESPONSE_NORMAL, what);
}

static amqp_connection_state_t consuming(int port, const char *exchange) {
    amqp_connection_state_t made = amqp_new_connection();
    amqp_socket_t *sock = amqp_tcp_socket_new(made);
    check(sock && amqp_socket_open(sock, "127.0.0.1", port) == AMQP_STATUS_OK, "connect");
    must(amqp_login(made, "/", 1, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "login");
    amqp_channel_open(made, 1);
    must(amqp_get_rpc_reply(made), "channel");
    amqp_queue_declare_ok_t *queue =
        amqp_queue_declare(made, 1, amqp_empty_bytes, 0, 0, 1, 0, amqp_empty_table);
    must(amqp_get_rpc_reply(made), "queue");
    amqp_bytes_t name = amqp_bytes_malloc_dup(queue->queue);
    amqp_queue_bind(made, 1, name, amqp_cstring_bytes(exchange), amqp_empty_bytes, amqp_empty_table);
    must(amqp_get_rpc_reply(made), "bind");
    amqp_basic_consume(made, 1, name, amqp_cstring_bytes("c"), 0, 1, 0, amqp_empty_table);
    must(amqp_get_rpc_reply(made), "consume");
    amqp_bytes_free(name);
    return made;
}

static uint64_t last_ns;

static long take_all(amqp_connection_state_t from) {
    long taken = 0;
    struct timeval none = {0, 0};
    do {
        amqp_envelope_t envelope;
        struct timespec now;
        amqp_maybe_release_buffers(from);
        amqp_rpc_reply_t reply = amqp_consume_message(from, &envelope, &none, 0);
        if (reply.reply_type != AMQP_RESPONSE_NORMAL) {
            check(reply.library_error == AMQP_STATUS_TIMEOUT, "consume");
            break;
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        last_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
        amqp_destroy_envelope(&envelope);
        taken++;
    } while (amqp_frames_enqueued(from) || amqp_data_in_buffer(from));
    return taken;
}

int main(int argc, char **argv) {
    check(argc == 4 && atoi(argv[3]) > 0 && atoi(argv[3]) <= MOST, "PORT EXCHANGE CONNECTIONS");
    static amqp_connection_state_t connections[MOST];
    static struct epoll_event ready[MOST];
    int count = atoi(argv[3]), all = epoll_create1(0);
    struct epoll_event in = {.events = EPOLLIN, .data.u32 = MOST};
    check(epoll_ctl(all, EPOLL_CTL_ADD, 0, &in) == 0, "epoll");
    for (int i = 0; i < count; i++) {
        connections[i] = consuming(atoi(argv[1]), argv[2]);
        in.data.u32 = i;
        check(epoll_ctl(all, EPOLL_CTL_ADD, amqp_get_sockfd(connections[i]), &in) == 0, "epoll");
    }
    printf("{\"type\":\"bare_ready\"}\n");
    fflush(stdout);
    for (long taken = 0;;) {
        int found = epoll_wait(all, ready, MOST, -1);
        for (int i = 0; i < found; i++) {
            if (ready[i].data.u32 < MOST) {
                taken += take_all(connections[ready[i].data.u32]);
                continue;
            }
            char line[256];
            if (read(0, line, sizeof line) <= 0)
                return last_ns == 0;
            printf("{\"type\":\"bare_count\",\"deliveries\":%ld}\n", taken);
            fflush(stdout);
        }
    }
}
