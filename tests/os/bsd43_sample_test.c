/* bsd43_sample_test.c -- what samples over time tell of 4.3BSD, worked out by hand on the
 * machine of bsd43_paging_test.c: 16 frames of 8 hw pages, lotsfree 32, 12 to 25 clusters a
 * second. */
#include "os/bsd43_rig.h"

/* The fields of 4.3BSD's own in row i, counted from 0: of all, then of the process.  Behind
 * them there are those of other kernels. */
static const char *own_fields(size_t i)
{
    static char fields[200];
    const struct result_table_kind *kind = &result_tables[TABLE_SERIES];
    const char *at = rig43.series;
    for (; i > 0; i--)
        at = strchr(at, '\n') + 1;
    for (size_t k = 0; kind->columns[k].group == 0; k++)
        at = strchr(at, ',') + 1;
    const char *end = at - 1;
    for (size_t k = 0; k < kind->ncolumns; k++)
        if (kind->columns[k].group == COUNTING_BSD43)
            end += 1 + strcspn(end + 1, ",\n");
    snprintf(fields, sizeof fields, "%.*s", (int)(end - at), at);
    return fields;
}

static size_t nrows(void)
{
    size_t n = 0;
    for (const char *at = rig43.series; (at = strchr(at, '\n')); at++)
        n++;
    return n;
}

/* A page more than can be had without waiting; the hands do what bsd43_paging_test.c says of
 * it.  A sample comes 10 ms before the next tick: so many have been by that time, with 3 pairs
 * each.  Of the 17 steps of a turn the front hand starts at the last one, frame 15, the back
 * hand at the first one, which has no frame. */
START_TEST(the_hands_move_on_by_as_many_pairs_as_were_looked_at)
{
    /* freemem, lotsfree, desfree, minfree, deficit, desscan, front, back, rss, pgin, pgout, pgrec, fastpgrec, pgfrec,
     * zfod, scan, rev, dfree, swpin, swpout */
    static const char *const samples[] = {
        "24,32,16,8,0,0,15,,104,0,0,0,0,0,104,0,0,0,0,0",
        "24,32,16,8,0,3,1,2,104,0,0,0,0,0,0,3,1,0,0,0",
        "24,32,16,8,0,3,4,5,104,0,0,0,0,0,0,3,0,0,0,0",
        "24,32,16,8,0,3,7,8,104,0,0,0,0,0,0,3,0,0,0,0",
        "24,32,16,8,0,3,10,11,104,0,0,0,0,0,0,3,0,0,0,0",
        "24,32,16,8,0,3,13,14,104,0,0,0,0,0,0,3,0,0,0,0",
        "24,32,16,8,0,3,,0,104,0,0,0,0,0,0,3,1,0,0,0",
        "24,32,16,8,0,3,2,3,104,0,1,0,0,0,0,3,0,0,0,0",
    };
    char text[512] = "";
    rig_frames(16);
    rig_region(0, 0, 16, 0);
    rig_stores(text, 0, 14);
    rig_program(0, text);
    rig.params.series = 240 * MS;
    rig43_run();
    ck_assert_uint_eq(rig.totals.elapsed, 2000 * MS + ZERO + REFERENCE);
    ck_assert_uint_eq(nrows(), 2 * ARRAY_LEN(samples));
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        ck_assert_str_eq(own_fields(2 * i), samples[i]);
        ck_assert_str_eq(own_fields(2 * i + 1), ",,,,,,,,104,,,,,,,,,,,");
    }
}
END_TEST

/* Of 16 frames the u-area has 2, the page table 1 and the process's page 1. */
START_TEST(free_memory_lacks_u_area_and_page_table_which_are_in_no_resident_set)
{
    rig_frames(16);
    rig43_kernel("u_areas", "yes");
    rig_region(0, 0, 16, 0);
    rig.params.pager.cost_reference = MS;
    rig.params.series = 4 * MS;
    rig_program(0, "S0 L0x5");
    rig43_run();
    ck_assert_uint_eq(nrows(), 2);
    ck_assert_str_eq(own_fields(0), "96,32,16,8,0,0,15,,8,0,0,0,0,0,8,0,0,0,0,0");
    ck_assert_str_eq(own_fields(1), ",,,,,,,,8,,,,,,,,,,,");
}
END_TEST

/* Two processes execute two pages of text: these are in the set of the text and not in
 * theirs. */
START_TEST(text_is_in_the_resident_set_of_all_once)
{
    rig_frames(16);
    for (size_t i = 0; i < 2; i++) {
        rig_file(i, 0, 2, 0, 0)->protection = VM_READ | VM_EXECUTE;
        rig_program(i, "I0 I1 I0x5");
    }
    rig.params.pager.cost_reference = 10 * MS;
    rig.params.series = 50 * MS;
    rig43_run();
    ck_assert_uint_ge(nrows(), 3);
    ck_assert_msg(strncmp(own_fields(0), "112,32,16,8,0,0,15,,16,", 23) == 0, "%s",
                  own_fields(0));
    ck_assert_str_eq(own_fields(1), ",,,,,,,,0,,,,,,,,,,,");
    ck_assert_str_eq(own_fields(2), ",,,,,,,,0,,,,,,,,,,,");
}
END_TEST

/* Under other policies the daemon looks for a victim a pair; the hand of the clock stands
 * at frame 0 while none was asked for. */
static const struct {
    const char *policy, *fields;
} others[] = {
    {"clock", "96,32,16,8,0,0,0,,32,0,0,0,0,0,32,0,0,0,0,0"},
    {"lru", "96,32,16,8,0,0,,,32,0,0,0,0,0,32,0,0,0,0,0"},
};

START_TEST(hands_that_a_policy_has_not_are_blank)
{
    rig_frames(16);
    rig_policy(others[_i].policy);
    rig_region(0, 0, 16, 0);
    rig.params.pager.cost_reference = MS;
    rig.params.series = 6 * MS;
    rig_program(0, "S0 S1 S2 S3 L0x5");
    rig43_run();
    ck_assert_str_eq(own_fields(0), others[_i].fields);
}
END_TEST

static Suite *sample_suite(void)
{
    Suite *suite = suite_create("bsd43_sample");
    TCase *tests = tcase_create("samples");
    tcase_add_checked_fixture(tests, rig43_setup, rig_teardown);
    tcase_add_test(tests, the_hands_move_on_by_as_many_pairs_as_were_looked_at);
    tcase_add_test(tests,
                   free_memory_lacks_u_area_and_page_table_which_are_in_no_resident_set);
    tcase_add_test(tests, text_is_in_the_resident_set_of_all_once);
    tcase_add_loop_test(tests, hands_that_a_policy_has_not_are_blank, 0,
                        (int)ARRAY_LEN(others));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(sample_suite());
}
