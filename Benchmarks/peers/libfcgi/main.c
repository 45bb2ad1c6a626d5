/* The loop libfcgi's own examples show: THREADS threads, each in FCGX_Accept_r on one listening Unix socket. */
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int listener;
static char piece[65536];
static const char row[] = "0000001,customer-000001,0000.01\n"; /* 32 bytes */

static long argument(const char *query, const char *name) {
    const char *at = query ? strstr(query, name) : NULL;
    return at ? atol(at + strlen(name)) : -1;
}

static void head(FCGX_Request *r, const char *type, long length) {
    FCGX_FPrintF(r->out,
                 "Content-Type: %s\r\nContent-Disposition: attachment; filename=\"bench\"\r\nX-Accel-Buffering: no\r\n",
                 type);
    if (length >= 0) FCGX_FPrintF(r->out, "Content-Length: %ld\r\n", length);
    FCGX_PutS("\r\n", r->out);
}

static void serve(FCGX_Request *r) {
    const char *path = FCGX_GetParam("DOCUMENT_URI", r->envp), *query = FCGX_GetParam("QUERY_STRING", r->envp);
    long n = argument(query, "n=");
    if (path && !strcmp(path, "/bench/hello")) {
        head(r, "text/plain", 13);
        FCGX_PutStr("Hello, ", 7, r->out);
        FCGX_PutStr("world", 5, r->out);
        FCGX_PutStr("\n", 1, r->out);
    } else if (path && !strcmp(path, "/bench/gen") && n >= 0) {
        head(r, "application/octet-stream", argument(query, "size=") == 1 ? n : -1);
        for (int take; n > 0; n -= take) {
            take = n < (long)sizeof piece ? (int)n : (int)sizeof piece;
            if (FCGX_PutStr(piece, take, r->out) < 0) break;
        }
    } else if (path && !strcmp(path, "/bench/rows") && n >= 0) {
        head(r, "text/csv", -1);
        while (n-- > 0 && FCGX_PutStr(row, 32, r->out) == 32) {}
    } else {
        FCGX_PutS("Status: 404 Not Found\r\nContent-Type: text/plain\r\n\r\n", r->out);
    }
}

static void *worker(void *unused) {
    FCGX_Request request;
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) >= 0) {
        serve(&request);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(int count, char **arguments) {
    int threads = count > 2 ? atoi(arguments[2]) : 16;
    if (count < 2) return fprintf(stderr, "usage: libfcgi-loop SOCKET [THREADS]\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    memset(piece, 'x', sizeof piece);
    FCGX_Init();
    signal(SIGTERM, SIG_DFL);
    listener = FCGX_OpenSocket(arguments[1], 4096);
    if (listener < 0) return 1;
    pthread_t ids[threads];
    for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, worker, NULL);
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    return 0;
}
