/* SHA-256 (FIPS 180-4) by the processor's own instructions where it has them: for contents of gigabytes, which the
   core's, in Swift, hashes more slowly than a disk writes. For names and digests of content, not for secrets. */
#ifndef DOWNLOADVIEW_SHA256_H
#define DOWNLOADVIEW_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct downloadview_sha256 {
    uint32_t state[8];
    uint64_t count;
    uint8_t pending[64];
};

void downloadview_sha256_begin(struct downloadview_sha256 *hash);
void downloadview_sha256_update(struct downloadview_sha256 *hash, const void *bytes, size_t count);

/* Writes the 32 bytes of the digest. */
void downloadview_sha256_end(struct downloadview_sha256 *hash, uint8_t *digest);

/* Whether the processor has instructions for it: for the tests, which try both ways. */
int downloadview_sha256_is_accelerated(void);

/* Takes blocks of 64 bytes into the state by plain C, whatever the processor has. */
void downloadview_sha256_portable(uint32_t state[8], const uint8_t *bytes, size_t blocks);

#endif
