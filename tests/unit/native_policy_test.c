/* native_policy_test.c -- `policy: native`: the policy that is the kernel's own, and the
 * default with a kernel that has one.  4.2BSD has one hand, 4.3BSD two. */
#include "experiment/cell.h"
#include "pager/kernel.h"
#include "pager/policies.h"
#include "unit/experiment_folder.h"

#define T "trace: traces/sq2.lackey.zst\n"

static void expect_policy(size_t cell, const char *name, const char *hands,
                          const char *label)
{
    ck_assert_str_eq(experiment->cells[cell].policy_ops->name, name);
    ck_assert_str_eq(experiment->cells[cell].policy.name, name);
    ck_assert_str_eq(setting(cell, "policy"), name);
    ck_assert_pstr_eq(setting(cell, "policy.hands"), hands);
    ck_assert_str_eq(experiment->cells[cell].policy_label, label);
}

START_TEST(native_is_the_kernels_own_policy)
{
    load(T "kernel: bsd43\npolicy: native\n", NULL);
    expect_policy(0, "pagedaemon-43", "2", "pagedaemon-43");
}
END_TEST

START_TEST(a_kernel_sets_the_parameters_that_go_with_its_own)
{
    load(T "kernel: { name: bsd43, variant: 4.2bsd, start: random }\npolicy: native\n",
         NULL);
    expect_policy(0, "pagedaemon-43", "1", "pagedaemon-43(hands=1,start=random)");
    ck_assert_str_eq(setting(0, "policy.start"), "random");
}
END_TEST

START_TEST(the_user_sets_parameters_over_the_kernel)
{
    load(T "kernel: { name: bsd43, variant: 4.2bsd }\n"
           "policy: { name: native, handspread: 1 MiB, hands: 2 }\n",
         NULL);
    expect_policy(0, "pagedaemon-43", "2", "pagedaemon-43(hands=2,handspread=1048576)");
    load(T "kernel: { name: bsd43, variant: 4.2bsd }\npolicy.handspread: 1 MiB\n", NULL);
    expect_policy(0, "pagedaemon-43", "1", "pagedaemon-43(hands=1,handspread=1048576)");
}
END_TEST

START_TEST(the_default_is_native_with_a_kernel_that_has_one)
{
    load(T "kernel: bsd43\n", NULL);
    expect_policy(0, "pagedaemon-43", "2", "pagedaemon-43");
    load(T "kernel: textbook\n", NULL);
    expect_policy(0, "lru", NULL, "lru");
    load(T "sweep: { kernel: [textbook, { name: bsd43, variant: 3bsd }] }\n", NULL);
    expect_policy(0, "lru", NULL, "lru");
    expect_policy(1, "pagedaemon-43", "1", "pagedaemon-43(hands=1)");
}
END_TEST

START_TEST(native_follows_a_kernel_that_varies)
{
    load(T "kernel: bsd43\n"
           "sweep: { policy: [native, lru, opt], kernel.variant: [4.2bsd, 4.3bsd] }\n",
         NULL);
    ck_assert_uint_eq(experiment->ncells, 6);
    expect_policy(0, "pagedaemon-43", "1", "pagedaemon-43(hands=1)");
    expect_policy(1, "pagedaemon-43", "2", "pagedaemon-43");
    expect_policy(2, "lru", NULL, "lru");
    expect_policy(5, "opt", NULL, "opt");
}
END_TEST

/* Those rules of the policy that are not newer than the kernel. */
START_TEST(native_follows_the_version_of_linux)
{
    load(T "kernel: linux\nsweep: { kernel.version: [5.7, 6.8, 6.14, 6.18] }\n", NULL);
    static const char *const versions[] = {"5.7", "6.5", "6.12", "6.18"};
    static const char *const labels[] = {"linux5(version=5.7)", "linux5(version=6.5)",
                                         "linux5(version=6.12)", "linux5"};
    for (size_t i = 0; i < experiment->ncells; i++) {
        ck_assert_str_eq(setting(i, "policy"), "linux5");
        ck_assert_str_eq(setting(i, "policy.version"), versions[i]);
        ck_assert_str_eq(experiment->cells[i].policy_label, labels[i]);
    }
}
END_TEST

/* With each choice of each kernel's parameters that its policy depends on. */
START_TEST(policies_take_what_their_kernels_set)
{
    unsigned cells = 0;
    for (const struct kernel_ops *const *k = kernel_table; *k; k++)
        for (const struct param *p = (*k)->params; (*k)->native && p->name; p++)
            for (uint32_t i = 0; p->kind == PARAM_CHOICE && p->choices[i]; i++) {
                _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
                struct native_policy native = {0};
                char text[200];
                param_defaults((*k)->params, params);
                memcpy(params + p->offset, &i, sizeof i);
                (*k)->native(params, &native);
                if (!policy_find(native.name))
                    continue;
                snprintf(text, sizeof text, T "kernel: { name: %s, %s: %s }\n", (*k)->name,
                         p->name, p->choices[i]);
                load(text, NULL);
                ck_assert_str_eq(setting(0, "policy"), native.name);
                cells++;
            }
    ck_assert_uint_gt(cells, 20);
}
END_TEST

static void identify(char id[33], size_t cell)
{
    static const char *const digests[] = {"of the trace"};
    cell_identity(id, &experiment->cells[cell], digests, 1);
}

START_TEST(the_identity_is_that_of_the_policy_which_runs)
{
    char native[33], other[33];
    load(T
         "kernel: { name: bsd43, variant: 4.2bsd }\n"
         "sweep: { policy: [native, pagedaemon-43, { name: pagedaemon-43, hands: 1 }] }\n",
         NULL);
    identify(native, 0);
    identify(other, 1);
    ck_assert_str_ne(native, other);
    identify(other, 2);
    ck_assert_str_eq(native, other);
}
END_TEST

/* Text of the experiment, a line of its effective form or NULL, and a line that is not in it. */
static const struct {
    const char *text, *line, *absent;
} effective[] = {
    {T "kernel: bsd43\npolicy: native\n", "\npolicy: native\n", NULL},
    {T "kernel: bsd43\n", "\npolicy: native\n", NULL},
    {T, "\npolicy: lru\n", NULL},
    {T "kernel: bsd43\npolicy.hands: 1\n", "\npolicy: {name: native, hands: 1}\n", NULL},
    {T "sweep: { kernel: [bsd43, textbook] }\n", NULL, "\npolicy:"},
    {T "policy.hands: 1\nsweep: { kernel: [bsd43, { name: bsd43, variant: 3bsd }] }\n",
     "\npolicy: {name: native, hands: 1}\n", NULL},
    {T "kernel: bsd43\nsweep: { policy: [native, lru], kernel.variant: [3bsd, tahoe] }\n",
     "\n  policy: [native, lru]\n", "\npolicy:"},
};

START_TEST(the_effective_experiment_gives_the_same_cells)
{
    char ids[4][33], id[33];
    load(effective[_i].text, NULL);
    const size_t n = experiment->ncells;
    for (size_t i = 0; i < n; i++)
        identify(ids[i], i);
    char *text = strdup(experiment->effective);
    if (effective[_i].line)
        ck_assert_msg(strstr(text, effective[_i].line) != NULL, "%s", text);
    if (effective[_i].absent)
        ck_assert_msg(!strstr(text, effective[_i].absent), "%s", text);
    load(text, NULL);
    free(text);
    ck_assert_uint_eq(experiment->ncells, n);
    for (size_t i = 0; i < n; i++) {
        identify(id, i);
        ck_assert_str_eq(id, ids[i]);
    }
}
END_TEST

static const struct {
    const char *text, *message;
} wrong[] = {
    {T "policy: native\n",
     "e.yaml:2:9: kernel 'textbook' has no policy of its own that 'policy: native' could "
     "be; name one of 'faultline list policies'"},
    {T "sweep: { kernel: [bsd43, textbook], policy: [native, lru] }\n",
     "e.yaml:2:46: kernel 'textbook' has no policy of its own that 'policy: native' could "
     "be; name one of 'faultline list policies'"},
    {T "kernel: bsd43\npolicy: { name: native, hand: 1 }\n",
     "e.yaml:3:31: unknown parameter 'hand' of policy 'pagedaemon-43'; nearest is 'hands' "
     "(it has hands, handspread, start)"},
    {T "kernel: bsd43\npolicy: nativ\n",
     "e.yaml:3:9: unknown policy 'nativ'; nearest is 'native'; 'faultline list policies' "
     "shows all"},
};

START_TEST(a_wrong_use_of_native_is_told_at_its_place)
{
    struct error err = {0};
    char message[1400];
    static const char *const none[] = {NULL};
    write_file("e.yaml", wrong[_i].text);
    ck_assert_int_eq(load_with(&err, "e.yaml", none), ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, message, sizeof message), wrong[_i].message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("native policy");
    TCase *tcase = tcase_create("native policy");
    tcase_add_checked_fixture(tcase, folder_setup, folder_teardown);
    tcase_add_test(tcase, native_is_the_kernels_own_policy);
    tcase_add_test(tcase, a_kernel_sets_the_parameters_that_go_with_its_own);
    tcase_add_test(tcase, the_user_sets_parameters_over_the_kernel);
    tcase_add_test(tcase, the_default_is_native_with_a_kernel_that_has_one);
    tcase_add_test(tcase, native_follows_a_kernel_that_varies);
    tcase_add_test(tcase, native_follows_the_version_of_linux);
    tcase_add_test(tcase, policies_take_what_their_kernels_set);
    tcase_add_test(tcase, the_identity_is_that_of_the_policy_which_runs);
    tcase_add_loop_test(tcase, the_effective_experiment_gives_the_same_cells, 0,
                        ARRAY_LEN(effective));
    tcase_add_loop_test(tcase, a_wrong_use_of_native_is_told_at_its_place, 0,
                        ARRAY_LEN(wrong));
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
