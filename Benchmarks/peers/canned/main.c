/* The limit: what nginx and the kernel leave to a FastCGI program that does nothing. Two threads answer from records
   made beforehand; nothing is parsed, planned, generated or copied, and a request is taken to come in one piece. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEADER = 8, PIECE = 2047 * 32, STDOUT = 6, END_REQUEST = 3 };
static int listener;
static char record[HEADER + PIECE]; /* rows of 32 bytes, as long as a record can be */
static const char row[] = "0000001,customer-000001,0000.01\n";

/* `left` bytes of content are still to be sent; of the record under way `sent` are. `is_full` says that the socket is
   full, `watched` for what the connection is in the set, if it is. */
struct connection {
    int descriptor, keeps, is_full;
    unsigned watched;
    long left;
    size_t sent;
};

static size_t begin_record(char *to, int type, size_t length) {
    char header[HEADER] = {1, (char)type, 0, 1, (char)(length >> 8), (char)length, 0, 0};
    memcpy(to, header, HEADER);
    return HEADER;
}

static size_t end_response(char *to) {
    size_t size = begin_record(to, STDOUT, 0);
    size += begin_record(to + size, END_REQUEST, 8);
    memset(to + size, 0, 8);
    return size + 8;
}

static int send_all(struct connection *c, const char *bytes, size_t size) {
    return send(c->descriptor, bytes, size, MSG_NOSIGNAL) == (ssize_t)size ? 1 : errno == EAGAIN ? 0 : -1;
}

/* 1: the response is sent; 0: the socket is full; -1: the connection is of no use any more. */
static int go_on(struct connection *c) {
    char end[2 * HEADER + 8];
    while (c->left > 0) {
        size_t piece = c->left < PIECE ? (size_t)c->left : PIECE;
        char header[HEADER];
        begin_record(header, STDOUT, piece);
        struct iovec parts[2] = {{header + c->sent, HEADER - c->sent}, {record + HEADER, piece}};
        int whole = piece == PIECE || c->sent >= HEADER;
        ssize_t count = whole ? send(c->descriptor, record + c->sent, HEADER + piece - c->sent, MSG_NOSIGNAL)
                              : writev(c->descriptor, parts, 2);
        if (count < 0) return errno == EAGAIN ? 0 : -1;
        c->sent += (size_t)count;
        if (c->sent < HEADER + piece) continue;
        c->sent = 0;
        c->left -= (long)piece;
    }
    return send_all(c, end, end_response(end));
}

static int answer(struct connection *c, const char *request, size_t size) {
    const char *query = memmem(request, size, "/bench/gen?n=", 13), *rows = memmem(request, size, "/bench/rows?n=", 14);
    const char *file = memmem(request, size, "/spooled/gen?n=", 15);
    char text[512], response[1024];
    c->keeps = request[10] & 1;
    if (file) {
        /* As the head of a file of the spool. */
        int at = sprintf(text, "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=\"bench\"\r\n"
                               "ETag: \"bench\"\r\nX-Accel-Redirect: /-spool/gen-%ld\r\n\r\n", atol(file + 15));
        size_t head = begin_record(response, STDOUT, (size_t)at);
        memcpy(response + head, text, (size_t)at);
        head += (size_t)at;
        return send_all(c, response, head + end_response(response + head)) > 0 ? 1 : -1;
    }
    long length = query ? atol(query + 13) : rows ? 32 * atol(rows + 14) : 13;
    int at = sprintf(text, "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=\"bench\"\r\n"
                           "X-Accel-Buffering: no\r\n");
    if (!(query || rows) || memmem(request, size, "&size=1", 7))
        at += sprintf(text + at, "Content-Length: %ld\r\n", length);
    at += sprintf(text + at, "\r\n%s", query || rows ? "" : "Hello, world\n");
    size_t all = begin_record(response, STDOUT, (size_t)at);
    memcpy(response + all, text, (size_t)at);
    all += (size_t)at;
    if (!query && !rows) return send_all(c, response, all + end_response(response + all)) > 0 ? 1 : -1;
    if (send_all(c, response, all) < 1) return -1;
    c->left = length;
    c->sent = 0;
    return go_on(c);
}

static void watch(int set, struct connection *c, unsigned wanted) {
    struct epoll_event event = {.events = wanted, .data.ptr = c};
    if (c->watched != wanted) epoll_ctl(set, c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, c->descriptor, &event);
    c->watched = wanted;
}

static void serve(int set, struct connection *c, char *buffer) {
    int result;
    if (c->is_full) {
        result = go_on(c);
    } else {
        ssize_t size = recv(c->descriptor, buffer, 65536, 0);
        if (size < 0 && errno == EAGAIN) return watch(set, c, EPOLLIN);
        result = size > 0 ? answer(c, buffer, (size_t)size) : -1;
    }
    if (result < 0 || (result > 0 && !c->keeps)) {
        close(c->descriptor);
        free(c);
        return;
    }
    c->is_full = result == 0;
    watch(set, c, c->is_full ? EPOLLOUT : EPOLLIN);
}

static void *work(void *unused) {
    int set = epoll_create1(0);
    struct epoll_event events[64], accepting = {.events = EPOLLIN | EPOLLEXCLUSIVE};
    char *buffer = malloc(65536);
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &accepting);
    for (;;) {
        int count = epoll_wait(set, events, 64, -1);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (descriptor < 0) continue;
                c = calloc(1, sizeof *c);
                c->descriptor = descriptor;
            }
            serve(set, c, buffer);
        }
    }
    return unused;
}

int main(int count, char **arguments) {
    if (count != 2) return fprintf(stderr, "usage: canned SOCKET\n"), 2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, arguments[1], sizeof address.sun_path - 1);
    begin_record(record, STDOUT, PIECE);
    for (int i = 0; i < PIECE / 32; i++) memcpy(record + HEADER + 32 * i, row, 32);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
        return perror(arguments[1]), 1;
    pthread_t other;
    pthread_create(&other, NULL, work, NULL);
    work(NULL);
}
