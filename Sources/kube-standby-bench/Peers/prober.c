// The probe engine's design in plain C on the same libcurl with the same options, to tell what Swift adds:
// `prober new|keep TARGETS PERIOD_MS PROBES PORT`. Targets are 127.1.x.y; it ends after so many probes and prints their number.
#define _GNU_SOURCE
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { SHARD = 128, TICK = 10000000 };

typedef struct target target;
typedef struct handle {
    CURL *easy;
    target *target;
    struct handle *next;
    size_t body, headers;
} handle;

typedef struct {
    CURLM *multi;
    unsigned long deadline;
    unsigned index;
    int touched;
} shard;

struct target {
    char url[64];
    unsigned long due;
    shard *shard;
    int flying, count;
};

static int queue, keep;
static handle *idle;
static shard *shards;
static struct curl_slist *headers;
static char known[65536];

static unsigned long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000UL + time.tv_nsec;
}

static size_t body(char *bytes, size_t size, size_t count, void *context) {
    handle *handle = context;
    handle->body += count;
    return handle->body > 10240 ? 0 : count;
}

static size_t header(char *bytes, size_t size, size_t count, void *context) {
    handle *handle = context;
    handle->headers += count;
    return handle->headers > 65536 ? 0 : count;
}

static int watch(CURL *easy, curl_socket_t socket, int what, void *context, void *per_socket) {
    shard *shard = context;
    if (what == CURL_POLL_REMOVE && !keep) {
        known[socket] = 0;
        return 0;
    }
    struct epoll_event event = {.data.u64 = (unsigned long)shard->index << 32 | (unsigned)socket};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (what == CURL_POLL_REMOVE) event.events = EPOLLRDHUP;
    int first = known[socket] ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    known[socket] = 1;
    if (epoll_ctl(queue, first, socket, &event))
        epoll_ctl(queue, first == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
    return 0;
}

static int timer(CURLM *multi, long milliseconds, void *context) {
    shard *shard = context;
    shard->deadline = milliseconds < 0 ? ~0UL : now() + milliseconds * 1000000;
    return 0;
}

static handle *take(void) {
    if (idle) {
        handle *first = idle;
        idle = first->next;
        return first;
    }
    handle *new = calloc(1, sizeof *new);
    static char errors[CURL_ERROR_SIZE];
    CURL *easy = new->easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, errors);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1000L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    if (!keep) {
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 4096L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 0L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 7200L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, new);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, new);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, new);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
    return new;
}

static void begin(target *target) {
    handle *handle = take();
    handle->target = target;
    handle->body = handle->headers = 0;
    target->flying = 1;
    target->count++;
    curl_easy_setopt(handle->easy, CURLOPT_URL, target->url);
    if (keep) curl_easy_setopt(handle->easy, CURLOPT_FORBID_REUSE, (long)(target->count % 10 == 0));
    curl_multi_add_handle(target->shard->multi, handle->easy);
}

static long finish(shard *shard, unsigned long period) {
    long ended = 0;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(shard->multi, &left))) {
        handle *handle;
        long status = 0, connects = 0;
        curl_socket_t socket;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
        curl_easy_getinfo(handle->easy, CURLINFO_RESPONSE_CODE, &status);
        if (keep) {
            curl_easy_getinfo(handle->easy, CURLINFO_NUM_CONNECTS, &connects);
            curl_easy_getinfo(handle->easy, CURLINFO_ACTIVESOCKET, &socket);
        }
        if (code || status != 200) {
            fprintf(stderr, "prober: %d %ld\n", code, status);
            exit(1);
        }
        curl_multi_remove_handle(shard->multi, handle->easy);
        handle->target->flying = 0;
        unsigned long next = handle->target->due + period, time = now();
        handle->target->due = ((next > time ? next : time) + TICK - 1) / TICK * TICK;
        handle->next = idle;
        idle = handle;
        ended++;
    }
    return ended;
}

struct arguments {
    int count;
    char **texts;
};

static void *probe(void *context) {
    char **argv = ((struct arguments *)context)->texts;
    keep = !strcmp(argv[1], "keep");
    unsigned count = atoi(argv[2]), port = atoi(argv[5]);
    unsigned long period = atol(argv[3]) * 1000000UL;
    long wanted = atol(argv[4]), ended = 0;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    queue = epoll_create1(0);
    headers = curl_slist_append(curl_slist_append(NULL, "User-Agent: kube-standby-probe/1"), "Accept: */*");
    int shard_count = (count + SHARD - 1) / SHARD;
    shards = calloc(shard_count, sizeof *shards);
    for (int i = 0; i < shard_count; i++) {
        shard *shard = shards + i;
        CURLM *multi = shard->multi = curl_multi_init();
        shard->index = i;
        shard->deadline = ~0UL;
        curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, shard);
        curl_multi_setopt(multi, CURLMOPT_TIMERDATA, shard);
        curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 256L);
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    }
    target *targets = calloc(count, sizeof *targets);
    for (unsigned i = 0; i < count; i++) {
        target *target = targets + i;
        snprintf(target->url, sizeof target->url, "http://127.1.%u.%u:%u/healthz", i / 250, i % 250 + 1, port);
        target->due = (now() + period * i / count + TICK - 1) / TICK * TICK;
        target->shard = shards + i / SHARD;
    }
    while (ended < wanted) {
        unsigned long due = ~0UL, time;
        for (unsigned i = 0; i < count; i++)
            if (!targets[i].flying && targets[i].due < due) due = targets[i].due;
        for (int i = 0; i < shard_count; i++)
            if (shards[i].deadline < due) due = shards[i].deadline;
        time = now();
        struct epoll_event ready[512];
        int found = epoll_wait(queue, ready, 512, due <= time ? 0 : (int)((due - time + 999999) / 1000000));
        int running;
        for (int i = 0; i < found; i++) {
            shard *shard = shards + (ready[i].data.u64 >> 32);
            int mask = (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) | (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                       (ready[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
            curl_multi_socket_action(shard->multi, (int)(unsigned)ready[i].data.u64, mask, &running);
            shard->touched = 1;
        }
        time = now();
        for (int i = 0; i < shard_count; i++) {
            shard *shard = shards + i;
            if (shard->deadline <= time) {
                shard->deadline = ~0UL;
                curl_multi_socket_action(shard->multi, CURL_SOCKET_TIMEOUT, 0, &running);
                shard->touched = 1;
            }
            if (shard->touched) ended += finish(shard, period);
            shard->touched = 0;
        }
        time = now();
        for (unsigned i = 0; i < count; i++)
            if (!targets[i].flying && targets[i].due <= time) begin(targets + i);
    }
    printf("%ld\n", ended);
    return NULL;
}

// On a thread of its own, like the engine: malloc takes another way where there are several.
int main(int argc, char **argv) {
    struct arguments arguments = {argc, argv};
    pthread_t thread;
    if (argc != 6 || pthread_create(&thread, NULL, probe, &arguments)) return 64;
    pthread_join(thread, NULL);
}
