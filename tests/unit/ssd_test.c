/* ssd_test.c -- the solid-state drive: times worked out by hand, and the published rates of
 * the drives that the presets stand for. */
#include "device_preset.h"
#include "swap/device.h"

#include <stdlib.h>

/* The fields of the model's parameters are its own; tests set them by name. */
static _Alignas(max_align_t) unsigned char params[PARAM_VALUES_MAX];
static const struct device_ops *ssd;
static struct engine *engine;
static struct device *device;
static struct rng rng;

enum { KIB = 1024, MIB = 1024 * 1024 };
#define US UINT64_C(1000000)

static void set(const char *name, const char *text)
{
    struct error err;
    if (param_set(ssd->params, params, name, text, "ssd", at_nowhere(), &err) != OK)
        ck_abort_msg("%s", err.text);
}

static void start(void)
{
    struct error err;
    ck_assert_int_eq(engine_create(&engine, &err), OK);
    if (device_create(&device, engine, ssd, params, 4096, 1, &err) != OK)
        ck_abort_msg("%s", err.text);
}

static void stop(void)
{
    if (device)
        ck_assert_ptr_null(device_check(device));
    device_free(device);
    engine_free(engine);
    device = NULL;
    engine = NULL;
}

/* A small drive with round figures: 2 channels of 2 dies, pages of 4 units; the interface
 * takes 1 us and 8 us for 4 KiB, a channel 10 us for 4 KiB and 40 us for a page. */
static void setup(void)
{
    ssd = device_find("ssd");
    param_defaults(ssd->params, params);
    set("size", "8 MiB");
    set("channels", "2");
    set("dies", "2");
    set("flash_page", "16 KiB");
    set("pages_per_block", "8");
    set("read_time", "50 us");
    set("program_time", "400 us");
    set("erase_time", "2 ms");
    set("channel_rate", "409.6 MB/s");
    set("read_rate", "512 MB/s");
    set("write_rate", "512 MB/s");
    set("read_command", "1 us");
    set("write_command", "1 us");
    set("read_latency", "5 us");
    set("write_latency", "7 us");
    set("write_buffer", "1 MiB");
    rng_seed(&rng, 1);
}

/* --- one after the other --------------------------------------------------------------- */

static void ignore(struct request *self)
{
    (void)self;
}

/* Submit a request now. */
static void submit(struct request *r, bool write, uint64_t offset, uint64_t length)
{
    *r = (struct request){
        .offset = offset, .length = length, .write = write, .done = ignore};
    device_submit(device, r);
}

/* The time of a request that is alone. */
static psec_t transfer(bool write, uint64_t offset, uint64_t length)
{
    struct request r;
    const psec_t arrival = engine_now(engine);
    submit(&r, write, offset, length);
    while (engine_step(engine))
        ;
    return engine_now(engine) - arrival;
}

static void wait(psec_t time)
{
    engine_advance(engine, engine_now(engine) + time);
}

START_TEST(a_write_is_done_when_it_is_in_the_buffer)
{
    start();
    ck_assert_uint_eq(transfer(true, 0, 4 * KIB), 16 * US);        /* 1 + 8 + 7      */
    ck_assert_uint_eq(transfer(true, 4 * KIB, 32 * KIB), 72 * US); /* 1 + 8 * 8 + 7  */
    stop();
}
END_TEST

START_TEST(a_read_takes_interface_die_and_channel)
{
    start();
    transfer(true, 0, 32 * KIB);
    wait(1000 * US);
    ck_assert_uint_eq(transfer(false, 4 * KIB, 4 * KIB), 74 * US); /* 1+50+10+8+5   */
    ck_assert_uint_eq(transfer(false, 0, 16 * KIB), 128 * US); /* a page: 1+50+40+32+5  */
    ck_assert_uint_eq(transfer(false, 0, 32 * KIB), 128 * US); /* two dies side by side */
    ck_assert_uint_eq(transfer(false, 6 * KIB, 1 * KIB), 60500 * US / 1000);
    stop();
}
END_TEST

START_TEST(what_was_never_written_or_was_discarded_is_read_without_flash)
{
    start();
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 14 * US); /* 1 + 8 + 5 */
    transfer(true, 0, 16 * KIB);
    wait(1000 * US);
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 74 * US);
    device_discard(device, 1 * KIB, 6 * KIB); /* no whole unit */
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 74 * US);
    device_discard(device, 0, 8 * KIB);
    ck_assert_uint_eq(transfer(false, 0, 8 * KIB), 22 * US);
    ck_assert_uint_eq(transfer(false, 8 * KIB, 4 * KIB), 74 * US);
    stop();
}
END_TEST

START_TEST(a_page_that_is_not_full_yet_is_read_from_the_buffer)
{
    start();
    transfer(true, 0, 12 * KIB);
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 14 * US);
    transfer(true, 4 * KIB, 4 * KIB); /* takes no place of its own */
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 14 * US);
    device_discard(device, 4 * KIB, 4 * KIB);
    transfer(true, 40 * KIB, 4 * KIB); /* has the place of the discarded one */
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 14 * US);
    transfer(true, 20 * KIB, 4 * KIB); /* the fourth: the page is programmed */
    wait(1000 * US);
    ck_assert_uint_eq(transfer(false, 0, 4 * KIB), 74 * US);
    ck_assert_uint_eq(transfer(false, 4 * KIB, 4 * KIB), 14 * US);
    ck_assert_uint_eq(transfer(false, 8 * KIB, 4 * KIB), 74 * US);
    stop();
}
END_TEST

START_TEST(reads_of_one_die_wait_for_each_other_and_those_of_others_do_not)
{
    start();
    transfer(true, 0, 128 * KIB); /* two pages on each of four dies */
    wait(10000 * US);
    struct request a, b, c;
    const psec_t now = engine_now(engine);
    submit(&a, false, 0, 4 * KIB);        /* die 0                                      */
    submit(&b, false, 64 * KIB, 4 * KIB); /* die 0: after a's page has left it          */
    submit(&c, false, 16 * KIB, 4 * KIB); /* die 1, on the other channel                */
    while (engine_step(engine))
        ;
    ck_assert_uint_eq(a.completion.when - now, 74 * US);
    ck_assert_uint_eq(b.completion.when - now, 124 * US); /* 1 + 50 + 50 + 10 + 8 + 5    */
    ck_assert_uint_eq(c.completion.when - now, 92 * US);  /* interface: 2 * 9 us later   */
    stop();
}
END_TEST

START_TEST(reads_of_one_channel_wait_for_each_others_transfers)
{
    start();
    transfer(true, 0, 64 * KIB); /* dies 0 and 2 are those of channel 0 */
    wait(10000 * US);
    struct request a, b;
    const psec_t now = engine_now(engine);
    submit(&a, false, 0, 16 * KIB);
    submit(&b, false, 32 * KIB, 16 * KIB);
    while (engine_step(engine))
        ;
    ck_assert_uint_eq(a.completion.when - now, 128 * US);
    /* At the flash at 1 + 32 + 1 us, when the channel is busy for 7 more: at 41 + 40 us it
     * has moved a page, and 50 + 32 + 5 us go elsewhere. */
    ck_assert_uint_eq(b.completion.when - now, 168 * US);
    stop();
}
END_TEST

/* The last unit of the page comes at 33 us, and its program ends at 40 + 400 us later. */
static psec_t read_during_program(const char *suspend)
{
    set("suspend", suspend);
    start();
    transfer(true, 0, 64 * KIB); /* one page on each die */
    wait(10000 * US);
    transfer(true, 64 * KIB, 16 * KIB); /* die 0 from 33 us on, done at 40 us */
    const psec_t time = transfer(false, 0, 4 * KIB);
    stop();
    return time;
}

START_TEST(a_read_interrupts_programming_or_waits_for_it)
{
    ck_assert_uint_eq(read_during_program("yes"), 74 * US);
    /* At the die 1 us after 40 us, when 400 - 8 us are left: 1 + 392 + 50 + 10 + 8 + 5. */
    ck_assert_uint_eq(read_during_program("no"), 466 * US);
}
END_TEST

START_TEST(a_full_buffer_makes_writes_wait_for_programs)
{
    set("write_buffer", "32 KiB"); /* two pages */
    set("dies", "1");
    set("channels", "1");
    start();
    ck_assert_uint_eq(transfer(true, 0, 32 * KIB), 72 * US); /* 1 + 64 + 7 */
    /* The first page was full at 33 us and is programmed at 33 + 40 + 400 = 473 us.  The
     * next unit comes at 72 + 1 + 8 us, waits, and is told 7 us later. */
    ck_assert_uint_eq(transfer(true, 32 * KIB, 4 * KIB), (480 - 72) * US);
    ck_assert_uint_eq(transfer(true, 36 * KIB, 12 * KIB), 32 * US); /* of the same page */
    /* The second page's program follows that of the first and ends at 873 us. */
    ck_assert_uint_eq(transfer(true, 48 * KIB, 4 * KIB), (880 - 512) * US);
    stop();
}
END_TEST

START_TEST(a_page_is_programmed_after_it_had_room_in_the_buffer)
{
    set("write_buffer", "16 KiB");
    start();
    ck_assert_uint_eq(transfer(true, 0, 16 * KIB), 40 * US);
    /* Room at 473 us as above; the next die is idle, but has nothing to program before. */
    ck_assert_uint_eq(transfer(true, 16 * KIB, 16 * KIB), (480 - 40) * US);
    ck_assert_uint_eq(transfer(true, 32 * KIB, 16 * KIB), (473 + 440 + 7 - 480) * US);
    stop();
}
END_TEST

START_TEST(to_write_a_part_of_a_unit_the_rest_is_read)
{
    set("suspend", "no");
    start();
    transfer(true, 0, 64 * KIB);
    wait(10000 * US);
    /* Die 0 is busy from 1 + 4 us on, when the part has come, for 50 us. */
    ck_assert_uint_eq(transfer(true, 0, 2 * KIB), 12 * US);
    ck_assert_uint_eq(transfer(false, 4 * KIB, 4 * KIB), (74 + 55 - 13) * US);
    transfer(true, 2 * KIB, 2 * KIB); /* the unit is in the buffer: nothing is read */
    ck_assert_uint_eq(transfer(false, 4 * KIB, 4 * KIB), 74 * US);
    transfer(true, 128 * KIB, 2 * KIB); /* was never written: nothing is read */
    ck_assert_uint_eq(transfer(false, 4 * KIB, 4 * KIB), 74 * US);
    stop();
}
END_TEST

/* --- many at a time -------------------------------------------------------------------- */

/* So many requests at a time until a number has been submitted. */
static struct stream {
    bool write, random;
    uint64_t length, span; /* bytes: of a request, of the part of the drive that is used  */
    uint64_t left, next;
} stream;

static void submit_next(struct request *request)
{
    if (stream.left == 0)
        return;
    stream.left--;
    const uint64_t n = stream.span / stream.length;
    const uint64_t at = stream.random ? rng_below(&rng, n) : stream.next++ % n;
    *request = (struct request){.offset = at * stream.length,
                                .length = stream.length,
                                .write = stream.write,
                                .done = submit_next};
    device_submit(device, request);
}

/* Bytes per second. */
static double run_stream(unsigned depth, uint64_t requests)
{
    static struct request at_once[64];
    const psec_t begin = engine_now(engine);
    stream.left = requests;
    stream.next = 0;
    for (unsigned i = 0; i < depth; i++)
        submit_next(&at_once[i]);
    while (engine_step(engine))
        ;
    return (double)(requests * stream.length) /
           ((double)(engine_now(engine) - begin) / 1e12);
}

enum { FILLED = 512 * MIB };

static void fill(void)
{
    stream = (struct stream){.write = true, .length = 1 * MIB, .span = FILLED};
    run_stream(8, FILLED / (1 * MIB));
    wait(UINT64_C(1000000) * US);
}

/* With write amplification A = 1.716 at 0.5 (ftl_test.c), a write of the host keeps the die
 * busy for A programs, A - 1 reads and A / 128 erases, and the channel for 2 A - 1 pages. */
static const struct {
    const char *channel_rate;
    double busy; /* seconds for a write */
} cleaning[] = {
    {"unlimited", 1.716 * 400e-6 + 0.716 * 50e-6 + 1.716 / 128 * 2e-3},
    {"4096 kB/s", (2 * 1.716 - 1) * 1e-3},
};

START_TEST(random_writes_go_on_at_the_rate_at_which_the_flash_is_cleaned)
{
    set("size", "64 MiB");
    set("over_provisioning", "0.5");
    set("channels", "1");
    set("dies", "1");
    set("flash_page", "4 KiB");
    set("pages_per_block", "128");
    set("erased_blocks", "1");
    set("channel_rate", cleaning[_i].channel_rate);
    set("write_rate", "unlimited");
    start();
    const uint64_t units = 64 * MIB / (4 * KIB);
    stream = (struct stream){.write = true, .length = 4 * KIB, .span = 64 * MIB};
    run_stream(1, units);
    stream.random = true;
    run_stream(1, 6 * units);
    const double rate = run_stream(1, 3 * units) / (4 * KIB);
    ck_assert_double_eq_tol(rate * cleaning[_i].busy, 1.0, 0.02);
    stop();
}
END_TEST

/* The figures of the data sheets, as the presets name them. */
static const struct {
    const char *preset;
    bool write, random;
    unsigned depth;
    uint64_t length;
    double rate; /* requests a second if random, else bytes */
} published[] = {
    {"ssd-sata", false, true, 1, 4 * KIB, 13e3},
    {"ssd-sata", true, true, 1, 4 * KIB, 36e3},
    {"ssd-sata", false, true, 32, 4 * KIB, 98e3},
    {"ssd-sata", true, true, 32, 4 * KIB, 88e3},
    {"ssd-sata", false, false, 8, 1 * MIB, 560e6},
    {"ssd-sata", true, false, 8, 1 * MIB, 530e6},
    {"ssd-nvme", false, true, 1, 4 * KIB, 17e3},
    {"ssd-nvme", true, true, 1, 4 * KIB, 54e3},
    {"ssd-nvme", false, true, 32, 4 * KIB, 500e3},
    {"ssd-nvme", true, true, 32, 4 * KIB, 480e3},
    {"ssd-nvme", false, false, 8, 1 * MIB, 3500e6},
    {"ssd-nvme", true, false, 8, 1 * MIB, 3000e6},
};

START_TEST(the_presets_reach_the_published_rates)
{
    preset_read(ssd, params, published[_i].preset);
    set("size", "1 GiB"); /* less to fill */
    start();
    if (!published[_i].write)
        fill();
    const uint64_t length = published[_i].length;
    stream =
        (struct stream){published[_i].write, published[_i].random, length, FILLED, 0, 0};
    double rate = run_stream(published[_i].depth, published[_i].random ? 20000 : 512);
    if (published[_i].random)
        rate /= (double)length;
    ck_assert_double_eq_tol(rate / published[_i].rate, 1.0, 0.05);
    stop();
}
END_TEST

START_TEST(the_defaults_are_those_of_the_sata_drive)
{
    static _Alignas(max_align_t) unsigned char preset[PARAM_VALUES_MAX];
    char expected[64], value[64];
    preset_read(ssd, preset, "ssd-sata");
    param_defaults(ssd->params, params);
    for (const struct param *p = ssd->params; p->name; p++)
        ck_assert_str_eq(param_format(p, params, value, sizeof value),
                         param_format(p, preset, expected, sizeof expected));
}
END_TEST

static const struct {
    const char *name, *value, *message;
} wrong[] = {
    {"flash_page", "6 KiB",
     "'flash_page' (6 KiB) of device 'ssd' is not 1 to 64 times 'unit' (4 KiB)"},
    {"flash_page", "512 KiB",
     "'flash_page' (512 KiB) of device 'ssd' is not 1 to 64 times 'unit' (4 KiB)"},
    {"write_buffer", "8 KiB",
     "'write_buffer' (8 KiB) of device 'ssd' is less than 'flash_page' (16 KiB)"},
    {"size", "16 TiB",
     "'size' (16 TiB) of device 'ssd' makes more than 2^32 of 'unit' (4 KiB) of flash; "
     "take larger units, smaller blocks or a smaller size"},
};

START_TEST(parameters_that_cannot_be_together_are_refused)
{
    struct error err;
    set(wrong[_i].name, wrong[_i].value);
    ck_assert_int_eq(engine_create(&engine, &err), OK);
    ck_assert_int_eq(device_create(&device, engine, ssd, params, 4096, 1, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text, wrong[_i].message);
    stop();
}
END_TEST

START_TEST(a_drive_smaller_than_a_page_is_refused)
{
    struct error err;
    ck_assert_int_eq(engine_create(&engine, &err), OK);
    ck_assert_int_eq(device_create(&device, engine, ssd, params, 16 * MIB, 1, &err),
                     ERR_CONFIG);
    ck_assert_str_eq(err.text,
                     "'size' (8 MiB) of device 'ssd' is less than a page (16 MiB)");
    stop();
}
END_TEST

static Suite *ssd_suite(void)
{
    Suite *suite = suite_create("ssd");
    TCase *tests = tcase_create("ssd");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, a_write_is_done_when_it_is_in_the_buffer);
    tcase_add_test(tests, a_read_takes_interface_die_and_channel);
    tcase_add_test(tests, what_was_never_written_or_was_discarded_is_read_without_flash);
    tcase_add_test(tests, a_page_that_is_not_full_yet_is_read_from_the_buffer);
    tcase_add_test(tests, reads_of_one_die_wait_for_each_other_and_those_of_others_do_not);
    tcase_add_test(tests, reads_of_one_channel_wait_for_each_others_transfers);
    tcase_add_test(tests, a_read_interrupts_programming_or_waits_for_it);
    tcase_add_test(tests, a_full_buffer_makes_writes_wait_for_programs);
    tcase_add_test(tests, a_page_is_programmed_after_it_had_room_in_the_buffer);
    tcase_add_test(tests, to_write_a_part_of_a_unit_the_rest_is_read);
    tcase_add_loop_test(tests,
                        random_writes_go_on_at_the_rate_at_which_the_flash_is_cleaned, 0,
                        ARRAY_LEN(cleaning));
    tcase_add_loop_test(tests, the_presets_reach_the_published_rates, 0,
                        ARRAY_LEN(published));
    tcase_add_test(tests, the_defaults_are_those_of_the_sata_drive);
    tcase_add_loop_test(tests, parameters_that_cannot_be_together_are_refused, 0,
                        ARRAY_LEN(wrong));
    tcase_add_test(tests, a_drive_smaller_than_a_page_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(ssd_suite());
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
