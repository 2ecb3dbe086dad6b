/* contract_test.c -- every policy of the table keeps the contract of faultline/policy.h, by
 * the checks that `faultline check --policy` runs. */
#include "contract/contract.h"
#include "harness.h"
#include "pager/policies.h"

static const volatile sig_atomic_t never;

static void check_all(const struct policy_ops *policy)
{
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX] = {0};
    char setting[64];
    struct guard_record *record = guard_record_create();
    ck_assert_ptr_nonnull(record);
    snprintf(setting, sizeof setting, "policy=%s", policy->name);
    param_defaults(policy->params, params);
    const char *const settings[] = {setting};
    const struct contract_subject subject = {
        .policy = policy,
        .params = params,
        .settings = settings,
        .nsettings = 1,
        .record = record,
        .limit_ms = 60 * 1000,
        .interrupted = &never,
    };
    for (size_t i = 0; i < contract_check_count; i++) {
        struct contract_verdict verdict;
        contract_checks[i].run(&subject, &verdict);
        ck_assert_msg(verdict.kept, "%s breaks '%s' (%s): %s", policy->name,
                      contract_checks[i].name, contract_checks[i].demand, verdict.seen);
        ck_assert_str_ne(verdict.seen, "");
    }
    guard_record_free(record);
}

START_TEST(every_policy_of_the_table_keeps_its_contract)
{
    check_all(policy_table[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("contract");
    TCase *tests = tcase_create("contract");
    int n = 0;
    while (policy_table[n])
        n++;
    tcase_add_loop_test(tests, every_policy_of_the_table_keeps_its_contract, 0, n);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
