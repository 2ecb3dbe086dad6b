/* tlb_model_test.c -- an array of a TLB with any replacement against a slow one that looks
 * at every way of a set and writes down all that was ever asked of it. */
#include "machine/tlb.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGES = 600, GLOBALS = 40, ITEMS = PAGES + GLOBALS, WAYS_MAX = 100, SETS_MAX = 128 };

/* What can be in the TLB: pages, known by their numbers, and global tags that are known by
 * the place of their set alone.  A global tag has the low bits of a page's number. */
struct item {
    page_t tag;
    vpn_t vpn;
};

struct way {
    bool valid;
    unsigned item;
    uint64_t entered, used; /* times                                                     */
    bool recent;            /* bit-PLRU's bit                                            */
};

static struct slow {
    struct way ways[SETS_MAX][WAYS_MAX];
    bool right[SETS_MAX][WAYS_MAX][WAYS_MAX + 1]; /* [first way][ways]: the side of this
                                                   * part of the tree where a victim is   */
    unsigned nsets, nways, newest[SETS_MAX];
    enum tlb_replacement replacement;
    uint64_t now;
} slow;

static struct tlb tlb;
static struct item items[ITEMS];
static vpn_t vpns[PAGES];
static struct rng rng;
static const char *trial; /* for messages                                                */

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&rng, n);
}

static void must(bool condition, const char *what)
{
    if (!condition)
        ck_abort_msg("%s: %s at time %llu", trial, what, (unsigned long long)slow.now);
}

/* Every other one is in one of the first five sets, however many sets there are. */
static void setup(void)
{
    rng_seed(&rng, 1);
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].tag = i < PAGES ? i : TLB_TAG_GLOBAL | (i - PAGES) * 3;
        items[i].vpn = (vpn_t)i * 768 + below(i % 2 ? 5 : 768) + ((vpn_t)(i % 3) << 35);
    }
    for (page_t page = 0; page < PAGES; page++)
        vpns[page] = items[page].vpn;
}

static struct way *slow_set(unsigned item)
{
    return slow.ways[items[item].vpn % slow.nsets];
}

static struct way *slow_find(unsigned item)
{
    struct way *set = slow_set(item);
    for (unsigned way = 0; way < slow.nways; way++)
        if (set[way].valid && set[way].item == item)
            return &set[way];
    return NULL;
}

/* Point every part of the tree that holds the way to its other half. */
static void slow_turn_away(unsigned set, unsigned way)
{
    unsigned first = 0;
    for (unsigned n = slow.nways; n > 1; n /= 2) {
        const bool in_right = way >= first + n / 2;
        slow.right[set][first][n] = !in_right;
        first += in_right ? n / 2 : 0;
    }
}

static unsigned slow_pointed_to(unsigned set)
{
    unsigned first = 0;
    for (unsigned n = slow.nways; n > 1; n /= 2)
        first += slow.right[set][first][n] ? n / 2 : 0;
    return first;
}

static void slow_use(unsigned set, struct way *way)
{
    way->used = ++slow.now;
    slow.newest[set] = (unsigned)(way - slow.ways[set]);
    slow_turn_away(set, slow.newest[set]);
    way->recent = true;
    for (unsigned i = 0; i < slow.nways; i++)
        if (!slow.ways[set][i].recent)
            return;
    for (unsigned i = 0; i < slow.nways; i++)
        slow.ways[set][i].recent = &slow.ways[set][i] == way;
}

/* The only way whose entry may go, or `displaced` if that one may. */
static unsigned slow_victim(unsigned set, unsigned displaced)
{
    const struct way *ways = slow.ways[set];
    unsigned used = 0, entered = 0, clear = slow.nways;
    for (unsigned i = 0; i < slow.nways; i++) {
        used = ways[i].used < ways[used].used ? i : used;
        entered = ways[i].entered < ways[entered].entered ? i : entered;
        clear = clear == slow.nways && !ways[i].recent ? i : clear;
    }
    switch (slow.replacement) {
    case TLB_LRU:
        return used;
    case TLB_FIFO:
        return entered;
    case TLB_TREE_PLRU:
        return slow_pointed_to(set);
    case TLB_BIT_PLRU:
        return slow.nways == 1 ? 0 : clear;
    case TLB_BIT_PLRU_DYNAMORIO:
        must(slow.nways == 1 || !ways[displaced].recent, "a victim whose bit is set");
        return displaced;
    case TLB_NMRU:
        must(slow.nways == 1 || displaced != slow.newest[set], "the newest as victim");
        return displaced;
    case TLB_RANDOM:
        break;
    }
    return displaced;
}

static unsigned way_of_tag(unsigned set, page_t tag)
{
    for (unsigned i = 0; i < slow.nways; i++)
        if (slow.ways[set][i].valid && items[slow.ways[set][i].item].tag == tag)
            return i;
    must(false, "a displaced tag that was not there");
    return 0;
}

/* The slow one takes the item; the fast one said that it displaced this tag. */
static void slow_fill(unsigned item, page_t displaced)
{
    const unsigned set = (unsigned)(items[item].vpn % slow.nsets);
    unsigned way = 0;
    while (way < slow.nways && slow.ways[set][way].valid)
        way++;
    if (way < slow.nways) {
        must(displaced == PAGE_NONE, "an entry displaced while a way is empty");
    } else {
        must(displaced != PAGE_NONE, "no entry displaced from a full set");
        way = slow_victim(set, way_of_tag(set, displaced));
        must(items[slow.ways[set][way].item].tag == displaced, "a wrong victim");
    }
    struct way *taken = &slow.ways[set][way];
    taken->valid = true;
    taken->item = item;
    slow_use(set, taken);
    taken->entered = slow.now;
}

/* Pages by their numbers, global tags by the places of their sets. */
static void use(unsigned item)
{
    const bool is_page = item < PAGES;
    const page_t tag = items[item].tag;
    const uint32_t place = tlb_set(&tlb, items[item].vpn);
    struct way *way = slow_find(item);
    must((is_page ? tlb_lookup(&tlb, tag) : tlb_lookup_at(&tlb, place, tag)) == !!way,
         "a wrong hit or miss");
    if (way)
        slow_use((unsigned)(items[item].vpn % slow.nsets), way);
    else if (below(8)) /* not all that misses is entered */
        slow_fill(item, is_page ? tlb_fill(&tlb, tag) : tlb_fill_at(&tlb, place, tag));
}

static void invalidate(unsigned item)
{
    if (item < PAGES)
        tlb_invalidate(&tlb, items[item].tag);
    else
        tlb_invalidate_at(&tlb, tlb_set(&tlb, items[item].vpn), items[item].tag);
    if (slow_find(item))
        slow_find(item)->valid = false;
}

/* Drops of the pages only every third one, and every global tag. */
static bool is_third_or_global(const void *context, page_t tag)
{
    must(tag != PAGE_NONE, "an empty way asked for");
    return tag & TLB_TAG_GLOBAL || tag % 3 == *(const unsigned *)context;
}

static void drop_many(void)
{
    const unsigned third = below(3), what = below(3);
    if (what == 0)
        tlb_drop(&tlb, is_third_or_global, &third);
    else
        tlb_flush(&tlb, what == 1);
    for (unsigned i = 0; i < ITEMS; i++) {
        const bool global = i >= PAGES;
        struct way *way = slow_find(i);
        if (way && (what == 0 ? global || i % 3 == third : what == 2 || !global))
            way->valid = false;
    }
}

static void compare_content(void)
{
    for (unsigned i = 0; i < ITEMS; i++) {
        const bool in = slow_find(i);
        must(tlb_holds_at(&tlb, tlb_set(&tlb, items[i].vpn), items[i].tag) == in,
             "a wrong content");
        must(i >= PAGES || tlb_holds(&tlb, i) == in, "a wrong content");
    }
}

static void compare(struct tlb_params params, unsigned operations)
{
    slow = (struct slow){.nsets = params.entries / params.ways,
                         .nways = params.ways - params.wired,
                         .replacement = params.replacement};
    ck_assert_int_eq(tlb_init(&tlb, &params, 3, NULL), OK);
    ck_assert_int_eq(tlb_add_pages(&tlb, vpns, 0, 10, 16, NULL), OK);
    ck_assert_int_eq(tlb_add_pages(&tlb, vpns, 10, PAGES, PAGES, NULL), OK);
    unsigned reach = 1;
    for (unsigned i = 0; i < operations; i++) {
        if (i % 1000 == 0) /* from all hits to hardly any */
            reach = 1 + below(params.entries * 2 < ITEMS ? params.entries * 2 : ITEMS);
        const unsigned item = (below(reach) * 7 + (below(8) ? 0 : below(ITEMS))) % ITEMS;
        const unsigned what = below(500);
        if (what == 0)
            drop_many();
        else if (what < 25)
            invalidate(item);
        else
            use(item);
        if (i % 250 == 0)
            compare_content();
    }
    compare_content();
    tlb_release(&tlb);
}

static const struct {
    const char *name;
    enum tlb_replacement replacement;
} kinds[] = {
    {"lru", TLB_LRU},
    {"fifo", TLB_FIFO},
    {"random", TLB_RANDOM},
    {"nmru", TLB_NMRU},
    {"tree-plru", TLB_TREE_PLRU},
    {"bit-plru", TLB_BIT_PLRU},
    {"bit-plru-dynamorio", TLB_BIT_PLRU_DYNAMORIO},
};

static const struct {
    uint32_t entries, ways, wired;
} shapes[] = {
    {1, 1, 0},   {2, 2, 0},     {4, 4, 0},     {8, 1, 0},   {64, 4, 0},  {64, 64, 0},
    {64, 8, 0},  {96, 16, 0},   {128, 2, 0},   {12, 2, 0},  {24, 4, 0},  {48, 8, 0},
    {15, 5, 0},  {1536, 12, 0}, {100, 100, 0}, {33, 33, 0}, {48, 48, 8}, {40, 8, 3},
    {96, 16, 1}, {64, 64, 32},  {16, 4, 2},
};

static bool is_possible(size_t shape, enum tlb_replacement replacement)
{
    const uint32_t used = shapes[shape].ways - shapes[shape].wired;
    if (replacement == TLB_TREE_PLRU)
        return !(shapes[shape].ways & (shapes[shape].ways - 1)) && !(used & (used - 1));
    return shapes[shape].ways <= 64 || replacement < TLB_TREE_PLRU;
}

START_TEST(every_replacement_does_as_one_that_looks_at_every_way)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        char name[64];
        trial = name;
        snprintf(name, sizeof name, "%s %u/%u-%u", kinds[_i].name, shapes[i].entries,
                 shapes[i].ways, shapes[i].wired);
        if (is_possible(i, kinds[_i].replacement))
            compare((struct tlb_params){shapes[i].entries, shapes[i].ways,
                                        kinds[_i].replacement, shapes[i].wired},
                    10000);
    }
}
END_TEST

static Suite *model_suite(void)
{
    Suite *suite = suite_create("tlb_model");
    TCase *tests = tcase_create("tlb_model");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, every_replacement_does_as_one_that_looks_at_every_way, 0,
                        (int)ARRAY_LEN(kinds));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(model_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
