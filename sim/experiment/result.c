/* result.c -- see result.h. */
#include "experiment/result.h"

void cell_result_release(struct cell_result *result)
{
    for (size_t t = 0; t < TABLES; t++)
        rows_release(&result->tables[t]);
}
