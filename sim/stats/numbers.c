/* numbers.c -- see numbers.h. */
#include "stats/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PSEC_PER_SECOND UINT64_C(1000000000000)

char *number_count(uint64_t count, char buffer[NUMBER_SIZE])
{
    snprintf(buffer, NUMBER_SIZE, "%" PRIu64, count);
    return buffer;
}

char *number_time(psec_t time, char buffer[NUMBER_SIZE])
{
    snprintf(buffer, NUMBER_SIZE, "%" PRIu64 ".%012" PRIu64, time / PSEC_PER_SECOND,
             time % PSEC_PER_SECOND);
    char *last = buffer + strlen(buffer) - 1;
    while (last[0] == '0' && last[-1] != '.')
        *last-- = '\0';
    return buffer;
}

char *number_real(double real, char buffer[NUMBER_SIZE])
{
    buffer[0] = '\0';
    if (!isfinite(real))
        return buffer;
    /* 15 digits survive any double, 17 tell any two of them apart. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(buffer, NUMBER_SIZE, "%.*g", digits, real);
        if (strtod(buffer, NULL) == real)
            break;
    }
    return buffer;
}
