/* vax_walk_test.c -- the page tables of a VAX against a slow model of them: what each walk
 * reads and writes, with system halves of several sizes, as tables grow, move and end. */
#include "pagetable_steps.h"

enum { V = PTE_VALID, W = PTE_WRITABLE, M = PTE_MODIFIED };
enum { SPACES = 4, SYSTEM = 1024, TABLE_PAGES = 64, HALF_MAX = 64 };
enum { REGION = 0x200000, PER_PAGE = 128 }; /* entries of a region, of a system page */

static const paddr_t sbr = 0x30000000;

static struct model model;

/* A region of a space: its length register, the system pages of its table, and which pages
 * of the table have memory, counted from the end at which the region begins. */
static struct known {
    uint32_t lr, first, pages;
    bool has[TABLE_PAGES];
} known[SPACES][2];

enum { FREE, USED, LEFT };
static uint8_t system_pages[SYSTEM];

/* The system half: which pages it holds, where they were when they were loaded, and when
 * they were used. */
static struct {
    uint32_t entries, ways, n;
    uint64_t now;
    struct {
        uint32_t page, frame;
        uint64_t used;
    } all[HALF_MAX];
} half;

/* --- system space --------------------------------------------------------------------- */

static bool all_free(uint32_t first, uint32_t n)
{
    for (uint32_t i = first; i < first + n; i++)
        if (i >= SYSTEM || system_pages[i] != FREE)
            return false;
    return true;
}

static uint32_t lowest_room(uint32_t n)
{
    uint32_t first = 0;
    while (!all_free(first, n))
        ck_assert_uint_lt(first++, SYSTEM);
    return first;
}

static uint32_t highest_room(uint32_t n)
{
    uint32_t first = SYSTEM - n;
    while (!all_free(first, n))
        ck_assert_uint_gt(first--, 0);
    return first;
}

static void set_pages(const struct known *k, uint8_t state)
{
    for (uint32_t i = 0; i < k->pages; i++)
        system_pages[k->first + i] = state;
}

/* A window doubles until it has so many pages; in place if it can. */
static void grow(struct known *k, bool p1, uint32_t needed)
{
    uint32_t n = k->pages ? k->pages : 1;
    while (n < needed)
        n *= 2;
    const uint32_t more = n - k->pages;
    if (more == 0)
        return;
    if (!p1 && k->pages && all_free(k->first + k->pages, more)) {
        ;
    } else if (p1 && k->pages && k->first >= more && all_free(k->first - more, more)) {
        k->first -= more;
    } else {
        const uint32_t first = p1 ? highest_room(n) : lowest_room(n);
        set_pages(k, LEFT);
        k->first = first;
    }
    k->pages = n;
    set_pages(k, USED);
}

/* --- what the runs tell --------------------------------------------------------------- */

static struct known *known_of(struct steps_page page, uint32_t *vpn, bool *p1)
{
    *p1 = page.vpn >= REGION;
    *vpn = (uint32_t)page.vpn % REGION;
    return &known[page.space][*p1];
}

/* Which page of its table an entry lies in, from where the region begins. */
static uint32_t table_page(uint32_t vpn, bool p1)
{
    return (p1 ? REGION - 1 - vpn : vpn) / PER_PAGE;
}

static void begun(struct model *m, uint32_t space)
{
    (void)m;
    known[space][0] = (struct known){.lr = 0};
    known[space][1] = (struct known){.lr = REGION};
}

static void ended(struct model *m, uint32_t space)
{
    set_pages(&known[space][0], FREE);
    set_pages(&known[space][1], FREE);
    for (uint32_t i = 0; i < SYSTEM; i++)
        if (system_pages[i] == LEFT)
            system_pages[i] = FREE;
    half.n = 0;
    if (m->system)
        tlb_flush(m->system, false);
}

static void entered(struct model *m, struct steps_page page, struct model_entry entry)
{
    uint32_t vpn;
    bool p1;
    struct known *k = known_of(page, &vpn, &p1);
    (void)m;
    (void)entry;
    grow(k, p1, table_page(vpn, p1) + 1);
    k->has[table_page(vpn, p1)] = true;
    if (p1 && vpn < k->lr)
        k->lr = vpn;
    if (!p1 && vpn >= k->lr)
        k->lr = vpn + 1;
}

static void removed(struct model *m, struct steps_page page, struct model_entry entry)
{
    (void)m;
    (void)page;
    (void)entry;
}

/* --- walks ---------------------------------------------------------------------------- */

/* True if the system half holds the page; else it does from now on, if it is to. */
static bool half_has(uint32_t page, uint32_t frame, bool load)
{
    const uint32_t nsets = half.entries ? half.entries / half.ways : 1;
    uint32_t in_set = 0, oldest = 0;
    half.now++;
    for (uint32_t i = 0; i < half.n; i++) {
        if (half.all[i].page == page) {
            steps_equal(half.all[i].frame, frame, "what a stale entry maps");
            half.all[i].used = half.now;
            return true;
        }
        if (half.all[i].page % nsets != page % nsets)
            continue;
        if (in_set++ == 0 || half.all[i].used < half.all[oldest].used)
            oldest = i;
    }
    if (!load || half.entries == 0)
        return false;
    if (in_set < half.ways)
        oldest = half.n++;
    half.all[oldest].page = page;
    half.all[oldest].frame = frame;
    half.all[oldest].used = half.now;
    return false;
}

/* The word that the manual says an entry is. */
static uint32_t raw(struct model_entry entry)
{
    if (entry.pfn == PFN_NONE)
        return 0x22000000; /* fill on demand, users may write */
    return entry.pfn + (entry.bits & V ? 0x80000000 : 0) +
           (entry.bits & W ? 0x20000000 : 0x78000000) + (entry.bits & M ? 0x04000000 : 0);
}

static void predict(struct model *m, struct steps_page page, struct model_entry entry,
                    bool store, bool modify, struct model_prediction *out)
{
    uint32_t vpn;
    bool p1;
    const struct known *k = known_of(page, &vpn, &p1);
    const uint32_t table = table_page(vpn, p1);
    (void)modify;
    out->result = WALK_LENGTH;
    if (p1 ? vpn < k->lr : vpn >= k->lr)
        return;
    const bool has = k->has[table];
    const uint32_t system_page = p1 ? k->first + k->pages - 1 - table : k->first + table;
    const uint32_t system = table_read4(m->memory, sbr + 4 * system_page);
    steps_equal(system & 0xffe00000, has ? 0x90000000 : 0x10000000, "system entry");
    if (!half_has(system_page, system & 0x1fffff, has))
        model_predict(out, sbr + 4 * system_page, false);
    out->result = WALK_NOT_PRESENT;
    if (!has)
        return;
    const paddr_t paddr = (paddr_t)(system & 0x1fffff) * 512 + 4 * (vpn % PER_PAGE);
    model_predict(out, paddr, false);
    steps_equal(table_read4(m->memory, paddr), raw(entry), "entry");
    const bool mapped = entry.pfn != PFN_NONE;
    if (mapped && store && !(entry.bits & W)) {
        out->result = WALK_PROTECTION;
    } else if (mapped && entry.bits & V) {
        out->result = WALK_OK;
        if (store && !(entry.bits & M))
            model_predict(out, paddr, true);
    }
}

static const struct steps_oracle oracle = {
    .bits = V | W | M,
    .entered = entered,
    .removed = removed,
    .begun = begun,
    .ended = ended,
    .predict = predict,
};

/* Entries and ways; 0 entries: the system half is not there. */
static const uint32_t halves[][2] = {{0, 1}, {1, 1}, {8, 2}, {64, 2}};

START_TEST(random_operations_do_what_a_slow_model_does)
{
    static struct tlb tlb;
    max_align_t params[PARAM_VALUES_MAX / sizeof(max_align_t)];
    const struct pagetable_ops *vax = pagetable_find("vax");
    param_defaults(vax->params, params);
    ck_assert_int_eq(
        param_set(vax->params, params, "system_pages", "1024", "vax", at_nowhere(), NULL),
        OK);
    model_open(&model, vax, 9, false, params, 1 << 21);
    half.entries = halves[_i][0];
    half.ways = halves[_i][1];
    const struct tlb_params half_params = {.entries = half.entries, .ways = half.ways};
    ck_assert_int_eq(tlb_init(&tlb, &half_params, 1, NULL), OK);
    model.system = half.entries ? &tlb : NULL;
    for (uint32_t space = 0; space < SPACES; space++) {
        model_add_space(&model, space);
        begun(&model, space);
        model_add_area(&model, space, 0, 200, 0);
        model_add_area(&model, space, 200, 1300, 0);
        model_add_area(&model, space, 1500, 3700, 0);
        model_add_area(&model, space, 2 * REGION - 2500, 2500, 0);
    }
    steps_run(&model, &oracle, 1000000);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_gt(model.walks[i], 3000);
    tlb_release(&tlb);
    model_close(&model);
}
END_TEST

static Suite *vax_suite(void)
{
    Suite *suite = suite_create("vax_walk");
    TCase *tests = tcase_create("vax_walk");
    tcase_add_loop_test(tests, random_operations_do_what_a_slow_model_does, 0,
                        (int)ARRAY_LEN(halves));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(vax_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
