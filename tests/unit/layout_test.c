/* layout_test.c -- regions from operations and from the pages touched.  The scenes are what
 * a Linux program under Valgrind does; kinds are those that docs/regions.md defines. */
#include "layout_rig.h"

#include <stdlib.h>

enum { PAGE = 4096 };

#define PROGRAM "/bin/prog"
#define LIBRARY "/lib/libc.so.6"

/* A program of text, constants and data with a page of zeros, and its stack. */
static void map_program(struct rig *rig)
{
    rig_map_at(rig, 0x10000, PAGE, "rx", PROGRAM, 0, false);
    rig_map_at(rig, 0x11000, PAGE, "r", PROGRAM, PAGE, false);
    rig_map_at(rig, 0x12000, PAGE, "rw", PROGRAM, PAGE * 2, false);
    rig_map(rig, 0x13000, PAGE, "rw", NULL);
    rig_map(rig, 0x7ff00000, 0x100000, "rw", NULL);
    rig_touch(rig, IFETCH, 0x10000);
    rig_touch(rig, STORE, 0x7fffff00);
}

static void init(struct rig *rig)
{
    rig_init(rig, 9, 12, NULL);
}

START_TEST(a_program_has_text_constants_data_and_a_stack)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_touch(&rig, LOAD, 0x11000);
    rig_touch(&rig, MODIFY, 0x12000);
    rig_touch(&rig, STORE, 0x13ffe); /* goes beyond the last page that is mapped */
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 5);
    const struct layout_region *text = rig_region(&rig, REGION_TEXT, 0x10000);
    ck_assert_str_eq(text->name, PROGRAM);
    ck_assert_uint_eq(text->last, 0x10fff);
    ck_assert_uint_eq(text->references[USE_FETCH], 1);
    ck_assert_uint_eq(text->pages_of[USE_FETCH], 1);
    ck_assert_uint_eq(rig_region(&rig, REGION_CONSTANTS, 0x11000)->references[USE_LOAD], 1);
    /* The data and its zeros are one region, with both parts of the modify in it. */
    const struct layout_region *data = rig_region(&rig, REGION_DATA, 0x12000);
    ck_assert_uint_eq(data->last, 0x13fff);
    ck_assert_uint_eq(data->pages, 2);
    ck_assert_uint_eq(data->pages_of[USE_LOAD], 1);
    ck_assert_uint_eq(data->pages_of[USE_STORE], 2);
    ck_assert_uint_eq(data->references[USE_LOAD], 1);
    ck_assert_uint_eq(data->references[USE_STORE], 2);
    ck_assert_uint_eq(rig_region(&rig, REGION_STACK, 0x7ff00000)->pages, 1);
    /* The part of the last store outside is no reference, but a page. */
    const struct layout_region *outside = rig_region(&rig, REGION_DATA, 0x14000);
    ck_assert(!outside->mapped);
    ck_assert_uint_eq(outside->pages_of[USE_STORE], 1);
    ck_assert_uint_eq(outside->references[USE_STORE], 0);
    ck_assert_uint_eq(rig.map.references, 6);
    ck_assert_uint_eq(rig.map.pages, 6);
    rig_release(&rig);
}
END_TEST

START_TEST(the_heap_begins_behind_the_data_and_grows)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x14000, PAGE, "rw", NULL);
    rig_touch(&rig, STORE, 0x14000);
    rig_map(&rig, 0x15000, 3 * PAGE, "rw", NULL);
    rig_unmap(&rig, 0x17000, PAGE);
    rig_map(&rig, 0x20000, PAGE, "rw", NULL); /* some other memory */
    rig_finish(&rig);
    const struct layout_region *heap = rig_region(&rig, REGION_HEAP, 0x14000);
    ck_assert_uint_eq(heap->last, 0x16fff);
    ck_assert_uint_eq(heap->from, 2);
    ck_assert_uint_eq(heap->until, TIME_NEVER);
    ck_assert_uint_eq(heap->pages, 1);
    ck_assert_str_eq(heap->name, "");
    rig_region(&rig, REGION_ANONYMOUS, 0x20000);
    rig_release(&rig);
}
END_TEST

/* Linux may put as much as 1 GiB between the two; what another file lies before is no heap. */
static const struct {
    vaddr_t start;
    vaddr_t library; /* or 0; mapped when the program runs */
    enum region_kind kind;
} heaps[] = {
    {0x14000, 0, REGION_HEAP},
    {0x20000, 0, REGION_HEAP},
    {0x40014000, 0, REGION_HEAP},
    {0x40015000, 0, REGION_ANONYMOUS},
    {0x20000, 0x18000, REGION_ANONYMOUS},
    {0x20000, 0x1f000, REGION_ANONYMOUS},
};

START_TEST(a_heap_may_begin_at_a_random_distance)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    if (heaps[_i].library)
        rig_map(&rig, heaps[_i].library, PAGE, "rw", LIBRARY);
    rig_map(&rig, 0x1000, PAGE, "rw", NULL); /* so that what follows is not its zeros */
    rig_map(&rig, heaps[_i].start, PAGE, "rw", NULL);
    rig_finish(&rig);
    rig_region(&rig, heaps[_i].kind, heaps[_i].start);
    rig_release(&rig);
}
END_TEST

START_TEST(the_heap_may_begin_behind_the_data_of_the_loader)
{
    struct rig rig;
    init(&rig);
    rig_map_at(&rig, 0x400000, PAGE, "rx", "/lib/ld.so", 0, false);
    rig_map_at(&rig, 0x401000, PAGE, "rw", "/lib/ld.so", PAGE, false);
    map_program(&rig);
    rig_map(&rig, 0x402000, PAGE, "rw", NULL);
    rig_touch(&rig, STORE, 0x402000);
    rig_map(&rig, 0x403000, PAGE, "rw", NULL);
    rig_finish(&rig);
    ck_assert_uint_eq(rig_region(&rig, REGION_HEAP, 0x402000)->last, 0x403fff);
    rig_release(&rig);
}
END_TEST

START_TEST(relocated_data_that_becomes_read_only_stays_data)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_touch(&rig, STORE, 0x12000);
    rig_protect(&rig, 0x12000, 512, "r");
    rig_touch(&rig, LOAD, 0x12000);
    rig_touch(&rig, LOAD, 0x12200);
    rig_finish(&rig);
    const struct layout_region *data = rig_region(&rig, REGION_DATA, 0x12000);
    ck_assert_uint_eq(data->last, 0x121ff);
    ck_assert_uint_eq(data->protection, VM_READ);
    ck_assert_uint_eq(data->ever, VM_READ | VM_WRITE);
    ck_assert_uint_eq(data->references[USE_STORE], 1);
    ck_assert_uint_eq(data->references[USE_LOAD], 1);
    const struct layout_region *rest = rig_region(&rig, REGION_DATA, 0x12200);
    ck_assert_uint_eq(rest->last, 0x13fff);
    ck_assert_uint_eq(rest->protection, VM_READ | VM_WRITE);
    ck_assert_uint_eq(rest->references[USE_LOAD], 1);
    rig_release(&rig);
}
END_TEST

START_TEST(all_that_a_region_was_ever_allowed_is_kept)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x500000, PAGE, "", NULL);
    rig_protect(&rig, 0x500000, PAGE, "rw");
    rig_protect(&rig, 0x500000, PAGE, "r");
    rig_finish(&rig);
    const struct layout_region *region = rig_region(&rig, REGION_HEAP, 0x500000);
    ck_assert_uint_eq(region->protection, VM_READ);
    ck_assert_uint_eq(region->ever, VM_READ | VM_WRITE);
    rig_release(&rig);
}
END_TEST

START_TEST(memory_that_comes_behind_data_later_is_not_its_zeros)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map_at(&rig, 0x500000, PAGE, "rx", LIBRARY, 0, false);
    rig_map_at(&rig, 0x501000, PAGE, "rw", LIBRARY, PAGE, false);
    rig_map(&rig, 0x600000, PAGE, "rw", NULL);
    rig_map(&rig, 0x502000, PAGE, "rw", NULL);
    rig_finish(&rig);
    ck_assert_uint_eq(rig_region(&rig, REGION_DATA, 0x501000)->last, 0x501fff);
    rig_region(&rig, REGION_ANONYMOUS, 0x502000);
    rig_release(&rig);
}
END_TEST

/* A loader maps a whole library, then its parts over it. */
START_TEST(what_was_covered_unused_is_left_out)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map_at(&rig, 0x500000, 4 * PAGE, "r", LIBRARY, 0, false);
    rig_map_at(&rig, 0x501000, PAGE, "rx", LIBRARY, PAGE, false);
    rig_map_at(&rig, 0x502000, PAGE, "rw", LIBRARY, 2 * PAGE, false);
    rig_map(&rig, 0x503000, PAGE, "rw", NULL);
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 4 + 3);
    ck_assert_uint_eq(rig_region(&rig, REGION_CONSTANTS, 0x500000)->last, 0x500fff);
    rig_region(&rig, REGION_TEXT, 0x501000);
    const struct layout_region *data = rig_region(&rig, REGION_DATA, 0x502000);
    ck_assert_uint_eq(data->last, 0x503fff);
    ck_assert_str_eq(data->name, LIBRARY);
    rig_release(&rig);
}
END_TEST

START_TEST(what_was_used_stays_with_its_time_after_it_is_unmapped)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x500000, PAGE, "r", "/data");
    rig_touch(&rig, LOAD, 0x500000);
    rig_unmap(&rig, 0x500000, PAGE);
    rig_map(&rig, 0x600000, PAGE, "r", "/unused");
    rig_unmap(&rig, 0x600000, PAGE);
    rig_touch(&rig, LOAD, 0x500000);
    rig_finish(&rig);
    const struct layout_region *file = rig_region(&rig, REGION_FILE, 0x500000);
    ck_assert_uint_eq(file->from, 2);
    ck_assert_uint_eq(file->until, 3);
    ck_assert_uint_eq(file->references[USE_LOAD], 1);
    const struct layout_region *outside = rig_region(&rig, REGION_CONSTANTS, 0x500000);
    ck_assert(!outside->mapped);
    ck_assert_uint_eq(outside->references[USE_LOAD], 1);
    ck_assert_uint_eq(rig.map.n, 4 + 2);
    rig_release(&rig);
}
END_TEST

START_TEST(memory_mapped_again_and_again_at_one_place_is_one_region)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x4000, PAGE, "rw", NULL); /* below the program: no heap */
    for (unsigned i = 0; i < 100; i++) {
        const uint64_t length = (1 + i % 7) * PAGE;
        rig_map(&rig, 0x9000, length, "rw", NULL);
        rig_touch(&rig, STORE, 0x9000 + length - 4);
        rig_unmap(&rig, 0x9000, length);
    }
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 4 + 2);
    const struct layout_region *region = rig_region(&rig, REGION_ANONYMOUS, 0x9000);
    ck_assert_uint_eq(region->last, 0x9000 + 7 * PAGE - 1);
    ck_assert_uint_eq(region->from, 2);
    ck_assert_uint_eq(region->until, 102);
    ck_assert_uint_eq(region->pages, 7);
    ck_assert_uint_eq(region->references[USE_STORE], 100);
    rig_release(&rig);
}
END_TEST

/* Otherwise memory would grow with the number of operations. */
START_TEST(memory_mapped_again_at_one_place_takes_no_more_memory)
{
    struct areas areas;
    const struct vm_op file = {.kind = VM_MAP, .start = 0x10000, .length = PAGE};
    struct vm_op map = {.kind = VM_MAP, .start = 0x20000, .file = VM_ANONYMOUS};
    struct vm_op unmap = {.kind = VM_UNMAP, .start = 0x20000, .length = 8 * PAGE};
    areas_init(&areas, 9);
    for (unsigned i = 0; i < 1000; i++) {
        ck_assert_int_eq(areas_apply(&areas, &file, PROGRAM, i, NULL), OK);
        map.length = (1 + i % 7) * PAGE;
        ck_assert_int_eq(areas_apply(&areas, &map, NULL, i, NULL), OK);
        ck_assert_int_eq(areas_apply(&areas, &unmap, NULL, i, NULL), OK);
    }
    ck_assert_uint_eq(areas.nmappings, 2);
    ck_assert_uint_eq(areas.nfiles, 1);
    ck_assert_uint_le(areas.top.n, 3);
    ck_assert_uint_eq(areas.buried.n, 0);
    areas_release(&areas);
}
END_TEST

START_TEST(two_files_at_one_place_are_two_regions)
{
    struct rig rig;
    init(&rig);
    for (unsigned i = 0; i < 10; i++) {
        rig_map(&rig, 0x500000, PAGE, "r", i % 2 ? "/b" : "/a");
        rig_touch(&rig, LOAD, 0x500000 + i % 2 * 512);
    }
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 2);
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(rig.map.regions[i].name, i ? "/b" : "/a");
        ck_assert_uint_eq(rig.map.regions[i].references[USE_LOAD], 5);
        ck_assert_uint_eq(rig.map.regions[i].from, (unsigned)i);
        ck_assert_uint_eq(rig.map.regions[i].until, i ? TIME_NEVER : 9);
    }
    ck_assert_uint_eq(rig.map.pages, 1);
    ck_assert_uint_eq(rig.map.blocks, 2);
    rig_release(&rig);
}
END_TEST

START_TEST(memory_that_was_covered_and_comes_again_is_one_region)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x1000, 4 * PAGE, "rw", NULL);
    rig_touch(&rig, STORE, 0x1000);
    rig_map(&rig, 0x1000, 2 * PAGE, "r", "/data");
    rig_touch(&rig, LOAD, 0x1000);
    rig_map(&rig, 0x1000, 4 * PAGE, "r", NULL);
    rig_touch(&rig, LOAD, 0x3000);
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 4 + 2);
    const struct layout_region *region = rig_region(&rig, REGION_ANONYMOUS, 0x1000);
    ck_assert_uint_eq(region->last, 0x4fff);
    ck_assert_uint_eq(region->protection, VM_READ);
    ck_assert_uint_eq(region->references[USE_STORE], 1);
    ck_assert_uint_eq(region->references[USE_LOAD], 1);
    ck_assert_uint_eq(rig_region(&rig, REGION_FILE, 0x1000)->until, 4);
    rig_release(&rig);
}
END_TEST

START_TEST(neighbours_are_one_region_if_they_lived_together)
{
    for (int together = 0; together < 2; together++) {
        struct rig rig;
        init(&rig);
        map_program(&rig);
        rig_map(&rig, 0x1000, PAGE, "rw", NULL);
        rig_touch(&rig, STORE, 0x1000);
        if (together)
            rig_map(&rig, 0x2000, PAGE, "rw", NULL);
        rig_touch(&rig, STORE, 0x1000);
        rig_unmap(&rig, 0x1000, PAGE);
        if (!together)
            rig_map(&rig, 0x2000, PAGE, "rw", NULL);
        rig_finish(&rig);
        ck_assert_uint_eq(rig.map.n, together ? 4 + 1 : 4 + 2);
        rig_release(&rig);
    }
}
END_TEST

START_TEST(a_thread_has_its_stack_where_its_first_data_reference_is)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x500000, 2 * PAGE, "rw", NULL);
    rig_map(&rig, 0x600000, PAGE, "rw", NULL);
    rig_touch(&rig, STORE, 0x501ff0); /* the parent prepares it */
    rig_op(&rig, VM_THREAD, 1);
    rig_touch(&rig, STORE, 0x600000);
    rig_op(&rig, VM_SWITCH, 1);
    rig_touch(&rig, IFETCH, 0x10000);
    rig_flush(&rig); /* it comes in another batch */
    rig_touch(&rig, LOAD, 0x501ff0);
    rig_op(&rig, VM_SWITCH, 0);
    rig_touch(&rig, LOAD, 0x600000); /* not the first one of thread 0 */
    rig_finish(&rig);
    ck_assert_uint_eq(rig_region(&rig, REGION_STACK, 0x500000)->references[USE_STORE], 1);
    rig_region(&rig, REGION_ANONYMOUS, 0x600000);
    rig_region(&rig, REGION_STACK, 0x7ff00000);
    rig_release(&rig);
}
END_TEST

START_TEST(without_data_references_the_highest_anonymous_region_is_the_stack)
{
    for (int used = 0; used < 2; used++) {
        struct rig rig;
        init(&rig);
        rig_map(&rig, 0x10000, PAGE, "rx", PROGRAM);
        rig_map(&rig, 0x7ff00000, 0x100000, "rwx", NULL);
        rig_touch(&rig, IFETCH, 0x10000);
        rig_touch(&rig, IFETCH, used ? 0x7fffff00 : 0x7ff00000);
        rig_finish(&rig);
        rig_region(&rig, used ? REGION_STACK : REGION_ANONYMOUS, 0x7ff00000);
        rig_release(&rig);
    }
}
END_TEST

static const struct {
    const char *file;
    const char *protection;
    bool shared;
    enum region_kind kind;
} mappings[] = {
    {NULL, "rw", true, REGION_SHARED},
    {"sysv:17", "rw", true, REGION_SHARED},
    {"/dev/shm/queue", "rw", true, REGION_SHARED},
    {"/dev/shm/queue", "r", false, REGION_FILE},
    {"/etc/passwd", "rw", true, REGION_FILE},
    {"/etc/passwd", "rw", false, REGION_FILE}, /* no text in it: not a program's data */
    {"/etc/passwd", "r", false, REGION_FILE},
    {"/bin/other", "rx", false, REGION_TEXT},
    {NULL, "rwx", false, REGION_ANONYMOUS},
};

START_TEST(the_kind_follows_from_file_protection_and_sharing)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x500000, PAGE, "r", LIBRARY);
    rig_map_at(&rig, 0x600000, PAGE, mappings[_i].protection, mappings[_i].file, 0,
               mappings[_i].shared);
    rig_finish(&rig);
    const struct layout_region *region = rig_region(&rig, mappings[_i].kind, 0x600000);
    ck_assert_int_eq(region->shared, mappings[_i].shared);
    rig_release(&rig);
}
END_TEST

START_TEST(exec_ends_all_regions)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_map(&rig, 0x18000, PAGE, "r", LIBRARY); /* so that what follows is no heap */
    rig_map(&rig, 0x20000, PAGE, "rw", NULL);
    rig_op(&rig, VM_EXEC, 0);
    rig_touch(&rig, LOAD, 0x7fffff00);
    rig_map_at(&rig, 0x10000, PAGE, "rx", PROGRAM, 0, false);
    rig_map(&rig, 0x20000, PAGE, "rw", NULL);
    rig_touch(&rig, LOAD, 0x20000);
    rig_finish(&rig);
    ck_assert_uint_eq(rig_region(&rig, REGION_STACK, 0x7ff00000)->until, 2);
    rig_region(&rig, REGION_HEAP, 0x20000);
    const struct layout_region *again = rig_region(&rig, REGION_TEXT, 0x10000);
    ck_assert_uint_eq(again->until, TIME_NEVER);
    rig_release(&rig);
}
END_TEST

START_TEST(the_first_data_reference_after_exec_is_in_a_stack)
{
    struct rig rig;
    init(&rig);
    map_program(&rig);
    rig_op(&rig, VM_EXEC, 0);
    rig_map(&rig, 0x10000, PAGE, "rx", PROGRAM);
    rig_map(&rig, 0x6ff00000, 0x100000, "rw", NULL);
    rig_touch(&rig, IFETCH, 0x10000);
    rig_touch(&rig, STORE, 0x6fffff00);
    rig_finish(&rig);
    rig_region(&rig, REGION_STACK, 0x6ff00000);
    rig_region(&rig, REGION_STACK, 0x7ff00000);
    rig_release(&rig);
}
END_TEST

/* --- no operations ---------------------------------------------------------------------- */

START_TEST(without_operations_the_pages_touched_tell_regions)
{
    struct rig rig;
    init(&rig);
    rig_touch(&rig, IFETCH, 0x10000);
    rig_touch(&rig, STORE, 0x7ffff000);          /* the stack: first data reference     */
    rig_touch(&rig, LOAD, 0x11000);              /* constants within text               */
    rig_touch(&rig, IFETCH, 0x12000);            /*                                     */
    rig_touch(&rig, LOAD, 0x13000);              /* data behind the text                */
    rig_touch(&rig, STORE, 0x13000 + 64 * PAGE); /* no wide gap: the same         */
    rig_touch(&rig, LOAD, 0x13000 + 129 * PAGE); /* a gap                         */
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 4);
    const struct layout_region *text = rig_region(&rig, REGION_TEXT, 0x10000);
    ck_assert_uint_eq(text->last, 0x12fff);
    ck_assert_uint_eq(text->pages, 3);
    ck_assert_uint_eq(text->pages_of[USE_LOAD], 1);
    ck_assert(!text->mapped);
    const struct layout_region *data = rig_region(&rig, REGION_DATA, 0x13000);
    ck_assert_uint_eq(data->last, 0x13000 + 65 * PAGE - 1);
    ck_assert_uint_eq(data->pages, 2);
    rig_region(&rig, REGION_CONSTANTS, 0x13000 + 129 * PAGE);
    rig_region(&rig, REGION_STACK, 0x7ffff000);
    rig_release(&rig);
}
END_TEST

START_TEST(a_written_page_divides_text)
{
    struct rig rig;
    init(&rig);
    rig_touch(&rig, STORE, 0x7ffff000);
    rig_touch(&rig, IFETCH, 0x10000);
    rig_touch(&rig, STORE, 0x11000);
    rig_touch(&rig, IFETCH, 0x12000);
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 4);
    rig_region(&rig, REGION_TEXT, 0x10000);
    rig_region(&rig, REGION_DATA, 0x11000);
    rig_region(&rig, REGION_TEXT, 0x12000);
    rig_release(&rig);
}
END_TEST

START_TEST(a_string_of_pages_has_no_stack)
{
    struct rig rig;
    init(&rig);
    rig_touch(&rig, LOAD, 0x1000);
    rig_touch(&rig, LOAD, 0x2000);
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 1);
    rig_region(&rig, REGION_CONSTANTS, 0x1000);
    rig_release(&rig);
}
END_TEST

START_TEST(the_last_page_of_the_address_space_is_a_region)
{
    for (int mapped = 0; mapped < 2; mapped++) {
        struct rig rig;
        init(&rig);
        if (mapped)
            rig_map(&rig, UINT64_MAX - 2 * PAGE + 1, 2 * PAGE, "rw", NULL);
        rig_touch(&rig, STORE, UINT64_MAX - 7);
        rig_finish(&rig);
        ck_assert_uint_eq(rig.map.n, 1);
        ck_assert_uint_eq(rig.map.regions[0].last, UINT64_MAX);
        ck_assert_uint_eq(rig.map.regions[0].references[USE_STORE], 1);
        rig_release(&rig);
    }
}
END_TEST

START_TEST(nothing_has_no_regions)
{
    struct rig rig;
    init(&rig);
    rig_finish(&rig);
    ck_assert_uint_eq(rig.map.n, 0);
    ck_assert_uint_eq(rig.map.pages, 0);
    rig_release(&rig);
}
END_TEST

static Suite *layout_suite(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("operations");
    tcase_add_test(tests, a_program_has_text_constants_data_and_a_stack);
    tcase_add_test(tests, the_heap_begins_behind_the_data_and_grows);
    tcase_add_loop_test(tests, a_heap_may_begin_at_a_random_distance, 0,
                        (int)ARRAY_LEN(heaps));
    tcase_add_test(tests, the_heap_may_begin_behind_the_data_of_the_loader);
    tcase_add_test(tests, relocated_data_that_becomes_read_only_stays_data);
    tcase_add_test(tests, all_that_a_region_was_ever_allowed_is_kept);
    tcase_add_test(tests, memory_that_comes_behind_data_later_is_not_its_zeros);
    tcase_add_test(tests, what_was_covered_unused_is_left_out);
    tcase_add_test(tests, what_was_used_stays_with_its_time_after_it_is_unmapped);
    tcase_add_test(tests, memory_mapped_again_and_again_at_one_place_is_one_region);
    tcase_add_test(tests, memory_mapped_again_at_one_place_takes_no_more_memory);
    tcase_add_test(tests, two_files_at_one_place_are_two_regions);
    tcase_add_test(tests, memory_that_was_covered_and_comes_again_is_one_region);
    tcase_add_test(tests, neighbours_are_one_region_if_they_lived_together);
    tcase_add_test(tests, a_thread_has_its_stack_where_its_first_data_reference_is);
    tcase_add_test(tests,
                   without_data_references_the_highest_anonymous_region_is_the_stack);
    tcase_add_loop_test(tests, the_kind_follows_from_file_protection_and_sharing, 0,
                        (int)ARRAY_LEN(mappings));
    tcase_add_test(tests, exec_ends_all_regions);
    tcase_add_test(tests, the_first_data_reference_after_exec_is_in_a_stack);
    suite_add_tcase(suite, tests);
    tests = tcase_create("pages");
    tcase_add_test(tests, without_operations_the_pages_touched_tell_regions);
    tcase_add_test(tests, a_written_page_divides_text);
    tcase_add_test(tests, a_string_of_pages_has_no_stack);
    tcase_add_test(tests, the_last_page_of_the_address_space_is_a_region);
    tcase_add_test(tests, nothing_has_no_regions);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(layout_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
