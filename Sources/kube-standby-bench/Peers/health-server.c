// A server that answers every request of every connection at once: `health-server PORT`, on all addresses; to connections
// to 127.2.0.0/16 it never answers.
// One thread, one epoll; what it costs is the same for everybody who probes it.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/plain\r\n\r\nok\n";

static int is_silent(int client) {
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    return !getsockname(client, (struct sockaddr *)&own, &size) && ntohl(own.sin_addr.s_addr) >> 16 == (127 << 8 | 2);
}

static void serve(int client) {
    char request[4096];
    ssize_t count = read(client, request, sizeof request);
    if (count > 0) {
        if (is_silent(client) || write(client, answer, sizeof answer - 1) > 0) return;
    } else if (count < 0 && errno == EAGAIN) {
        return;
    }
    close(client);
}

int main(int argc, char **argv) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 8080)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("health-server");
        return 2;
    }
    int queue = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event ready[256];
        int count = epoll_wait(queue, ready, 256, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd != listener) {
                serve(ready[i].data.fd);
                continue;
            }
            int client;
            while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                event.data.fd = client;
                epoll_ctl(queue, EPOLL_CTL_ADD, client, &event);
            }
        }
    }
}
