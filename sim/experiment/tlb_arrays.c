/* tlb_arrays.c -- see tlb_arrays.h. */
#include "experiment/tlb_arrays.h"

#include <assert.h>
#include <string.h>

static struct tlb_keys *make_keys(const char *array, size_t length, struct arena *arena)
{
    struct tlb_keys *made = arena_alloc(arena, sizeof *made);
    char *copy = arena_strndup(arena, array, length);
    if (!made || !copy)
        return NULL;
    made->array = copy;
    const bool good = tlb_name_read(&made->name, array, length);
    assert(good); /* key_find knows arrays by their names */
    (void)good;
    size_t n = 0;
    for (size_t i = 0; i < key_count; i++) {
        if (!(key_table[i].flags & KEY_PATTERN))
            continue;
        const char *part = key_last_part(&key_table[i]);
        const char *name = arena_printf(arena, "machine.tlb.%s.%s", copy, part);
        if (!name)
            return NULL;
        assert(n < TLB_KEYS);
        made->keys[n++] = key_instance(&key_table[i], name);
    }
    assert(n == TLB_KEYS);
    return made;
}

static const struct tlb_keys *find_keys(struct tlb_keys **known, const char *array,
                                        size_t length, struct arena *arena)
{
    for (struct tlb_keys *keys = *known; keys; keys = keys->next)
        if (strlen(keys->array) == length && strncmp(keys->array, array, length) == 0)
            return keys;
    struct tlb_keys *made = make_keys(array, length, arena);
    if (made) {
        made->next = *known;
        *known = made;
    }
    return made;
}

static bool has_array(const struct tlb_arrays *arrays, const char *array)
{
    for (size_t i = 0; i < arrays->n; i++)
        if (strcmp(arrays->all[i]->array, array) == 0)
            return true;
    return false;
}

/* Keep them sorted; one that is there already is not added again. */
static enum status add(struct tlb_arrays *arrays, const struct tlb_keys *keys,
                       struct location at, struct error *err)
{
    if (!keys)
        return error_nomem(err);
    if (has_array(arrays, keys->array))
        return OK;
    if (arrays->n == MMU_ARRAYS_MAX)
        return error_set(err, ERR_CONFIG, at,
                         "machine.tlb has more than %d arrays, which are the most",
                         MMU_ARRAYS_MAX);
    size_t place = arrays->n++;
    for (; place > 0 && tlb_name_compare(keys->array, arrays->all[place - 1]->array) < 0;
         place--)
        arrays->all[place] = arrays->all[place - 1];
    arrays->all[place] = keys;
    return OK;
}

enum status tlb_arrays_find(struct tlb_arrays *arrays, const struct layer *layer,
                            struct tlb_keys **known, struct arena *arena, struct error *err)
{
    static const char *const fallbacks[] = {"l1i", "l1d", "l2"};
    enum status status = OK;
    struct location last = at_nowhere();
    arrays->n = 0;
    for (const struct assignment *a = layer->first; a && status == OK; a = a->next) {
        size_t length;
        const char *array = key_array(a->key, &length);
        if (!array)
            continue;
        last = a->at;
        status = add(arrays, find_keys(known, array, length, arena), last, err);
    }
    const bool unified = has_array(arrays, "l1");
    for (size_t i = unified ? 2 : 0; i < ARRAY_LEN(fallbacks) && status == OK; i++)
        status = add(arrays, find_keys(known, fallbacks[i], strlen(fallbacks[i]), arena),
                     last, err);
    return status;
}

const struct key *tlb_key(const struct tlb_keys *keys, const char *part)
{
    size_t i = 0;
    while (strcmp(key_last_part(&keys->keys[i]), part) != 0)
        i++;
    return &keys->keys[i];
}
