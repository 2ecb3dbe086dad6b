/* units.h -- numbers with units as users write them.
 * A size is bytes: `4096`, `4 KiB`, `4KiB`; `4K` is refused, since it may mean either.
 * Binary units B, KiB, MiB, GiB, TiB and decimal kB, MB, GB, TB.  A count is digits only.
 * A time is picoseconds: `8.33 ms`, `60us`; units ps, ns, us, ms, s, min.  A rate is bytes
 * per second: `560 MB/s`, `1 GiB/s`.  A frequency is hertz: `3 GHz`; units Hz, kHz, MHz,
 * GHz.  None of these goes without a unit, but for a time of 0.  Cycles of a clock are a
 * time too: `7 cycles`, `2.5 cycles`, `1 cycle`. */
#ifndef FAULTLINE_BASE_UNITS_H
#define FAULTLINE_BASE_UNITS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* All: ERR_CONFIG with a sentence that says what would be right; `what` names the value
 * in it ("machine.memory").  Trailing or leading blanks are allowed. */
MUST_CHECK enum status parse_size(uint64_t *bytes, const char *text, const char *what,
                                  struct location at, struct error *err);
MUST_CHECK enum status parse_count(uint64_t *count, const char *text, const char *what,
                                   struct location at, struct error *err);
/* A part of a picosecond is refused. */
MUST_CHECK enum status parse_time(psec_t *time, const char *text, const char *what,
                                  struct location at, struct error *err);
/* A time, or cycles of a clock of so many hertz, rounded to the nearest picosecond. */
MUST_CHECK enum status parse_clocked_time(psec_t *time, const char *text, uint64_t hertz,
                                          const char *what, struct location at,
                                          struct error *err);
/* A part of a hertz is refused. */
MUST_CHECK enum status parse_frequency(uint64_t *hertz, const char *text, const char *what,
                                       struct location at, struct error *err);
/* The word `unlimited` is 0; a number that is 0 is refused. */
MUST_CHECK enum status parse_rate(uint64_t *rate, const char *text, const char *what,
                                  struct location at, struct error *err);

/* True if the text is a number of cycles, well-formed or not: it ends in `cycle(s)`. */
bool is_in_cycles(const char *text);

/* The time of one cycle, rounded to the nearest picosecond. */
psec_t cycle_time(uint64_t hertz);

/* "4 KiB", "512 B", "1.5 MiB" (exact values only get a larger unit); returns buffer. */
char *format_size(uint64_t bytes, char *buffer, size_t size);

/* "8.33 ms", "90 s", "333 ps": the largest unit up to s in which the exact value has three
 * decimals at most, so that it reads back; returns buffer. */
char *format_time(psec_t time, char *buffer, size_t size);

/* "560 MB/s", "1 GiB/s", "unlimited": binary or decimal units, whichever is shorter; exact,
 * so that it reads back; returns buffer. */
char *format_rate(uint64_t rate, char *buffer, size_t size);

/* "213,712,345": digits in groups of three; returns buffer. */
char *format_count(uint64_t count, char *buffer, size_t size);

/* The candidate nearest to name by edit distance, or NULL if none is near enough to be
 * meant (distance at most a third of its length, at least one). */
const char *nearest_name(const char *name, const char *const *candidates, size_t n);

/* "lru, fifo, clock": n names in their order, cut where the buffer ends; returns buffer. */
char *join_names(char *buffer, size_t size, const char *const *names, size_t n);

#endif
