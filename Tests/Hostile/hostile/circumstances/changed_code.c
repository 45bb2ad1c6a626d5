/* Preloaded into the program: code that the loader changes, and that a thread goes on using. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
int value = 42;
int get_value(void);
/* Of several pages, so that there is a whole one that could be let go of. */
__asm__(".text; .skip 65536; get_value: movabsq $value, %rax; movl (%rax), %eax; ret; .skip 65536");
static void *use(void *unused) {
    for (;;) { if (get_value() != 42) abort(); usleep(1000); }
    return unused;
}
__attribute__((constructor)) static void start(void) { pthread_t thread; pthread_create(&thread, 0, use, 0); }
