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
#include <link.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>
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
    if (ioctl(descriptor, 0x5411 /* SIOCOUTQ */, &count) == 0) return count;
    /* A pipe, of which both ends tell the same. */
    return ioctl(descriptor, 0x541B /* FIONREAD */, &count) == 0 ? count : 0;
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

static inline int downloadview_is_main_thread(void) {
    extern int gettid(void);
    return gettid() == getpid();
}

/* What libdispatch has for CoreFoundation, which runs the main queue within a loop of its own: a descriptor that is readable when
   something waits there, and what runs all that waits. */
static inline int downloadview_main_queue_descriptor(void) {
    extern int _dispatch_get_main_queue_handle_4CF(void);
    return _dispatch_get_main_queue_handle_4CF();
}

static inline void downloadview_run_main_queue(void) {
    extern void _dispatch_main_queue_callback_4CF(void *);
    _dispatch_main_queue_callback_4CF(0);
}

/* The calling thread, when it wakes, no longer takes the processor from another that runs; what it starts itself is not concerned.
   Where an administrator has chosen another class than the usual one, that holds. */
static inline void downloadview_schedule_as_batch(void) {
    struct sched_param parameter = {0};
    if (sched_getscheduler(0) != 0 /* SCHED_OTHER */) return;
    sched_setscheduler(0, 3 /* SCHED_BATCH */ | 0x40000000 /* SCHED_RESET_ON_FORK */, &parameter);
}

/* How many processors the calling thread may run on: in a container, say, fewer than there are. Zero where that can't be told. */
static inline int downloadview_available_processors(void) {
    extern int sched_getaffinity(pid_t, size_t, void *);
    unsigned long set[256] = {0};
    int count = 0;
    if (sched_getaffinity(0, sizeof set, set) != 0) return 0;
    for (int i = 0; i < 256; i++) count += __builtin_popcountl(set[i]);
    return count;
}

/* The beginning of struct dl_phdr_info, which Linux has never changed. */
struct downloadview_object {
    ElfW(Addr) address;
    const char *name;
    const ElfW(Phdr) *headers;
    ElfW(Half) count;
};

/* Whether the loader has written into an object's code, as into that of a library which was not built to be one. */
static inline int downloadview_has_changed_code(const struct downloadview_object *object) {
    for (int i = 0; i < object->count; i++) {
        if (object->headers[i].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->address + object->headers[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL)) return 1;
        }
    }
    return 0;
}

static inline int downloadview_drop_object(struct downloadview_object *object, size_t size, void *unused) {
    extern int madvise(void *, size_t, int);
    unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
    (void)size, (void)unused;
    if (!strncmp(object->name, "linux-vdso", 10) || downloadview_has_changed_code(object)) return 0;
    for (int i = 0; i < object->count; i++) {
        const ElfW(Phdr) *header = &object->headers[i];
        /* What was never writable can't differ from the file. */
        if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
        unsigned long start = (object->address + header->p_vaddr + page - 1) & ~(page - 1);
        unsigned long end = (object->address + header->p_vaddr + header->p_memsz) & ~(page - 1);
        if (end > start) madvise((void *)start, end - start, 4 /* MADV_DONTNEED */);
    }
    return 0;
}

/* Lets go of the code and constants of the program and its libraries: what is needed again is there at once, from the page cache. */
static inline void downloadview_drop_code(void) {
    extern int dl_iterate_phdr(int (*)(struct downloadview_object *, size_t, void *), void *);
    dl_iterate_phdr(downloadview_drop_object, 0);
}
#endif
#endif
