/* layout_picture_test.c -- the picture of references over time and address: its cells, what
 * stands around them, and that it is drawn. */
#include "layout_rig.h"

#include "report/layout_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 };

static struct rig rig;
static struct bands bands;
static struct layout_image image;
static struct error err;

static void setup(void)
{
    static const struct density_size size = {.columns = 4, .units = 256, .references = 4};
    rig_init(&rig, 12, 12, &size);
}

static void teardown(void)
{
    free(image.bytes);
    bands_release(&bands);
    rig_release(&rig);
}

static void make_image(uint32_t rows)
{
    rig_finish(&rig);
    const struct density *density = layout_density(rig.layout);
    ck_assert_int_eq(bands_init(&bands, density, &rig.map, rows, &err), OK);
    ck_assert_int_eq(layout_image_make(&image, density, &bands, &err), OK);
}

static uint32_t colour_at(uint32_t column, uint32_t row)
{
    const unsigned char *rgb = image.bytes + ((size_t)row * image.columns + column) * 3;
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

enum { WHITE = 0xffffff, BLUE = 0x0072b2, GREEN = 0x009e73, VERMILLION = 0xd55e00 };

/* Each column is one reference, so that every cell is as full as the fullest. */
START_TEST(a_cell_has_the_colour_of_its_kind)
{
    rig_touch(&rig, LOAD, 0x1000000);
    rig_touch(&rig, IFETCH, 0x1000);
    rig_touch(&rig, IFETCH, 0x1000);
    rig_touch(&rig, STORE, 0x1000000);
    make_image(2 * 8 + BAND_SPACE);
    ck_assert_uint_eq(image.columns, 4);
    ck_assert_uint_eq(image.rows, 2 * 8 + BAND_SPACE);
    static const uint32_t low[] = {WHITE, BLUE, BLUE, WHITE};
    static const uint32_t high[] = {GREEN, WHITE, WHITE, VERMILLION};
    for (uint32_t column = 0; column < 4; column++)
        for (uint32_t row = 0; row < image.rows; row++) {
            const bool is_low = row < 8;
            const bool is_high = row >= 8 + BAND_SPACE;
            ck_assert_uint_eq(colour_at(column, row), is_low    ? low[column]
                                                      : is_high ? high[column]
                                                                : WHITE);
        }
}
END_TEST

/* 100 of 10,000 references are half of them on a logarithmic scale: 0.4 + 0.6 / 2 of the
 * colour.  255 + (213 - 255) * 0.7 = 225.6; (94 - 255) * 0.7 + 255 = 142.3; 255 * 0.3 = 76.5 */
START_TEST(more_references_are_darker)
{
    unsigned char one[3], middle[3], most[3];
    layout_colour(USE_STORE, 1, 10000, one);
    layout_colour(USE_STORE, 100, 10000, middle);
    layout_colour(USE_STORE, 10000, 10000, most);
    ck_assert_uint_eq(middle[0], 226);
    ck_assert_uint_eq(middle[1], 142);
    ck_assert_int_le(abs(middle[2] - 76), 1);
    ck_assert_uint_eq(most[2], 0);
    ck_assert_uint_eq(one[2], 153);
}
END_TEST

/* 32 pages on 8 rows, 4 a row; a column is 8 references: 8 pages, that is 2 rows. */
START_TEST(pages_that_share_a_row_are_added)
{
    for (vaddr_t page = 0; page < 32; page++)
        rig_touch(&rig, page ? LOAD : STORE, 0x1000000 + page * PAGE);
    make_image(8);
    ck_assert_uint_eq(image.rows, 8);
    ck_assert_uint_eq(image.columns, 4);
    ck_assert_uint_eq(image.most, 4);
    for (uint32_t column = 0; column < 4; column++)
        for (uint32_t row = 0; row < 8; row++)
            ck_assert_uint_eq(colour_at(column, row), row / 2 == column ? GREEN : WHITE);
}
END_TEST

/* --- around the cells ------------------------------------------------------------------- */

static char *script_of(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    const struct layout_picture picture = {.path = path,
                                           .title = "it's a title",
                                           .references = "references",
                                           .map = &rig.map,
                                           .density = layout_density(rig.layout),
                                           .page_size = PAGE};
    ck_assert_int_eq(layout_script(&picture, &bands, &image, "x", stream, &err), OK);
    ck_assert_int_eq(fclose(stream), 0);
    return text;
}

static void expect(const char *script, const char *part)
{
    ck_assert_msg(strstr(script, part), "'%s' is not in the script", part);
}

START_TEST(regions_are_named_at_their_places)
{
    rig_map(&rig, 0x10000, PAGE, "rx", "/usr/lib/ld-linux-x86-64.so.2");
    rig_map(&rig, 0x500000, PAGE, "r", "/tmp/some/input.txt");
    rig_touch(&rig, IFETCH, 0x10000);
    rig_touch(&rig, LOAD, 0x500000);
    rig_unmap(&rig, 0x500000, PAGE);
    rig_map(&rig, 0x500000, 2 * PAGE, "rw", NULL);
    rig_touch(&rig, STORE, 0x500000);
    rig_touch(&rig, STORE, 0x501000);
    make_image(200);
    char *script = script_of("x.png");
    expect(script, "set label 'text …nux-x86-64.so.2'");
    expect(script, "set label 'heap, file'");
    expect(script, "set label '10000'");
    expect(script, "set label 1 'it''s a title'");
    expect(script, "set terminal pngcairo");
    expect(script, "'x' . '.rgb' binary array=(4,200)");
    expect(script, "set xrange [0:4]");
    free(script);
    script = script_of("x.svg");
    expect(script, "set terminal svg");
    free(script);
}
END_TEST

/* 21 rows: 13 pixels of the SVG at 1.6 rows each. */
START_TEST(labels_do_not_cover_each_other)
{
    for (vaddr_t i = 0; i < 60; i++)
        rig_touch(&rig, i % 2 ? LOAD : IFETCH, (i < 50 ? i : 10 * i) * 0x1000000);
    make_image(800);
    char *script = script_of("x.png"), *rest = NULL;
    double last = 0;
    unsigned n = 0;
    for (char *line = strtok_r(script, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *at = strstr(line, " at graph 1.022, first ");
        if (!at)
            continue;
        const double row = strtod(at + strlen(" at graph 1.022, first "), NULL);
        ck_assert_msg(row >= 10 && row <= image.rows - 10, "row %g of %u", row, image.rows);
        ck_assert(n == 0 || row - last >= 20.7);
        last = row;
        n++;
    }
    ck_assert_uint_ge(n, 20);
    ck_assert_uint_le(n, 38);
    free(script);
}
END_TEST

START_TEST(a_picture_is_drawn_and_nothing_else_is_left)
{
    char folder[] = "/tmp/faultline-layout-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    rig_touch(&rig, IFETCH, 0x10000);
    rig_touch(&rig, LOAD, 0x500000);
    rig_finish(&rig);
    struct layout_picture picture = {.path = path,
                                     .title = "a title",
                                     .references = "references",
                                     .map = &rig.map,
                                     .density = layout_density(rig.layout),
                                     .page_size = PAGE};
    for (int svg = 0; svg < 2; svg++) {
        struct stat st;
        snprintf(path, sizeof path, "%s/a.b.%s", folder, svg ? "svg" : "png");
        ck_assert_msg(layout_picture_write(&picture, &err) == OK, "%s", err.text);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_int_gt(st.st_size, 1000);
        ck_assert_int_eq(unlink(path), 0);
    }
    ck_assert_int_eq(rmdir(folder), 0); /* so it is empty */
    ck_assert_int_eq(layout_picture_write(&picture, &err), ERR_OUTPUT);
}
END_TEST

START_TEST(nothing_to_draw_is_said)
{
    rig_finish(&rig);
    const struct layout_picture picture = {
        .path = "x.png", .map = &rig.map, .density = layout_density(rig.layout)};
    ck_assert_int_eq(layout_picture_write(&picture, &err), ERR_CONFIG);
    ck_assert_str_eq(err.text, "nothing to draw: the trace has no references");
}
END_TEST

START_TEST(a_picture_is_known_by_its_ending)
{
    ck_assert(layout_picture_is_named("a.png"));
    ck_assert(layout_picture_is_named("b.c/a.svg"));
    ck_assert(!layout_picture_is_named("a"));
    ck_assert(!layout_picture_is_named("a.pngs"));
    ck_assert(!layout_picture_is_named("a.flt"));
}
END_TEST

static Suite *layout_picture_suite(void)
{
    Suite *suite = suite_create("layout picture");
    TCase *tests = tcase_create("layout picture");
    tcase_set_timeout(tests, 60); /* gnuplot may start slowly on a busy machine */
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_cell_has_the_colour_of_its_kind);
    tcase_add_test(tests, more_references_are_darker);
    tcase_add_test(tests, pages_that_share_a_row_are_added);
    tcase_add_test(tests, regions_are_named_at_their_places);
    tcase_add_test(tests, labels_do_not_cover_each_other);
    tcase_add_test(tests, a_picture_is_drawn_and_nothing_else_is_left);
    tcase_add_test(tests, nothing_to_draw_is_said);
    tcase_add_test(tests, a_picture_is_known_by_its_ending);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(layout_picture_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
