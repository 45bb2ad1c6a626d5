/* Preloaded into the program: the nth call of a kind, which a variable of the environment names, has no memory. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
static int fails(const char *name, atomic_int *count) {
    const char *nth = getenv(name);
    return nth && atomic_fetch_add(count, 1) + 1 == atoi(nth);
}
ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
    static atomic_int count;
    if (fails("FAIL_SEND", &count)) return errno = ENOBUFS, -1;
    return ((ssize_t (*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send"))(descriptor, bytes, size, flags);
}
ssize_t recv(int descriptor, void *bytes, size_t size, int flags) {
    static atomic_int count;
    /* Only what takes something, not what looks at it. */
    if (!(flags & MSG_PEEK) && fails("FAIL_TAKE", &count)) return errno = ENOMEM, -1;
    return ((ssize_t (*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv"))(descriptor, bytes, size, flags);
}
int epoll_ctl(int set, int operation, int descriptor, struct epoll_event *event) {
    static atomic_int count;
    /* Only for connections, whose tags are addresses. */
    if (event && event->data.u64 > 4096 && fails("FAIL_WATCH", &count)) return errno = ENOMEM, -1;
    return ((int (*)(int, int, int, struct epoll_event *))dlsym(RTLD_NEXT, "epoll_ctl"))(
        set, operation, descriptor, event);
}
