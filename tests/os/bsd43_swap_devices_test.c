/* bsd43_swap_devices_test.c -- 4.3BSD with several swap devices: places worked out by hand,
 * and what the devices are asked for.
 *
 * Pages are clusters of 4 KiB, 8 blocks.  A disk map has chunks of 32, 64, 128, 256, 512
 * and then 1024 blocks, which is dmmax.  Half of the first chunk of the first device is for
 * the arguments of exec, and swap space begins with block 512.  An allocation does not go
 * on behind a multiple of 1024: a piece that does is used from there on. */
#include "os/bsd43_rig.h"
#include "workload/devices_rig.h"

#define PAGE ((uint64_t)4096)
#define BLOCK ((uint64_t)512)

/* A region of 252 pages, 2016 blocks: all six chunks.  Few frames, so that all of it but
 * what was used last is on swap when the end of the program reads some of it. */
static void use_all_and_read(size_t i, const char *reads)
{
    char *text = malloc(4096);
    ck_assert_ptr_nonnull(text);
    *text = '\0';
    rig_stores(text, 0, 252);
    strcat(text, reads);
    rig_frames(40);
    rig_region(i, 0, 252, 0);
    rig_program(i, text);
    free(text);
}

static void setup(void)
{
    rig43_setup();
    rig43_kernel("klin", "1");
    rig.params.pager.cost_reference = 10 * MS;
}

/* From block 512 on all is free but for the two devices' ends.  32 blocks come from 1024,
 * the multiple within the one piece; 64, 128 and 256 from 512, 576 and 704, what was before
 * it; 512 from 2048, since {1056, 992} goes up to it and {2048, ...} follows; 1024 from 3072.
 * So pages 0 .. 3 are on the second device, pages 4 .. 59 on the first one from its block
 * 512 on, pages 60 .. 123 there from block 1024 on, and pages 124 .. 251 on the second one
 * from block 1024 on. */
START_TEST(chunks_go_round_two_devices)
{
    size_t at = 0;
    noting_devices(2);
    use_all_and_read(0, " L0 L4 L12 L60 L123 L124 L200");
    rig43_run();
    noted_next(&at, false, 1, 0, PAGE);
    noted_next(&at, false, 0, 512 * BLOCK, PAGE);
    noted_next(&at, false, 0, 576 * BLOCK, PAGE);
    noted_next(&at, false, 0, 1024 * BLOCK, PAGE);
    noted_next(&at, false, 0, 1024 * BLOCK + 63 * PAGE, PAGE);
    noted_next(&at, false, 1, 1024 * BLOCK, PAGE);
    noted_next(&at, false, 1, 1024 * BLOCK + 76 * PAGE, PAGE);
}
END_TEST

/* With one device there are no such multiples: chunk after chunk from block 512 on. */
START_TEST(chunks_follow_one_another_on_one_device)
{
    size_t at = 0;
    noting_devices(1);
    use_all_and_read(0, " L0 L4 L60 L124");
    rig43_run();
    noted_next(&at, false, 0, 512 * BLOCK, PAGE);
    noted_next(&at, false, 0, 544 * BLOCK, PAGE);
    noted_next(&at, false, 0, (512 + 480) * BLOCK, PAGE);
    noted_next(&at, false, 0, (512 + 992) * BLOCK, PAGE);
}
END_TEST

/* What is pushed goes to the places from which it is read: klusters of 4 pages, each on one
 * device, and all of a device that is written belongs to a chunk on it. */
START_TEST(klusters_are_written_to_the_device_of_their_chunk)
{
    size_t klusters = 0;
    noting_devices(2);
    use_all_and_read(0, "");
    rig43_run();
    for (size_t i = 0; i < nnoted; i++) {
        const struct noted *n = &noted[i];
        const uint64_t block = n->offset / BLOCK, end = block + n->length / BLOCK;
        ck_assert(n->write && n->length <= 4 * PAGE);
        if (n->device == 0)
            ck_assert(block >= 512 && end <= 1024 + 512);
        else
            ck_assert(end <= 32 || (block >= 1024 && end <= 2048));
        klusters += n->length == 4 * PAGE;
    }
    ck_assert_uint_gt(klusters, 20);
}
END_TEST

/* A second process, of 12 pages.  In 4.3BSD the first one left the pieces {960, 64} and
 * {1056, 992}: 32 blocks from 960, and 64 from 1056, block 32 of the second device.  The
 * first cluster of that is a label in Tahoe, so that its piece begins with 1032, does not go
 * on behind 2048 after the first 512 blocks have gone from there, and is used at last:
 * 32, 64, 128 and 256 from 512, 544, 608 and 736; 512 from 2048; 1024 from 3072; then 32
 * from 992, and 64 from 1032, block 8 of the second device. */
START_TEST(tahoe_does_not_use_the_label_of_the_second_device)
{
    static const struct {
        const char *variant;
        uint64_t block;
    } rows[] = {{"4.3bsd", 32}, {"tahoe", 8}};
    size_t at = 0;
    noting_devices(2);
    rig43_kernel("variant", rows[_i].variant);
    use_all_and_read(0, "");
    rig_region(1, 0, 12, 0);
    rig_program(1, "S0 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 L0x1000");
    rig43_run();
    while (at < nnoted && !(noted[at].device == 1 && noted[at].offset < 1024 * BLOCK &&
                            noted[at].offset >= rows[_i].block * BLOCK &&
                            noted[at].offset < (rows[_i].block + 8) * BLOCK))
        at++;
    ck_assert_uint_lt(at, nnoted);
}
END_TEST

/* 2 n - 1 halves as much as with one, for n devices. */
START_TEST(maxpgio_grows_with_the_devices_of_the_machine)
{
    static const int32_t maxpgio[] = {0, 40, 60, 100, 140};
    noting_devices((unsigned)_i);
    rig_frames(16);
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0");
    rig43_run();
    ck_assert_int_eq(rig43.defaults.maxpgio, maxpgio[_i]);
    ck_assert_uint_eq(rig43.defaults.nswdev, (uint32_t)_i);
    /* 10000 slots are 80000 blocks, 78.1 chunks of 1024. */
    ck_assert_uint_eq(rig43.defaults.nswap, _i == 1 ? 80000 : (uint32_t)_i * 79 * 1024);
}
END_TEST

/* Of the first device 10 or 13 pages are swap space, 80 or 104 blocks.  Half of it in whole
 * clusters, but for one cluster, is the argument area: 32 or 40 blocks, and the arguments of
 * an exec take 40.  The second device has room for the images. */
START_TEST(an_exec_without_room_for_its_arguments_ends_its_process)
{
    static const unsigned pages[] = {10, 13};
    noting_devices(2);
    noting[0].size = 2 * pages[_i] * PAGE; /* files have the other half */
    rig_frames(16);
    rig_region(0, 0, 4, 0);
    rig_program(0, "S0 @exec; S0");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_FAULTS), 1 + (uint64_t)_i);
}
END_TEST

/* Process a sleeps with 4 regions of 33,280 blocks, for which a disk map just suffices: its
 * page tables have 133,130 entries, 1041 hw pages, and take 1064 blocks with the u-area, in
 * whole clusters.  That is more than a chunk of 1024, and with two devices nothing goes on
 * behind one: a stays in memory. */
START_TEST(a_process_with_too_large_a_u_area_is_swapped_out_to_one_device_only)
{
    noting_devices(1 + (unsigned)_i);
    rig43_kernel("swapper", "yes");
    rig43_kernel("desfree", "120");
    rig43_kernel("maxslp", "1");
    rig.params.slots.nslots = 100000;
    rig_frames(16);
    for (unsigned region = 0; region < 4; region++)
        rig_region(0, region * 10000, 4160, 0);
    rig_program(0, "S0 @sleep 20s; S0");
    rig_region(1, 0, 4, 0);
    rig_program(1, "S0 S1 L0x1500");
    rig43_run();
    ck_assert_uint_eq(counted(BSD43_SWPOUT), _i == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bsd43 swap devices");
    TCase *tcase = tcase_create("bsd43 swap devices");
    tcase_add_checked_fixture(tcase, setup, rig_teardown);
    tcase_add_test(tcase, chunks_go_round_two_devices);
    tcase_add_test(tcase, chunks_follow_one_another_on_one_device);
    tcase_add_test(tcase, klusters_are_written_to_the_device_of_their_chunk);
    tcase_add_loop_test(tcase, tahoe_does_not_use_the_label_of_the_second_device, 0, 2);
    tcase_add_loop_test(tcase, maxpgio_grows_with_the_devices_of_the_machine, 1, 5);
    tcase_add_loop_test(tcase, an_exec_without_room_for_its_arguments_ends_its_process, 0,
                        2);
    tcase_add_loop_test(
        tcase, a_process_with_too_large_a_u_area_is_swapped_out_to_one_device_only, 0, 2);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
