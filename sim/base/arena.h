/* arena.h -- memory that is taken piece by piece and given back all at once.
 * Pieces are zeroed and aligned for any type; they live until arena_free. */
#ifndef FAULTLINE_BASE_ARENA_H
#define FAULTLINE_BASE_ARENA_H

#include "base/types.h"

#include <stddef.h>

struct arena;

/* NULL if out of memory, as are all the others. */
MUST_CHECK struct arena *arena_create(void);
void arena_free(struct arena *arena); /* NULL is nothing */

MUST_CHECK void *arena_alloc(struct arena *arena, size_t size);
MUST_CHECK void *arena_array(struct arena *arena, size_t n, size_t size);

/* Copies of text: all of it, or its first length bytes. */
MUST_CHECK char *arena_strdup(struct arena *arena, const char *text);
MUST_CHECK char *arena_strndup(struct arena *arena, const char *text, size_t length);
MUST_CHECK char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
