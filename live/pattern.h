/* pattern.h -- a page pattern in memory: the references of one process.
 *
 * A file NAME.u32 has a word for each reference, 32 bits, little-endian: the page in bits 0
 * to 30, and bit 31 set for a write.  In a file in which no word has bit 31 the references
 * to anonymous pages are writes, and only those to pages of a file reads. */
#ifndef LIVE_PATTERN_H
#define LIVE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_WRITE UINT32_C(0x80000000)

struct pattern {
    const uint32_t *words; /* shared memory, so that children have it without copies */
    size_t n;              /* references, at least 1                                 */
    uint32_t pages;        /* the highest page + 1                                   */
};

/* Read the file, and set bit 31 where the rule says so; pages below anon_pages are
 * anonymous.  Fails with fail(). */
void pattern_read(struct pattern *pattern, const char *path, uint64_t anon_pages);

/* True if a page from `from` on is written. */
bool pattern_writes(const struct pattern *pattern, uint64_t from);

#endif
