/* names.c -- names as users misspell them; see units.h. */
#include "base/units.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 95 }; /* longer names are not compared */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    const unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edit distance without regard to case, where swapping two neighbours is one edit
 * (optimal string alignment); both names are at most NAME_MAX_LENGTH long. */
static unsigned edit_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    unsigned rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            const int x = tolower((unsigned char)a[i - 1]);
            const int y = tolower((unsigned char)b[j - 1]);
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                tolower((unsigned char)a[i - 2]) == y && rows[(i - 2) % 3][j - 2] < row[j])
                row[j] = rows[(i - 2) % 3][j - 2] + (x != y);
        }
    }
    return rows[n % 3][m];
}

const char *nearest_name(const char *name, const char *const *candidates, size_t n)
{
    const size_t length = strlen(name);
    if (length > NAME_MAX_LENGTH)
        return NULL;
    const char *nearest = NULL;
    unsigned best = length < 6 ? 1 : (unsigned)(length / 3);
    for (size_t i = 0; i < n; i++) {
        if (strlen(candidates[i]) > NAME_MAX_LENGTH)
            continue;
        const unsigned distance = edit_distance(name, candidates[i]);
        if (distance < best || (distance == best && !nearest)) {
            nearest = candidates[i];
            best = distance;
        }
    }
    return nearest;
}

char *join_names(char *buffer, size_t size, const char *const *names, size_t n)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < n && length < size; i++)
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", i ? ", " : "",
                                   names[i]);
    return buffer;
}
