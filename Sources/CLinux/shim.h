/* What is Linux's own, and what Swift does not import of it: variadic functions, and what is declared under _GNU_SOURCE
   alone, which must not be set here, since the C library's own module is built without it. <fcntl.h> is left out:
   `stat` would become this module's, and every file that uses it would have to import it. */
#ifndef DOWNLOADVIEW_CLINUX_SHIM_H
#define DOWNLOADVIEW_CLINUX_SHIM_H

#ifdef __linux__
#include <errno.h>
#include <linux/memfd.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* MARK: Descriptors */

/* A pipe, both ends close-on-exec: O_CLOEXEC has the value of SOCK_CLOEXEC. */
static inline int downloadview_pipe(int *ends) {
    extern int pipe2(int *, int);
    return pipe2(ends, SOCK_CLOEXEC);
}

/* fcntl with F_GETPIPE_SZ. */
static inline int downloadview_pipe_capacity(int pipe) {
    extern int fcntl(int, int, ...);
    int capacity = fcntl(pipe, 1032 /* F_GETPIPE_SZ */);
    return capacity > 0 ? capacity : 4096;
}

static inline int downloadview_memory_file(const char *name) {
    extern int memfd_create(const char *, unsigned int);
    return memfd_create(name, MFD_CLOEXEC);
}

static inline int downloadview_accept(int listener) {
    extern int accept4(int, struct sockaddr *, socklen_t *, int);
    return accept4(listener, 0, 0, SOCK_CLOEXEC);
}

/* How many bytes the peer has not taken: of a socket SIOCOUTQ, of a pipe what lies in it. */
static inline int downloadview_unsent(int descriptor) {
    int count = 0;
    if (ioctl(descriptor, SIOCOUTQ, &count) == 0) return count;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

/* How many bytes a socket has that were not received yet (FIONREAD). */
static inline int downloadview_unread(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

/* MARK: Files */

/* open(2) below a folder, as openat2(2) resolves it. */
static inline int downloadview_openat2(int folder, const char *path, int flags, int mode, unsigned long long resolve) {
    struct open_how how = {.flags = (unsigned int)flags, .mode = (unsigned int)mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

/* A lock of the open file, not of the process (F_OFD_SETLK, F_OFD_SETLKW), on a range of it; a length of 0 reaches to
   its end. */
static inline int downloadview_lock_range(int file, void *lock, int waits) {
    extern int fcntl(int, int, ...);
    return fcntl(file, waits ? 38 /* F_OFD_SETLKW */ : 37 /* F_OFD_SETLK */, lock);
}

/* Whether a lock of another open file would keep this one from its own: then it stands in `lock` (F_OFD_GETLK). */
static inline int downloadview_find_lock(int file, void *lock) {
    extern int fcntl(int, int, ...);
    return fcntl(file, 36 /* F_OFD_GETLK */, lock);
}

/* What pread gives without waiting for the disk; -1 with EAGAIN if it would have to. The file's place in two halves, as
   the call itself takes it. */
static inline long downloadview_read_promptly(int file, void *buffer, unsigned long size, long long offset) {
    struct { void *buffer; unsigned long size; } part = {buffer, size};
    return syscall(SYS_preadv2, file, &part, 1, (long)offset, (long)(offset >> 32 >> (sizeof(long) > 4 ? 32 : 0)),
                   8 /* RWF_NOWAIT */);
}

/* The kind of a file system, with which fstatfs begins what it tells; 0 if it can't be told. */
static inline unsigned int downloadview_file_system(int file) {
    extern int fstatfs(int, void *);
    unsigned long status[64] = {0};
    return fstatfs(file, status) == 0 ? (unsigned int)status[0] : 0;
}

/* MARK: Processes and threads */

/* Of the calling thread alone: on Linux each has its own (PRIO_PROCESS). */
static inline void downloadview_give_way(int niceness) {
    syscall(SYS_setpriority, 0, (int)syscall(SYS_gettid), niceness);
}

/* The process's environment, which Swift does not import as it is not constant. */
static inline char **downloadview_environment(void) {
    extern char **environ;
    return environ;
}

/* What poll finds readable once a child process has ended, before anyone has waited for it (pidfd_open). */
static inline int downloadview_process_descriptor(pid_t process) {
    return (int)syscall(434 /* SYS_pidfd_open, on every architecture */, process, 0);
}

/* What waitpid says of how a process has ended: its exit status, or the signal that has ended it. */
static inline int downloadview_exit_status(int status) { return (status & 0x7f) == 0 ? (status >> 8) & 0xff : -1; }
static inline int downloadview_ending_signal(int status) { return status & 0x7f; }

static inline int downloadview_is_main_thread(void) {
    return syscall(SYS_gettid) == getpid();
}

/* Gives what is free in the heap back to the kernel. */
static inline void downloadview_trim_heap(void) {
    extern int malloc_trim(size_t);
    malloc_trim(0);
}

/* Has what is freed given back to the kernel once it is some MiB, and large blocks at once. The C library would keep
   more the larger the blocks were that were freed before, up to 64 MiB for each of its heaps. Where the environment
   says how it is to be, that holds. */
static inline void downloadview_keep_heap_small(void) {
    extern int mallopt(int, int);
    extern char *getenv(const char *);
    if (getenv("GLIBC_TUNABLES") || getenv("MALLOC_TRIM_THRESHOLD_") || getenv("MALLOC_MMAP_THRESHOLD_")) return;
    mallopt(-1 /* M_TRIM_THRESHOLD */, 2 << 20);
    mallopt(-3 /* M_MMAP_THRESHOLD */, 512 << 10);
}

/* The calling thread, when it wakes, no longer takes the processor from another that runs; what it starts itself is not
   concerned. Where an administrator has chosen another class than the usual one, that holds. */
static inline void downloadview_schedule_as_batch(void) {
    struct sched_param parameter = {0};
    if (sched_getscheduler(0) != SCHED_OTHER) return;
    sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &parameter);
}

/* How many processors the calling thread may run on: in a container, say, fewer than there are. Zero where that can't
   be told. */
static inline int downloadview_available_processors(void) {
    extern int sched_getaffinity(pid_t, size_t, void *);
    unsigned long set[256] = {0};
    int count = 0;
    if (sched_getaffinity(0, sizeof set, set) != 0) return 0;
    for (int i = 0; i < 256; i++) count += __builtin_popcountl(set[i]);
    return count;
}

/* MARK: libdispatch */

/* What libdispatch has for CoreFoundation, which runs the main queue within a loop of its own: a descriptor that is
   readable when something waits there, and what runs all that waits. */
static inline int downloadview_main_queue_descriptor(void) {
    extern int _dispatch_get_main_queue_handle_4CF(void);
    return _dispatch_get_main_queue_handle_4CF();
}

static inline void downloadview_run_main_queue(void) {
    extern void _dispatch_main_queue_callback_4CF(void *);
    _dispatch_main_queue_callback_4CF(0);
}
#endif
#endif
