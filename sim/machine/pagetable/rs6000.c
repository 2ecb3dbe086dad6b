/* rs6000.c -- RS/6000 (POWER): 32-bit effective addresses, whose upper four bits select one
 * of 16 segment registers with a segment id of 24 bits, so that virtual addresses have 52;
 * pages of 4 KiB; an inverted page table with an entry for each frame, which the hardware
 * searches from a table of hash anchors.
 * Sources: Stern, comp.arch, 28 Feb 1990 (segment ids, inverted table, hash anchors, search
 * in hardware); Pfeiffer, course notes on the RS/6000, New Mexico State University (a table
 * of anchors apart from the entries, which have 16 bytes).
 *
 * How POWER's own entries are laid out and chained is not documented in a source that could
 * be opened.  Entries, hash and search are therefore those of its predecessor, the RT PC
 * (inverted_table.h), with wider fields:
 *
 *     tag   segment id (24 bits), upper 6 bits of the index of the page in its segment
 *     hash  segment id XOR page index; of it as many low bits as number the anchors
 *
 * There are so many anchors that the bits missing from the tag are in the hash, as in the
 * abbreviated page index of PowerPC.  A search reads the anchor, then of each entry word 0
 * and, if the tag differs, word 1.  The frame is the number of the entry.
 *
 * Keys, in a segment of users (K = 1): 0 no access, 2 all, 3 read only.  An entry that is
 * not valid has key 0.  R and C are bits in an array by frame, apart from memory, as in the
 * RT PC; of POWER this is unverified.
 *
 * The segment ids of a space are scattered as Linux does for 32-bit PowerPC (CTX_TO_VSID,
 * arch/powerpc): with ids in a row, low pages of neighbouring segments would collide. */
#include "machine/format_limits.h"
#include "machine/inverted_table.h"

#include "base/bits.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SEGMENTS = 16,
    SEGMENT_SHIFT = 28, /* of an effective address */
    ID_BITS = 24,
    TAG_INDEX_BITS = 6, /* of a page index in the tag */
    SPACES_MAX = 1 << (ID_BITS - 4),
};

/* Keys, as they are in word 0. */
#define KEY_ALL UINT32_C(0x80000000)
#define KEY_READ UINT32_C(0xc0000000)
/* Of the software's word: what an entry that is not valid can be again. */
#define IN_USE UINT32_C(1)
#define WRITABLE UINT32_C(2)

struct rs6000_params {
    uint64_t anchors_per_frame, probe_limit;
};

struct pagetable_tables {
    struct inverted_table inverted;
    unsigned page_shift;
    unsigned index_bits; /* of a page in its segment                                     */
    uint64_t probe_limit;
    uint8_t *bits; /* [frame]: PTE_REFERENCED and PTE_MODIFIED, that is R and C           */
};

struct pagetable {
    struct pagetable_tables *tables;
    uint32_t ids[SEGMENTS]; /* the segment registers                                     */
    uint32_t npages;        /* mapped                                                    */
};

static const unsigned rs6000_shifts[] = {12, 0};
extern const struct pagetable_ops pagetable_rs6000; /* below */

/* --- life ----------------------------------------------------------------------------- */

static void rs6000_free(struct pagetable_tables *tables)
{
    if (!tables)
        return;
    inverted_table_release(&tables->inverted);
    free(tables->bits);
    free(tables);
}

/* Bits of the page index that only the hash has. */
static unsigned hashed_bits(const struct pagetable_tables *tables)
{
    return tables->index_bits > TAG_INDEX_BITS ? tables->index_bits - TAG_INDEX_BITS : 0;
}

static enum status rs6000_create(struct pagetable_tables **out,
                                 const struct pagetable_params *params, struct error *err)
{
    const struct rs6000_params *own = params->params;
    const unsigned shift = params->page_shift;
    enum status status = format_check_page_size(&pagetable_rs6000, params, err);
    if (status != OK)
        return status;
    if (params->frames == UINT64_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "rs6000 has a table entry for each frame, so the number of frames "
                         "must be known; set machine.memory");
    struct pagetable_tables *tables = calloc(1, sizeof *tables);
    if (!tables)
        return error_nomem(err);
    tables->page_shift = shift;
    tables->index_bits = shift < SEGMENT_SHIFT ? SEGMENT_SHIFT - shift : 0;
    tables->probe_limit = own->probe_limit;
    const uint64_t most = (uint64_t)1 << (pagetable_rs6000.paddr_bits - shift);
    const uint64_t nframes = params->frames < most ? params->frames : most;
    uint64_t nanchors = (uint64_t)1 << hashed_bits(tables);
    while (nanchors < own->anchors_per_frame * nframes)
        nanchors *= 2;
    tables->bits = calloc(nframes, 1);
    status = tables->bits ? inverted_table_init(&tables->inverted, params->memory,
                                                (uint32_t)nframes, (uint32_t)nanchors, err)
                          : error_nomem(err);
    if (status != OK) {
        rs6000_free(tables);
        return status;
    }
    *out = tables;
    return OK;
}

static enum status rs6000_add_space(struct pagetable_tables *tables, uint32_t number,
                                    struct pagetable **out, struct error *err)
{
    if (number >= SPACES_MAX)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "rs6000 has segment ids for %d address spaces only", SPACES_MAX);
    struct pagetable *table = malloc(sizeof *table);
    if (!table)
        return error_nomem(err);
    *table = (struct pagetable){.tables = tables};
    for (uint32_t i = 0; i < SEGMENTS; i++)
        table->ids[i] = (number * (897 * 16) + i * 0x111) & (uint32_t)low_bits(ID_BITS);
    *out = table;
    return OK;
}

static bool is_of(const struct pagetable *table, uint32_t tag)
{
    for (unsigned i = 0; i < SEGMENTS; i++)
        if (table->ids[i] == tag >> TAG_INDEX_BITS)
            return true;
    return false;
}

static void drop(struct pagetable *table, const struct inverted_place *place)
{
    inverted_table_unlink(&table->tables->inverted, place);
    inverted_write(&table->tables->inverted, place->frame, INVERTED_SOFTWARE, 0);
    table->npages--;
}

/* Pages that are still mapped go too. */
static void rs6000_end_space(struct pagetable *table)
{
    const struct inverted_table *inverted = &table->tables->inverted;
    for (uint32_t i = 0; table->npages && i < inverted->nanchors; i++) {
        struct inverted_place place = {i, inverted_table_first(inverted, i), PFN_NONE};
        while (place.frame != PFN_NONE) {
            const pfn_t next = inverted_table_next(inverted, place.frame);
            if (is_of(table,
                      inverted_read(inverted, place.frame, INVERTED_TAG) & ~INVERTED_KEY))
                drop(table, &place);
            else
                place.before = place.frame;
            place.frame = next;
        }
    }
    free(table);
}

/* --- entries -------------------------------------------------------------------------- */

static bool is_beyond(const struct pagetable_tables *tables, vpn_t vpn)
{
    return vpn >> (pagetable_rs6000.address_bits - tables->page_shift) != 0;
}

/* The tag of a page, and the number of its anchor. */
static uint32_t tag_of(const struct pagetable *table, vpn_t vpn, uint32_t *anchor)
{
    const struct pagetable_tables *tables = table->tables;
    const uint32_t address = (uint32_t)(vpn << tables->page_shift);
    const uint32_t id = table->ids[address >> SEGMENT_SHIFT];
    const uint32_t index =
        (address & (uint32_t)low_bits(SEGMENT_SHIFT)) >> tables->page_shift;
    *anchor = (id ^ index) & (tables->inverted.nanchors - 1);
    return id << TAG_INDEX_BITS | index >> hashed_bits(tables);
}

static struct inverted_place find(const struct pagetable *table, vpn_t vpn)
{
    uint32_t anchor;
    if (is_beyond(table->tables, vpn))
        return (struct inverted_place){.frame = PFN_NONE};
    const uint32_t tag = tag_of(table, vpn, &anchor);
    return inverted_table_find(&table->tables->inverted, anchor, tag);
}

static unsigned decode(const struct pagetable_tables *tables, pfn_t frame)
{
    const struct inverted_table *inverted = &tables->inverted;
    const uint32_t key = inverted_read(inverted, frame, INVERTED_TAG) & INVERTED_KEY;
    const uint32_t software = inverted_read(inverted, frame, INVERTED_SOFTWARE);
    return (key ? PTE_VALID : 0u) | (software & WRITABLE ? PTE_WRITABLE : 0u) |
           tables->bits[frame];
}

static void encode(struct pagetable_tables *tables, pfn_t frame, uint32_t tag,
                   unsigned bits)
{
    const uint32_t key = bits & PTE_WRITABLE ? KEY_ALL : KEY_READ;
    inverted_write(&tables->inverted, frame, INVERTED_TAG,
                   (bits & PTE_VALID ? key : 0) | tag);
    inverted_write(&tables->inverted, frame, INVERTED_SOFTWARE,
                   IN_USE | (bits & PTE_WRITABLE ? WRITABLE : 0));
    tables->bits[frame] = (uint8_t)(bits & (PTE_REFERENCED | PTE_MODIFIED));
}

/* A page that is there already comes to the front of its chain: what the system does after
 * a search that was given up. */
static enum status rs6000_enter(struct pagetable *table, vpn_t vpn, pfn_t pfn,
                                unsigned shift, unsigned bits, struct error *err)
{
    struct pagetable_tables *tables = table->tables;
    const struct inverted_table *inverted = &tables->inverted;
    uint32_t anchor;
    assert(shift == tables->page_shift);
    enum status status = format_check_address(&pagetable_rs6000, "rs6000", shift, vpn, err);
    if (status == OK)
        status = format_check_frame(&pagetable_rs6000, shift,
                                    pagetable_rs6000.paddr_bits - shift, pfn, err);
    if (status != OK)
        return status;
    assert(pfn < inverted->nframes);
    const struct inverted_place place = find(table, vpn);
    if (place.frame != PFN_NONE)
        drop(table, &place);
    assert(!inverted_read(inverted, pfn, INVERTED_SOFTWARE));
    const uint32_t tag = tag_of(table, vpn, &anchor);
    encode(tables, pfn, tag, bits);
    inverted_table_link(inverted, anchor, pfn);
    table->npages++;
    return OK;
}

static void rs6000_remove(struct pagetable *table, vpn_t vpn)
{
    const struct inverted_place place = find(table, vpn);
    if (place.frame != PFN_NONE)
        drop(table, &place);
}

static unsigned rs6000_get(const struct pagetable *table, vpn_t vpn, pfn_t *pfn)
{
    *pfn = find(table, vpn).frame;
    return *pfn == PFN_NONE ? 0 : decode(table->tables, *pfn);
}

static void rs6000_change(struct pagetable *table, vpn_t vpn, unsigned set, unsigned clear)
{
    struct pagetable_tables *tables = table->tables;
    const pfn_t frame = find(table, vpn).frame;
    assert(frame != PFN_NONE);
    const uint32_t word = inverted_read(&tables->inverted, frame, INVERTED_TAG);
    encode(tables, frame, word & ~INVERTED_KEY, (decode(tables, frame) | set) & ~clear);
}

/* --- walks ---------------------------------------------------------------------------- */

/* Search the page's chain as the hardware does; PFN_NONE if it is not found. */
static pfn_t search(const struct pagetable_tables *tables, uint32_t anchor, uint32_t tag,
                    struct walk *walk)
{
    const struct inverted_table *inverted = &tables->inverted;
    walk_read(walk, inverted_anchor(inverted, anchor));
    pfn_t frame = inverted_table_first(inverted, anchor);
    for (uint64_t probes = 1; frame != PFN_NONE; probes++) {
        walk_read(walk, inverted_word(inverted, frame, INVERTED_TAG));
        if ((inverted_read(inverted, frame, INVERTED_TAG) & ~INVERTED_KEY) == tag)
            return frame;
        if (probes == tables->probe_limit)
            return PFN_NONE;
        walk_read(walk, inverted_word(inverted, frame, INVERTED_NEXT));
        frame = inverted_table_next(inverted, frame);
    }
    return PFN_NONE;
}

static void rs6000_walk(struct pagetable *table, vpn_t vpn, struct walk *walk)
{
    struct pagetable_tables *tables = table->tables;
    const bool store = walk->store || walk->modify;
    uint32_t anchor;
    walk->result = WALK_NOT_PRESENT;
    if (is_beyond(tables, vpn))
        return;
    const uint32_t tag = tag_of(table, vpn, &anchor);
    const pfn_t frame = search(tables, anchor, tag, walk);
    const unsigned bits = frame == PFN_NONE ? 0 : decode(tables, frame);
    if (!(bits & PTE_VALID))
        return;
    walk->result = WALK_PROTECTION;
    if (store && !(bits & PTE_WRITABLE))
        return;
    tables->bits[frame] |= (uint8_t)(PTE_REFERENCED | (store ? PTE_MODIFIED : 0));
    walk->result = WALK_OK;
    walk->pfn = frame;
    walk->page_shift = tables->page_shift;
    walk->writable = bits & PTE_WRITABLE;
    walk->modified = tables->bits[frame] & PTE_MODIFIED;
}

static void rs6000_note(const struct pagetable_params *params, char *buffer, size_t size)
{
    const int used =
        snprintf(buffer, size,
                 "rs6000 has table entries and chains like those of the RT PC, since "
                 "those of POWER are not documented");
    if (used > 0 && (size_t)used < size &&
        !pagetable_has_shift(&pagetable_rs6000, params->page_shift))
        snprintf(buffer + used, size - (size_t)used,
                 "; rs6000 has no pages of %llu bytes: its tables are adapted",
                 1ull << params->page_shift);
}

static const struct param rs6000_table[] = {
    {.name = "anchors_per_frame",
     .kind = PARAM_UINT,
     .offset = offsetof(struct rs6000_params, anchors_per_frame),
     .fallback = "1",
     .min = 1,
     .max = 64,
     .help = "hash anchors for each frame; their number is rounded up to a power of two"},
    {.name = "probe_limit",
     .kind = PARAM_UINT,
     .offset = offsetof(struct rs6000_params, probe_limit),
     .fallback = "0",
     .unit = "entries",
     .help = "entries of a chain after which a search is given up, so that the system must "
             "put the page's entry first; 0: none (the RT PC: 128 if so set)"},
    {0},
};

const struct pagetable_ops pagetable_rs6000 = {
    .name = "rs6000",
    .summary = "POWER with the inverted table of the RT PC: segment registers, hash chains "
               "searched by hardware, one page a frame",
    .source = "Stern, comp.arch 28 Feb 1990; RT PC Hardware Technical Reference 75X0232",
    .features = PAGETABLE_REFERENCED | PAGETABLE_MODIFIED | PAGETABLE_FRAME_BITS |
                PAGETABLE_PER_FRAME,
    .address_bits = 32,
    .paddr_bits = 32,
    .page_shifts = rs6000_shifts,
    .params = rs6000_table,
    .params_size = sizeof(struct rs6000_params),
    .create = rs6000_create,
    .free = rs6000_free,
    .add_space = rs6000_add_space,
    .end_space = rs6000_end_space,
    .enter = rs6000_enter,
    .remove = rs6000_remove,
    .get = rs6000_get,
    .change = rs6000_change,
    .walk = rs6000_walk,
    .note = rs6000_note,
};
