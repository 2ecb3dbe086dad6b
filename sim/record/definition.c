/* definition.c -- see definition.h. */
#include "record/definition.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
    SIZE_MAX_BYTES = 65536, /* of a load or store; see builder_add */
    NUMBERS_MAX = 1 << 24,  /* of segments, by the layout of a word */
};

/* Owned by all tables that have definitions of it, and by pools that were forked of it. */
struct definition_pool {
    struct arena *arena;
    struct definition_pool *parent;
    uint32_t owners;
};

static const struct definition unknown = {.room = UINT32_MAX};

static struct definition_pool *pool_create(struct definition_pool *parent)
{
    struct definition_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->arena = arena_create();
    if (!pool->arena) {
        free(pool);
        return NULL;
    }
    pool->owners = 1;
    pool->parent = parent;
    if (parent)
        parent->owners++;
    return pool;
}

static void pool_release(struct definition_pool *pool)
{
    while (pool && --pool->owners == 0) {
        struct definition_pool *parent = pool->parent;
        arena_free(pool->arena);
        free(pool);
        pool = parent;
    }
}

enum status definitions_init(struct definitions *definitions, unsigned granule_shift,
                             bool instructions, struct error *err)
{
    *definitions = (struct definitions){
        .granule_shift = granule_shift,
        .instructions = instructions,
        .pool = pool_create(NULL),
    };
    return definitions->pool ? OK : error_nomem(err);
}

enum status definitions_fork(struct definitions *definitions,
                             const struct definitions *from, struct error *err)
{
    *definitions = *from;
    definitions->capacity = from->n;
    definitions->pool = pool_create(from->pool);
    definitions->at = malloc((from->n + 1) * sizeof(struct definition *));
    if (!definitions->pool || !definitions->at)
        return error_nomem(err);
    if (from->n > 0)
        memcpy(definitions->at, from->at, from->n * sizeof(struct definition *));
    return OK;
}

void definitions_release(struct definitions *definitions)
{
    pool_release(definitions->pool);
    free(definitions->at);
    *definitions = (struct definitions){0};
}

/* --- making one ready ------------------------------------------------------------------- */

/* First it is only counted how much there is, then it is filled in. */
struct making {
    struct definition *definition;
    struct definition_slot *slots; /* NULL: counting */
    struct definition_part *parts;
    unsigned granule_shift;
    struct definition_part open; /* length 0: none */
};

static void close_part(struct making *m)
{
    if (m->open.length == 0)
        return;
    if (m->parts)
        m->parts[m->definition->nparts] = m->open;
    m->definition->nparts++;
    m->definition->room +=
        2; /* its first reference may move, its last may find a full step */
    m->open = (struct definition_part){0};
}

static void add_fetch(struct making *m, vaddr_t address, uint32_t length)
{
    const uint64_t first = address >> m->granule_shift;
    const uint64_t last = (address + length - 1) >> m->granule_shift;
    for (uint64_t block = first; block <= last; block++) {
        if (!m->open.fetches || m->open.block != block || m->open.length == STEP_REFERENCES)
            close_part(m);
        if (m->open.length == 0)
            m->open = (struct definition_part){
                .block = block, .fetches = true, .continued = block != first};
        m->open.length++;
    }
    m->definition->counts.ifetches++;
    m->definition->references++;
}

static void add_slot(struct making *m, uint64_t word)
{
    struct definition *d = m->definition;
    const enum recording_access access = definition_access(word);
    const unsigned width = access == RECORDING_MODIFY ? 2 : 1;
    const uint32_t granule = UINT32_C(1) << m->granule_shift, size = definition_size(word);
    if (m->open.length + width > STEP_REFERENCES)
        close_part(m);
    struct definition_part *part = &m->open;
    if (m->slots)
        m->slots[d->nslots] = (struct definition_slot){
            .limit = size <= granule ? granule - (size - 1) : 0,
            .position = part->length,
            .access = (uint8_t)access,
            .optional = definition_optional(word),
            .size = size,
        };
    part->data |= low_bits(width) << part->length;
    part->store |= (uint64_t)(access != RECORDING_LOAD) << (part->length + width - 1);
    part->length = (uint8_t)(part->length + width);
    part->nslots++;
    d->nslots++;
    d->optional |= definition_optional(word);
    d->counts.loads += access != RECORDING_STORE;
    d->counts.stores += access != RECORDING_LOAD;
    d->counts.modifies += access == RECORDING_MODIFY;
    d->references += width;
    /* A move, and if it reaches into further blocks one for each, of a modify twice. */
    d->room += 1 + (size > 1 ? 2 * (((size - 2) >> m->granule_shift) + 2) : 0);
}

static void make(struct making *m, const uint64_t *words, bool instructions)
{
    const uint32_t ninstructions = (uint32_t)words[0];
    *m->definition = (struct definition){0};
    for (uint32_t i = 0, at = 1; i < ninstructions; i++) {
        const uint64_t word = words[at++];
        if (instructions && definition_length(word) > 0)
            add_fetch(m, definition_address(word), definition_length(word));
        for (uint32_t slot = 0; slot < definition_slots(word); slot++)
            add_slot(m, words[at++]);
    }
    close_part(m);
    if (m->definition->room < m->definition->references)
        m->definition->room = m->definition->references;
}

/* Do the words say as many instructions and slots as there are, and nothing impossible? */
static bool is_sound(const uint64_t *words, uint32_t n)
{
    if (n == 0)
        return false;
    const uint32_t ninstructions = (uint32_t)words[0];
    uint64_t at = 1, nslots = 0;
    for (uint32_t i = 0; i < ninstructions; i++) {
        if (at >= n || n - at - 1 < definition_slots(words[at]) ||
            definition_address(words[at]) > UINT64_MAX - definition_length(words[at]))
            return false;
        nslots += definition_slots(words[at]);
        for (uint32_t slots = definition_slots(words[at++]); slots > 0; slots--, at++) {
            const uint32_t size = definition_size(words[at]);
            if (definition_access(words[at]) > RECORDING_MODIFY || size == 0 ||
                size > SIZE_MAX_BYTES)
                return false;
        }
    }
    return at == n && nslots == words[0] >> 32;
}

static struct definition *make_ready(struct arena *arena, const uint64_t *words, uint32_t n,
                                     unsigned granule_shift, bool instructions)
{
    struct definition *definition = arena_alloc(arena, sizeof *definition);
    uint64_t *copy = arena_array(arena, n, sizeof *copy);
    if (!definition || !copy)
        return NULL;
    memcpy(copy, words, n * sizeof *copy);
    struct making making = {.definition = definition, .granule_shift = granule_shift};
    make(&making, copy, instructions);
    making.slots = arena_array(arena, definition->nslots + 1, sizeof *making.slots);
    making.parts = arena_array(arena, definition->nparts + 1, sizeof *making.parts);
    if (!making.slots || !making.parts)
        return NULL;
    make(&making, copy, instructions);
    definition->slots = making.slots;
    definition->parts = making.parts;
    definition->words = copy;
    return definition;
}

static enum status make_place(struct definitions *definitions, uint32_t number,
                              struct error *err)
{
    if (number >= definitions->capacity) {
        uint32_t capacity = definitions->capacity ? definitions->capacity : 1024;
        while (capacity <= number)
            capacity *= 2;
        const struct definition **at =
            realloc(definitions->at, capacity * sizeof(struct definition *));
        if (!at)
            return error_nomem(err);
        definitions->at = at;
        definitions->capacity = capacity;
    }
    while (definitions->n <= number)
        definitions->at[definitions->n++] = &unknown;
    return OK;
}

enum status definitions_add(struct definitions *definitions, uint32_t number,
                            const uint64_t *words, uint32_t n, struct error *err)
{
    if (number >= NUMBERS_MAX || !is_sound(words, n))
        return error_set(err, ERR_DAMAGED, at_nowhere(),
                         "what came of the program is damaged: the definition of segment "
                         "%u makes no sense",
                         number);
    const enum status status = make_place(definitions, number, err);
    if (status != OK)
        return status;
    const struct definition *definition =
        make_ready(definitions->pool->arena, words, n, definitions->granule_shift,
                   definitions->instructions);
    if (!definition)
        return error_nomem(err);
    definitions->at[number] = definition;
    return OK;
}
