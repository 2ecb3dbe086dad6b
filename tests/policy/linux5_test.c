/* linux5_test.c -- worked examples. */
#include "policy/reclaim_rig.h"

extern const struct policy_ops policy_linux5;

START_TEST(reads_of_seven_pages_in_four_frames)
{
    static const unsigned string[] = {1, 1, 2, 2, 3, 4, 5, 3, 6, 1, 7, 1};
    struct rig *rig =
        rig_open(&policy_linux5, 4, (const char *const[]){"version=5.15", NULL});
    rig_file(rig, 0, 9);
    rig->can_swap = false;
    for (unsigned i = 0; i < ARRAY_LEN(string); i++) {
        bool hit = rig_read(rig, string[i]);
        printf("%u %d %s\n", string[i], hit, rig_show(rig));
    }
    rig_close(rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linux5");
    TCase *tests = tcase_create("worked");
    tcase_add_test(tests, reads_of_seven_pages_in_four_frames);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
