/* yaml_test.c -- YAML as a tree with places, and what is refused. */
#include "experiment/yaml.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static void setup(void)
{
    arena = arena_create();
    ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
    arena_free(arena);
}

static struct yaml_node *read(const char *text)
{
    struct yaml_node *root = NULL;
    struct error err = {0};
    const enum status status =
        yaml_read_text(&root, text, strlen(text), "a.yaml", true, arena, &err);
    ck_assert_msg(status == OK, "%s", err.text);
    return root;
}

static void assert_at(struct location at, unsigned line, unsigned column)
{
    ck_assert_str_eq(at.file, "a.yaml");
    ck_assert_uint_eq(at.line, line);
    ck_assert_uint_eq(at.column, column);
}

START_TEST(every_key_and_value_knows_its_place)
{
    const struct yaml_node *root = read("policy: clock\n"
                                        "machine:\n"
                                        "  frames: 3   # three\n"
                                        "sweep: { seed: [1, 22] }\n");
    ck_assert_int_eq(root->kind, YAML_MAP);
    ck_assert_uint_eq(root->count, 3);
    const struct yaml_node *policy = yaml_find(root, "policy");
    ck_assert_str_eq(policy->text, "clock");
    assert_at(policy->key_at, 1, 1);
    assert_at(policy->at, 1, 9);
    const struct yaml_node *frames = yaml_find(yaml_find(root, "machine"), "frames");
    ck_assert_str_eq(frames->text, "3");
    assert_at(frames->key_at, 3, 3);
    assert_at(frames->at, 3, 11);
    const struct yaml_node *seeds = yaml_find(yaml_find(root, "sweep"), "seed");
    ck_assert_int_eq(seeds->kind, YAML_LIST);
    assert_at(seeds->at, 4, 16);
    ck_assert_str_eq(seeds->first->next->text, "22");
    assert_at(seeds->first->next->at, 4, 20);
    ck_assert_ptr_null(yaml_find(root, "seed"));
}
END_TEST

START_TEST(nothing_is_null_unless_it_is_quoted)
{
    const struct yaml_node *root = read("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n");
    ck_assert_int_eq(yaml_find(root, "a")->kind, YAML_NULL);
    ck_assert_int_eq(yaml_find(root, "b")->kind, YAML_NULL);
    ck_assert_int_eq(yaml_find(root, "c")->kind, YAML_NULL);
    ck_assert_int_eq(yaml_find(root, "d")->kind, YAML_SCALAR);
    ck_assert_int_eq(yaml_find(root, "e")->kind, YAML_SCALAR);
}
END_TEST

START_TEST(a_file_without_content_is_an_empty_map)
{
    ck_assert_int_eq(read("")->kind, YAML_MAP);
    ck_assert_uint_eq(read("# nothing yet\n")->count, 0);
}
END_TEST

#define ANCHOR                                                                             \
    ": anchors and aliases are not read; write the value out, or put what is shared into " \
    "a file that 'extends' names"

static const struct {
    const char *text, *message;
} broken[] = {
    {"a: [1\nb: 2\n", "a.yaml:2:2: broken YAML: did not find expected ',' or ']', while "
                      "parsing a flow sequence that starts on line 1"},
    {"a: b: c\n",
     "a.yaml:1:5: broken YAML: mapping values are not allowed in this context"},
    {"x: 1\na: \x01\n",
     "a.yaml:2:4: broken YAML: control characters are not allowed (byte 8)"},
    {"a: \xff\n", "a.yaml:1:4: broken YAML: invalid leading UTF-8 octet (byte 3)"},
    {"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: key 'a' is given twice; it is on line 1 already"},
    {"a: &x 1\n", "a.yaml:1:4: anchor '&x'" ANCHOR},
    {"a: [1]\nb: *x\n", "a.yaml:2:4: alias '*x'" ANCHOR},
    {"a: !size 1\n", "a.yaml:1:4: tag '!size': tags are not read; leave it out"},
    {"a: 1\n---\nb: 1\n", "a.yaml:2:1: a second document; an experiment is one document"},
    {"? [a]\n: 1\n", "a.yaml:1:3: a key must be a name, not a list or a map"},
    {"a: \"b\\nc\"\n", "a.yaml:1:4: text with a line break; keep it on one line"},
    {"a: \"b\\0c\"\n", "a.yaml:1:4: text with a line break; keep it on one line"},
};

START_TEST(what_cannot_be_read_is_reported_with_its_place)
{
    struct yaml_node *root;
    struct error err;
    char message[1400];
    ck_assert_int_eq(yaml_read_text(&root, broken[_i].text, strlen(broken[_i].text),
                                    "a.yaml", true, arena, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(error_format(&err, message, sizeof message), broken[_i].message);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    char text[2001];
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct yaml_node *root;
    struct error err;
    ck_assert_int_eq(yaml_read_text(&root, text, strlen(text), "a.yaml", true, arena, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, "lists and maps are nested too deeply");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
    struct yaml_node *root;
    struct error err;
    ck_assert_int_eq(yaml_read_file(&root, TEST_DATA "/no-such.yaml", arena, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, "cannot be opened: No such file or directory");
    ck_assert_str_eq(err.file, TEST_DATA "/no-such.yaml");
    ck_assert_int_eq(yaml_read_file(&root, "/", arena, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "cannot be read: Is a directory");
}
END_TEST

START_TEST(a_text_without_lines_has_its_origin_only)
{
    struct yaml_node *root;
    ck_assert_int_eq(yaml_read_text(&root, "[a, b]", 6, "--set 'x'", false, arena, NULL),
                     OK);
    ck_assert_str_eq(root->first->at.file, "--set 'x'");
    ck_assert_uint_eq(root->first->at.line, 0);
}
END_TEST

START_TEST(what_is_written_reads_back_the_same)
{
    static const char text[] =
        "{a: [lru, {name: clock, hand: stays}, 4 KiB], b: \"\", c: \"-\", d: \"null\", "
        "e: \"x: y\", f: \"a\\\"b\\\\c\", g: ../t.flt, h: \" x\", i: \"#1\", j: [], k: {}, "
        "l: \"x,y\", m: \"tab\\x09\"}";
    char *written = NULL;
    size_t length;
    FILE *out = open_memstream(&written, &length);
    yaml_write_flow(out, read(text));
    fclose(out);
    ck_assert_str_eq(written, text);
    free(written);
}
END_TEST

static Suite *yaml_suite(void)
{
    Suite *suite = suite_create("yaml");
    TCase *tests = tcase_create("yaml");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_key_and_value_knows_its_place);
    tcase_add_test(tests, nothing_is_null_unless_it_is_quoted);
    tcase_add_test(tests, a_file_without_content_is_an_empty_map);
    tcase_add_loop_test(tests, what_cannot_be_read_is_reported_with_its_place, 0,
                        ARRAY_LEN(broken));
    tcase_add_test(tests, deep_nesting_is_refused);
    tcase_add_test(tests, a_file_that_cannot_be_read_is_named);
    tcase_add_test(tests, a_text_without_lines_has_its_origin_only);
    tcase_add_test(tests, what_is_written_reads_back_the_same);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(yaml_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
