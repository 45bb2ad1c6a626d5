/* What the Swift side needs of libfcgi, and of the kernel where the C library's own module map leaves it out. */
#ifndef DOWNLOADVIEW_CFASTCGI_SHIM_H
#define DOWNLOADVIEW_CFASTCGI_SHIM_H

#include <fastcgi.h>
#include <fcgiapp.h>

/* The process's environment, which Swift does not import as it is no constant. */
static inline char **downloadview_environment(void) {
    extern char **environ;
    return environ;
}

#ifdef __linux__
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Declared under _GNU_SOURCE alone, which must not be set here: the C library's own module is built without it. */
static inline int downloadview_accept(int listener) {
    extern int accept4(int, struct sockaddr *, socklen_t *, int);
    return accept4(listener, 0, 0, 02000000 /* SOCK_CLOEXEC */);
}

/* ioctl is variadic, which Swift does not import. */
static inline int downloadview_unread(int descriptor) {
    int count = 0;
    return ioctl(descriptor, 0x5411 /* SIOCOUTQ */, &count) == 0 ? count : 0;
}

static inline int downloadview_pipe(int *ends) {
    extern int pipe2(int *, int);
    return pipe2(ends, 02000000 /* O_CLOEXEC */);
}

/* fcntl with F_GETPIPE_SZ, which is Linux's own. */
static inline int downloadview_pipe_capacity(int pipe) {
    extern int fcntl(int, int, ...);
    int capacity = fcntl(pipe, 1032 /* F_GETPIPE_SZ */);
    return capacity > 0 ? capacity : 4096;
}

static inline int downloadview_memory_file(void) {
    extern int memfd_create(const char *, unsigned int);
    return memfd_create("fastcgi-request", 1 /* MFD_CLOEXEC */);
}
#endif
#endif
