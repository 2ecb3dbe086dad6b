/* print_params.c -- see print_params.h. */
#include "cli/print_params.h"

#include <stdio.h>
#include <string.h>

void print_wrapped(const char *text)
{
    int column = 0;
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (column && column + 1 + word > 76) {
            putchar('\n');
            column = 0;
        }
        column += printf("%s%.*s", column ? " " : "    ", word, text);
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static const char *kind_name(enum param_kind kind)
{
    static const char *const names[] = {
        [PARAM_BOOL] = "yes or no", [PARAM_UINT] = "count",    [PARAM_SIZE] = "size",
        [PARAM_REAL] = "number",    [PARAM_CHOICE] = "choice", [PARAM_TIME] = "time",
        [PARAM_RATE] = "rate",
    };
    return names[kind];
}

static void print_range(const struct param *param)
{
    char least[32], most[32];
    if (param->kind == PARAM_CHOICE) {
        for (const char *const *c = param->choices; *c; c++)
            printf("%s%s", c == param->choices ? "; one of " : ", ", *c);
    } else if (param->kind != PARAM_BOOL && param->max > 0) {
        printf("; %s to %s", param_format_limit(param, param->min, least, sizeof least),
               param_format_limit(param, param->max, most, sizeof most));
    }
    if (param->unit)
        printf("; %s", param->unit);
}

void print_params(const struct param *table)
{
    for (const struct param *p = table; p && p->name; p++) {
        printf("  %s: %s; default %s", p->name, kind_name(p->kind), p->fallback);
        print_range(p);
        putchar('\n');
        print_wrapped(p->help);
    }
}

void print_all_params(const struct param *table)
{
    if (!table || !table->name)
        puts("  no parameters");
    print_params(table);
}
