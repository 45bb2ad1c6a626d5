/* What the Swift side needs of libfcgi, and of the kernel where the C library's own module map leaves it out. */
#ifndef DOWNLOADVIEW_CFASTCGI_SHIM_H
#define DOWNLOADVIEW_CFASTCGI_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <fastcgi.h>
#include <fcgiapp.h>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

/* Under _GNU_SOURCE alone, which Swift's importer does not set for the system's headers. */
static inline int downloadview_accept(int listener) {
    extern int accept4(int, struct sockaddr *, socklen_t *, int);
    return accept4(listener, 0, 0, 02000000 /* SOCK_CLOEXEC */);
}

static inline int downloadview_memory_file(void) {
    extern int memfd_create(const char *, unsigned int);
    return memfd_create("fastcgi-request", 1 /* MFD_CLOEXEC */);
}
#endif
#endif
