/* What DownloadArchives and DownloadCompression need of ISA-L: CRC-32, streamed deflate and gzip. */
#ifndef DOWNLOADVIEW_CISAL_SHIM_H
#define DOWNLOADVIEW_CISAL_SHIM_H

#include <stdint.h>
#include <stdlib.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx"), noinline)) static void downloadview_clear_upper_halves(void) { _mm256_zeroupper(); }
#endif

/* To be called after ISA-L: it leaves the upper halves of the vector registers in use, and whatever works with their
   lower halves alone is slower from then on, zlib by 7 %. */
static inline void downloadview_leave_isal(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx")) downloadview_clear_upper_halves();
#endif
}

/* The CRC-32 of bytes that follow those whose CRC-32 is `value`. */
static inline uint32_t downloadview_crc32(uint32_t value, const uint8_t *bytes, uint64_t count) {
    uint32_t result = crc32_gzip_refl(value, bytes, count);
    downloadview_leave_isal();
    return result;
}

/* A stream at level 1 with a buffer of that size; NULL without memory. Swift does not import the stream's large
   arrays. */
static inline struct isal_zstream *downloadview_stream_create(uint32_t buffer_size) {
    struct isal_zstream *stream = (struct isal_zstream *)malloc(sizeof *stream);
    uint8_t *buffer = (uint8_t *)malloc(buffer_size);
    if (!stream || !buffer) {
        free(stream);
        free(buffer);
        return NULL;
    }
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = buffer;
    stream->level_buf_size = buffer_size;
    return stream;
}

/* A stream of raw deflate, some 0.35 MiB; NULL without memory. */
static inline struct isal_zstream *downloadview_deflate_create(void) {
    return downloadview_stream_create(ISAL_DEF_LVL1_DEFAULT);
}

/* A stream of gzip, some 0.16 MiB, which a slow client holds for as long as it takes; NULL without memory. */
static inline struct isal_zstream *downloadview_gzip_create(void) {
    struct isal_zstream *stream = downloadview_stream_create(ISAL_DEF_LVL1_SMALL);
    if (stream) stream->gzip_flag = IGZIP_GZIP;
    return stream;
}

static inline void downloadview_deflate_free(struct isal_zstream *stream) {
    if (!stream) return;
    free(stream->level_buf);
    free(stream);
}

/* Makes the stream as new. */
static inline void downloadview_deflate_reset(struct isal_zstream *stream) { isal_deflate_reset(stream); }

/* Takes what it can of `input` and gives what fits into `output`; both counts are lowered by what was taken and given.
   `flushes` has all that was taken given in a form that the reader can unpack at once.
   Returns 1 when the last byte of a stream that is to end was given, 0 when there is more to do, negative for a
   fault. */
static inline int downloadview_stream_code(struct isal_zstream *stream, const uint8_t *input, uint32_t *input_count,
                                           uint8_t *output, uint32_t *output_count, int flushes, int is_last) {
    stream->next_in = (uint8_t *)input;
    stream->avail_in = *input_count;
    stream->next_out = output;
    stream->avail_out = *output_count;
    stream->end_of_stream = is_last ? 1 : 0;
    stream->flush = flushes ? SYNC_FLUSH : NO_FLUSH;
    int result = isal_deflate(stream);
    downloadview_leave_isal();
    *input_count = stream->avail_in;
    *output_count = stream->avail_out;
    if (result != COMP_OK) return -1;
    return stream->internal_state.state == ZSTATE_END;
}

static inline int downloadview_deflate(struct isal_zstream *stream, const uint8_t *input, uint32_t *input_count,
                                       uint8_t *output, uint32_t *output_count, int is_last) {
    return downloadview_stream_code(stream, input, input_count, output, output_count, 0, is_last);
}

#endif
