/* page_sizes.c -- see page_sizes.h. */
#include "experiment/page_sizes.h"

#include "base/bits.h"
#include "experiment/keys.h"

#include <inttypes.h>
#include <string.h>

static const char any[] = "any";

/* right: what may stand there besides a list, for messages. */
static enum status add_size(uint64_t *sizes, const struct yaml_node *node, const char *what,
                            const char *right, struct error *err)
{
    const struct key size = {.name = what,
                             .kind = KEY_POWER,
                             .min = 512,
                             .max = UINT64_C(1) << 40,
                             .range = "512 B to 1 TiB, a power of two"};
    uint64_t bytes;
    if (node->kind != YAML_SCALAR)
        return error_set(err, ERR_CONFIG, node->at,
                         "'%s' is %s or a list of sizes, such as [4 KiB, 2 MiB], not %s",
                         what, right, yaml_kind_name(node->kind));
    const enum status status = key_parse(&size, &bytes, node->text, node->at, err);
    if (status != OK)
        return status;
    if (*sizes & bytes)
        return error_set(err, ERR_CONFIG, node->at, "'%s' is twice in the list of '%s'",
                         node->text, what);
    *sizes |= bytes; /* bit i of a power of two is its own */
    return OK;
}

static enum status read_list(uint64_t *sizes, const struct yaml_node *node,
                             const char *what, const char *right, struct error *err)
{
    *sizes = 0;
    if (node->kind != YAML_LIST)
        return add_size(sizes, node, what, right, err);
    if (node->count == 0)
        return error_set(err, ERR_CONFIG, node->at,
                         "the list of '%s' is empty; it needs at least one size", what);
    for (const struct yaml_node *size = node->first; size; size = size->next) {
        const enum status status = add_size(sizes, size, what, right, err);
        if (status != OK)
            return status;
    }
    return OK;
}

enum status page_sizes_read_list(uint64_t *sizes, const struct yaml_node *node,
                                 const char *what, struct error *err)
{
    return read_list(sizes, node, what, "a size", err);
}

enum status page_sizes_read(uint64_t *sizes, const struct yaml_node *node, const char *what,
                            struct error *err)
{
    *sizes = PAGE_SIZES_ANY;
    if (node->kind == YAML_SCALAR && strcmp(node->text, any) == 0)
        return OK;
    return read_list(sizes, node, what, "any, a size", err);
}

const char *page_sizes_text(uint64_t sizes, struct arena *arena)
{
    if (sizes == PAGE_SIZES_ANY)
        return any;
    const char *text = "";
    for (; sizes && text; sizes &= sizes - 1)
        text = arena_printf(arena, "%s%s%" PRIu64, text, *text ? "+" : "",
                            UINT64_C(1) << lowest_bit(sizes));
    return text;
}
