/* layout_model_test.c -- layouts of random traces against slow models: one that keeps for
 * each block which map operation it belongs to, and one that keeps every access. */
#include "layout_rig.h"

#include "base/rng.h"
#include "layout/bands.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCKS = 96, MAPS_MAX = 400, ACCESSES_MAX = 1 << 17, BASE = 0x40000000 };

/* What each map operation made: every one of them maps a file of its own. */
struct model_map {
    uint64_t references[USE_KINDS];
    uint64_t from, until;
    bool pages[USE_KINDS][BLOCKS], used;
    unsigned blocks; /* that it still has */
};

struct model_access {
    uint64_t time;
    vaddr_t vaddr;
    enum use_kind kind;
};

struct model {
    struct rng rng;
    unsigned granule_shift, page_shift;
    struct model_map maps[MAPS_MAX];
    size_t nmaps;
    size_t owner[BLOCKS]; /* map + 1; 0: none */
    struct model_map outside;
    uint64_t time;
    size_t naccesses;
};

static struct model model;
static struct model_access accesses[ACCESSES_MAX];

static unsigned below(unsigned n)
{
    return (unsigned)rng_below(&model.rng, n);
}

static void drop(unsigned block)
{
    const size_t owner = model.owner[block];
    model.owner[block] = 0;
    if (owner && --model.maps[owner - 1].blocks == 0)
        model.maps[owner - 1].until = model.time;
}

/* A range, of whole pages in most runs. */
static void random_range(unsigned *first, unsigned *n, bool whole_pages)
{
    const unsigned page = whole_pages ? 1u << (model.page_shift - model.granule_shift) : 1;
    *first = below(BLOCKS / page) * page;
    *n = (1 + below(BLOCKS / page / 4)) * page;
    if (*first + *n > BLOCKS)
        *n = BLOCKS - *first;
}

static void random_op(struct rig *rig, bool whole_pages)
{
    unsigned first, n;
    random_range(&first, &n, whole_pages);
    const vaddr_t start = BASE + ((vaddr_t)first << model.granule_shift);
    const uint64_t length = (uint64_t)n << model.granule_shift;
    switch (below(4)) {
    case 0:
    case 1:
        if (model.nmaps == MAPS_MAX)
            return;
        for (unsigned i = first; i < first + n; i++)
            drop(i);
        char name[24];
        snprintf(name, sizeof name, "%zu", model.nmaps);
        model.maps[model.nmaps++] =
            (struct model_map){.from = model.time, .until = TIME_NEVER, .blocks = n};
        for (unsigned i = first; i < first + n; i++)
            model.owner[i] = model.nmaps;
        rig_map(rig, start, length, "rw", name);
        break;
    case 2:
        for (unsigned i = first; i < first + n; i++)
            drop(i);
        rig_unmap(rig, start, length);
        break;
    default:
        rig_protect(rig, start, length, below(2) ? "r" : "rw");
    }
}

static void note(enum use_kind kind, vaddr_t vaddr, uint32_t size)
{
    const uint64_t first = (vaddr - BASE) >> model.granule_shift;
    const uint64_t last = (vaddr - BASE + size - 1) >> model.granule_shift;
    for (uint64_t block = first; block <= last; block++) {
        const size_t owner = model.owner[block];
        struct model_map *map = owner ? &model.maps[owner - 1] : &model.outside;
        map->references[kind] += block == first;
        map->used = true;
        map->pages[kind][block >> (model.page_shift - model.granule_shift)] = true;
        ck_assert_uint_lt(model.naccesses, ACCESSES_MAX);
        /* A part in a further block comes after its reference. */
        accesses[model.naccesses++] = (struct model_access){
            model.time - (block != first), BASE + (block << model.granule_shift), kind};
        model.time += block == first;
    }
}

static void random_reference(struct rig *rig)
{
    static vaddr_t last[2];
    const enum reference_kind kind = (enum reference_kind)below(4);
    const bool data = kind != IFETCH;
    const uint64_t bytes = (uint64_t)BLOCKS << model.granule_shift;
    const uint32_t size = 1 + below(below(8) ? 8 : 3u << model.granule_shift);
    if (below(3) == 0 || last[data] < BASE)
        last[data] = BASE + below((unsigned)bytes - (4u << model.granule_shift));
    const vaddr_t vaddr = last[data];
    builder_add(rig->builder, kind, vaddr, size);
    if (kind == IFETCH)
        note(USE_FETCH, vaddr, size);
    if (kind == LOAD || kind == MODIFY)
        note(USE_LOAD, vaddr, size);
    if (kind == STORE || kind == MODIFY)
        note(USE_STORE, vaddr, size);
}

static void run_random(struct rig *rig, uint64_t seed, const struct density_size *plot,
                       bool whole_pages, bool ops)
{
    memset(&model, 0, sizeof model);
    rng_seed(&model.rng, seed);
    model.granule_shift = 4 + below(6);
    model.page_shift = model.granule_shift + below(3);
    rig_init(rig, model.granule_shift, model.page_shift, plot);
    const unsigned events = 1 + below(4000), often = 2 + below(100);
    for (unsigned i = 0; i < events; i++) {
        if (ops && below(often) == 0)
            random_op(rig, whole_pages);
        else
            random_reference(rig);
        if (below(1000) == 0 || builder_full(rig->builder))
            rig_flush(rig);
    }
    rig_finish(rig);
}

static unsigned count(const bool *pages)
{
    unsigned n = 0;
    for (unsigned i = 0; i < BLOCKS; i++)
        n += pages[i];
    return n;
}

/* All regions with this name together are what the model says of the map operation. */
static void check_map(const struct rig *rig, const struct model_map *map, const char *name,
                      bool whole_pages)
{
    struct layout_region sum = {.from = TIME_NEVER};
    for (size_t i = 0; i < rig->map.n; i++) {
        const struct layout_region *region = &rig->map.regions[i];
        if (strcmp(region->name, name) != 0)
            continue;
        sum.mapped = true;
        sum.from = region->from < sum.from ? region->from : sum.from;
        sum.until = region->until > sum.until ? region->until : sum.until;
        for (int kind = 0; kind < USE_KINDS; kind++) {
            sum.references[kind] += region->references[kind];
            sum.pages_of[kind] += region->pages_of[kind];
        }
    }
    ck_assert_int_eq(sum.mapped, map->used || map->until == TIME_NEVER);
    for (int kind = 0; kind < USE_KINDS; kind++) {
        ck_assert_uint_eq(sum.references[kind], map->references[kind]);
        if (whole_pages)
            ck_assert_uint_eq(sum.pages_of[kind], count(map->pages[kind]));
    }
    if (*name && sum.mapped)
        ck_assert_uint_eq(sum.from, map->from);
    /* A part that was used may have been unmapped before one that was not. */
    if (*name && map->until == TIME_NEVER)
        ck_assert_uint_eq(sum.until, TIME_NEVER);
    if (*name && sum.mapped)
        ck_assert_uint_le(sum.until, map->until);
}

START_TEST(random_operations_agree_with_a_model_of_blocks)
{
    const bool whole_pages = _i % 3 != 0;
    const struct density_size plot = {.columns = 16, .units = 8};
    struct rig rig;
    run_random(&rig, (uint64_t)_i, _i % 2 ? &plot : NULL, whole_pages, true);
    uint64_t references = 0;
    for (size_t i = 0; i < model.nmaps; i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i);
        check_map(&rig, &model.maps[i], name, whole_pages);
    }
    check_map(&rig, &model.outside, "", whole_pages);
    for (size_t i = 0; i < rig.map.n; i++)
        for (int kind = 0; kind < USE_KINDS; kind++)
            references += rig.map.regions[i].references[kind];
    ck_assert_uint_eq(references, model.time);
    ck_assert_uint_eq(rig.map.references, model.time);
    rig_release(&rig);
}
END_TEST

/* --- references over time and address --------------------------------------------------- */

static uint32_t cell_by_model(const struct density *density, uint64_t unit, uint32_t column,
                              enum use_kind kind)
{
    uint32_t n = 0;
    for (size_t i = 0; i < model.naccesses; i++) {
        const struct model_access *access = &accesses[i];
        n += access->vaddr >> density->unit_shift == unit &&
             access->time / density->width == column && access->kind == kind;
    }
    return n;
}

START_TEST(every_cell_holds_the_accesses_of_its_time_and_place)
{
    struct rig rig;
    struct density_size size = {.columns = 2 + 2 * (uint32_t)(_i % 4), .units = 2};
    size.units = 2 + (uint32_t)(_i % 7);
    run_random(&rig, 1000 + (uint64_t)_i, &size, true, _i % 2);
    const struct density *density = layout_density(rig.layout);
    const uint32_t columns = density_columns(density);
    ck_assert_uint_eq(columns, (model.time + density->width - 1) / density->width);
    ck_assert_uint_le(columns, size.columns);
    ck_assert_uint_le(density->index.used, size.units);
    uint64_t sum = 0;
    for (uint32_t unit = 0; unit < density->index.used; unit++)
        for (uint32_t column = 0; column < columns; column++)
            for (int kind = 0; kind < USE_KINDS; kind++) {
                const uint32_t n = density->cells[unit][column].accesses[kind];
                ck_assert_uint_eq(n, cell_by_model(density, density->units[unit], column,
                                                   (enum use_kind)kind));
                sum += n;
            }
    ck_assert_uint_eq(sum, model.naccesses);
    rig_release(&rig);
}
END_TEST

/* Columns that are just full stay as they are. */
START_TEST(a_known_length_gives_the_width_of_columns_at_once)
{
    struct density density;
    const struct density_size size = {.columns = 10, .units = 2, .references = 101};
    ck_assert_int_eq(density_init(&density, &size, 12, NULL), OK);
    ck_assert_uint_eq(density.width, 11);
    for (uint32_t n = 1; n <= 10; n++) {
        density_advance(&density, 1);
        ck_assert_uint_eq(density_columns(&density), n);
        density_advance(&density, 10);
        ck_assert_uint_eq(density_columns(&density), n);
    }
    ck_assert_uint_eq(density.width, 11);
    density_release(&density);
}
END_TEST

/* --- the axis of addresses -------------------------------------------------------------- */

static void check_bands(const struct bands *bands, const struct density *density)
{
    uint32_t row = 0;
    size_t unit = 0;
    for (size_t i = 0; i < bands->n; i++) {
        const struct band *band = &bands->bands[i];
        ck_assert_uint_eq(band->row, row + (i > 0 ? BAND_SPACE : 0));
        ck_assert_uint_ge(band->rows, BAND_ROWS_MIN);
        row = band->row + band->rows;
        ck_assert(i == 0 || band->start > band[-1].last);
        for (; unit < bands->nunits &&
               bands->units[unit].start << density->unit_shift <= band->last;
             unit++) {
            const struct band_unit *drawn = &bands->units[unit];
            ck_assert_uint_ge(drawn->rows, 1);
            ck_assert_uint_ge(drawn->row, band->row);
            ck_assert_uint_le(drawn->row + drawn->rows, band->row + band->rows);
            ck_assert(unit == 0 || drawn->row >= drawn[-1].row);
        }
    }
    ck_assert_uint_eq(unit, bands->nunits);
    ck_assert_uint_eq(bands->rows, row);
}

START_TEST(bands_hold_all_units_in_order_without_overlapping)
{
    struct rig rig;
    struct bands bands;
    const struct density_size size = {.columns = 4, .units = 4 + 20 * (uint32_t)_i};
    run_random(&rig, 2000 + (uint64_t)_i, &size, true, true);
    const struct density *density = layout_density(rig.layout);
    ck_assert_int_eq(bands_init(&bands, density, &rig.map, 400, NULL), OK);
    check_bands(&bands, density);
    bands_release(&bands);
    rig_release(&rig);
}
END_TEST

/* Three regions: one page; 199 pages in a row; 200 pages of which the first and the last are
 * used.  By hand: four bands, three spaces of 2 rows between them, at least 4 rows each;
 * 302 rows are left for 1 + 199 + 1 + 1 places, and three bands get the least. */
START_TEST(empty_space_is_left_out_and_small_bands_can_be_seen)
{
    struct rig rig;
    struct bands bands;
    const struct density_size size = {.columns = 4, .units = 1024};
    rig_init(&rig, 12, 12, &size);
    rig_map(&rig, 0x1000000, 0x1000, "rw", "a");
    rig_map(&rig, 0x2000000, 199 * 0x1000, "rw", "b");
    rig_map(&rig, 0x2800000, 200 * 0x1000, "rw", "c");
    rig_touch(&rig, LOAD, 0x1000000);
    for (vaddr_t page = 0; page < 199; page++)
        rig_touch(&rig, LOAD, 0x2000000 + page * 0x1000);
    rig_touch(&rig, LOAD, 0x2800000);
    rig_touch(&rig, LOAD, 0x2800000 + 199 * 0x1000);
    rig_finish(&rig);
    const struct density *density = layout_density(rig.layout);
    ck_assert_int_eq(bands_init(&bands, density, &rig.map, 308, NULL), OK);
    ck_assert_uint_eq(bands.n, 4);
    check_bands(&bands, density);
    ck_assert_uint_eq(bands.bands[1].start, 0x2000000);
    ck_assert_uint_eq(bands.bands[1].last, 0x2000000 + 199 * 0x1000 - 1);
    ck_assert_uint_eq(bands.bands[3].start, 0x2800000 + 199 * 0x1000);
    ck_assert_uint_eq(bands.bands[3].region, 2);
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(bands.bands[i].rows, i == 1 ? 302 - 12 : BAND_ROWS_MIN);
    ck_assert_uint_eq(bands.rows, 308);
    for (size_t i = 2; i < 200; i++) /* no row between two pages is left white */
        ck_assert_uint_eq(bands.units[i].row,
                          bands.units[i - 1].row + bands.units[i - 1].rows);
    bands_release(&bands);
    rig_release(&rig);
}
END_TEST

START_TEST(very_many_bands_become_fewer)
{
    struct rig rig;
    struct bands bands;
    const struct density_size size = {.columns = 4, .units = 1024};
    rig_init(&rig, 12, 12, &size);
    for (vaddr_t i = 0; i < 500; i++)
        rig_touch(&rig, i % 2 ? LOAD : IFETCH, i * 0x1000000);
    rig_finish(&rig);
    const struct density *density = layout_density(rig.layout);
    ck_assert_int_eq(bands_init(&bands, density, &rig.map, 400, NULL), OK);
    ck_assert_uint_eq(bands.n, 125);
    check_bands(&bands, density);
    bands_release(&bands);
    rig_release(&rig);
}
END_TEST

static Suite *layout_model_suite(void)
{
    Suite *suite = suite_create("layout model");
    TCase *tests = tcase_create("model");
    tcase_add_loop_test(tests, random_operations_agree_with_a_model_of_blocks, 0, 60);
    tcase_add_loop_test(tests, every_cell_holds_the_accesses_of_its_time_and_place, 0, 28);
    tcase_add_test(tests, a_known_length_gives_the_width_of_columns_at_once);
    tcase_add_loop_test(tests, bands_hold_all_units_in_order_without_overlapping, 0, 6);
    tcase_add_test(tests, empty_space_is_left_out_and_small_bands_can_be_seen);
    tcase_add_test(tests, very_many_bands_become_fewer);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(layout_model_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
