/* matmul.c -- the program behind matmul-row.flt, matmul-column.flt and matmul-blocked.flt:
 * C = A * B on matrices of doubles stored by rows, in three orders of the loops.
 *
 * usage: matmul row|column|blocked [N] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 20 };

static double *a, *b, *c;
static int n;

/* The inner loop runs along rows of B and C. */
static void by_rows(void)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            for (int j = 0; j < n; j++)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* The inner loop runs down columns of A and C. */
static void by_columns(void)
{
    for (int j = 0; j < n; j++)
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
}

static int least(int x, int y)
{
    return x < y ? x : y;
}

/* By rows within blocks of BLOCK * BLOCK elements. */
static void by_blocks(void)
{
    for (int ii = 0; ii < n; ii += BLOCK)
        for (int kk = 0; kk < n; kk += BLOCK)
            for (int jj = 0; jj < n; jj += BLOCK)
                for (int i = ii; i < least(ii + BLOCK, n); i++)
                    for (int k = kk; k < least(kk + BLOCK, n); k++)
                        for (int j = jj; j < least(jj + BLOCK, n); j++)
                            c[i * n + j] += a[i * n + k] * b[k * n + j];
}

int main(int argc, char **argv)
{
    const char *order = argc > 1 ? argv[1] : "";
    void (*product)(void) = strcmp(order, "row") == 0       ? by_rows
                            : strcmp(order, "column") == 0  ? by_columns
                            : strcmp(order, "blocked") == 0 ? by_blocks
                                                            : NULL;
    n = argc > 2 ? atoi(argv[2]) : 200;
    if (!product || n < 1 || n > 4096) {
        fprintf(stderr, "usage: matmul row|column|blocked [N]\n");
        return 2;
    }
    const size_t bytes = sizeof(double) * (size_t)n * (size_t)n;
    a = malloc(bytes);
    b = malloc(bytes);
    c = calloc(1, bytes);
    if (!a || !b || !c)
        return 1;
    for (int i = 0; i < n * n; i++) {
        a[i] = i % 7;
        b[i] = i % 5;
    }
    product();
    printf("%g\n", c[n * n - 1]);
    return 0;
}
