/* linux_watermark_test.c -- watermarks and reserves by hand from the rules of each version. */
#include "harness.h"

#include "base/types.h"
#include "os/linux/watermark.h"

#define GIB_PAGES UINT64_C(262144) /* of 4096 bytes */

static struct zone zones[ZONES];

static struct watermark_params params_of(uint32_t version, uint32_t pageblock_pages)
{
    return (struct watermark_params){.version = version,
                                     .page_size = 4096,
                                     .scale_factor = 10,
                                     .pageblock_pages = pageblock_pages};
}

static uint64_t set(uint32_t version, uint32_t pageblock_pages, uint64_t dma,
                    uint64_t dma32, uint64_t normal, uint64_t highmem)
{
    const struct watermark_params params = params_of(version, pageblock_pages);
    zones[ZONE_DMA].managed = dma;
    zones[ZONE_DMA32].managed = dma32;
    zones[ZONE_NORMAL].managed = normal;
    zones[ZONE_HIGHMEM].managed = highmem;
    return watermark_init(zones, &params);
}

static void is(enum zone_type type, uint64_t min, uint64_t low, uint64_t high)
{
    ck_assert_uint_eq(zones[type].min, min);
    ck_assert_uint_eq(zones[type].low, low);
    ck_assert_uint_eq(zones[type].high, high);
}

/* sqrt(16 * 4194304) = 8192 kB; a step is the larger of 2048 / 4 and 1048576 / 1000. */
START_TEST(four_gib_keep_eight_mib_free)
{
    ck_assert_uint_eq(set(LINUX_VERSION(5, 15, 0), 0, 0, 0, 4 * GIB_PAGES, 0), 8192);
    is(ZONE_NORMAL, 2048, 3096, 4144);
    ck_assert_uint_eq(set(LINUX_VERSION(3, 16, 0), 0, 0, 0, 4 * GIB_PAGES, 0), 8192);
    is(ZONE_NORMAL, 2048, 2560, 3072);
}
END_TEST

START_TEST(the_scale_factor_counts_from_4_6_on)
{
    set(LINUX_VERSION(4, 5, 99), 0, 0, 0, 4 * GIB_PAGES, 0);
    is(ZONE_NORMAL, 2048, 2560, 3072);
    set(LINUX_VERSION(4, 6, 0), 0, 0, 0, 4 * GIB_PAGES, 0);
    is(ZONE_NORMAL, 2048, 3096, 4144);
    struct watermark_params params = params_of(LINUX_VERSION(6, 1, 0), 0);
    params.scale_factor = 100;
    watermark_init(zones, &params);
    is(ZONE_NORMAL, 2048, 12533, 23018);
}
END_TEST

/* 16 * kB = 65536^2 at 256 GiB, 262144^2 at 4 TiB;
 * and 16 * kB = 128^2 at 1 MiB. */
static const struct {
    uint32_t version;
    uint64_t pages, min_free_kb;
} caps[] = {
    {LINUX_VERSION(5, 4, 0), 256 * GIB_PAGES - 1, 65535},
    {LINUX_VERSION(5, 4, 0), 256 * GIB_PAGES, 65536},
    {LINUX_VERSION(5, 4, 0), 257 * GIB_PAGES, 65536},
    {LINUX_VERSION(5, 7, 0), 257 * GIB_PAGES, 65663},
    {LINUX_VERSION(5, 7, 0), 4096 * GIB_PAGES - 1, 262143},
    {LINUX_VERSION(5, 7, 0), 4096 * GIB_PAGES, 262144},
    {LINUX_VERSION(5, 7, 0), 4097 * GIB_PAGES, 262144},
    {LINUX_VERSION(2, 6, 24), 255, 128},
    {LINUX_VERSION(2, 6, 24), 256, 128},
    {LINUX_VERSION(2, 6, 24), 260, 128}, /* sqrt(16640) = 128.99 */
    {LINUX_VERSION(2, 6, 24), 261, 129}, /* sqrt(16704) = 129.2  */
};

START_TEST(min_free_kbytes_is_a_root_between_two_bounds)
{
    ck_assert_uint_eq(set(caps[_i].version, 0, 0, 0, caps[_i].pages, 0),
                      caps[_i].min_free_kb);
}
END_TEST

/* 16 GiB: sqrt(16 * 16776960 kB) = 16383 kB, 4095 frames, shared by size. */
START_TEST(zones_share_by_their_size)
{
    const uint64_t dma = 3840, dma32 = 1044480, normal = 3145728;
    ck_assert_uint_eq(set(LINUX_VERSION(5, 15, 0), 0, dma, dma32, normal, 0), 16383);
    is(ZONE_DMA, 3, 6, 9);
    is(ZONE_DMA32, 1019, 2063, 3107);
    is(ZONE_NORMAL, 3071, 6216, 9361);
}
END_TEST

/* 880 MiB + 16 MiB low, 3200 MiB high: 3831 kB.  High memory has a minimum of its own, but its
 * steps by its share of 957 frames. */
START_TEST(high_memory_keeps_a_1024th_between_32_and_128)
{
    const uint64_t dma = 4096, normal = 225280;
    ck_assert_uint_eq(set(LINUX_VERSION(3, 16, 0), 0, dma, 0, normal, 819200), 3831);
    is(ZONE_DMA, 17, 21, 25);
    is(ZONE_NORMAL, 939, 1173, 1408);
    is(ZONE_HIGHMEM, 128, 982, 1836);
    set(LINUX_VERSION(3, 16, 0), 0, dma, 0, normal, 33 * 1024 - 1);
    ck_assert_uint_eq(zones[ZONE_HIGHMEM].min, 32);
    set(LINUX_VERSION(3, 16, 0), 0, dma, 0, normal, 33 * 1024);
    ck_assert_uint_eq(zones[ZONE_HIGHMEM].min, 33);
    set(LINUX_VERSION(3, 16, 0), 0, dma, 0, normal, 128 * 1024);
    ck_assert_uint_eq(zones[ZONE_HIGHMEM].min, 128);
    ck_assert_uint_eq(set(LINUX_VERSION(3, 16, 0), 0, 0, 0, 31 * 1024, 31 * 1024), 1425);
    ck_assert_uint_eq(zones[ZONE_HIGHMEM].min, 32);
}
END_TEST

/* 11 blocks of 512 frames for each of one zone, three zones. */
START_TEST(huge_pages_raise_the_minimum_to_eleven_blocks_a_zone)
{
    const uint32_t version = LINUX_VERSION(6, 1, 0);
    ck_assert_uint_eq(set(version, 512, 0, 0, 4 * GIB_PAGES, 0), 22528);
    is(ZONE_NORMAL, 5632, 7040, 8448);
    ck_assert_uint_eq(set(version, 512, 3840, 1044480, 3145728, 0), 67584);
    is(ZONE_DMA, 15, 18, 21);
    is(ZONE_DMA32, 4207, 5258, 6309);
    is(ZONE_NORMAL, 12672, 15840, 19008);
}
END_TEST

/* 256 MiB: high was 512 + 2 * 128 = 768, and (65536 - 768) / 20 = 3238 frames.  64 GiB have
 * 32768 kB, more than 22528. */
START_TEST(huge_pages_take_five_percent_at_most_and_lower_nothing)
{
    const uint32_t version = LINUX_VERSION(6, 1, 0);
    ck_assert_uint_eq(set(version, 512, 0, 0, GIB_PAGES / 4, 0), 4 * 3238);
    is(ZONE_NORMAL, 3238, 4047, 4856);
    ck_assert_uint_eq(set(version, 512, 0, 0, 64 * GIB_PAGES, 0), 32768);
}
END_TEST

/* 3840 = 30 * 128; at 2.4.0 DMA has a 32nd. */
static const struct {
    uint32_t version;
    uint64_t dma, normal, dma_mask, normal_mask;
} masks[] = {
    {LINUX_VERSION(2, 4, 16), 3840, 28672, 30, 224},
    {LINUX_VERSION(2, 4, 16), 2687, 32639, 20, 254},
    {LINUX_VERSION(2, 4, 16), 2559, 32640, 20, 255},
    {LINUX_VERSION(2, 4, 16), 2688, 1000000, 21, 255},
    {LINUX_VERSION(2, 4, 0), 3840, 28672, 120, 224},
    {LINUX_VERSION(2, 4, 0), 319, 1279, 10, 10},
    {LINUX_VERSION(2, 4, 0), 352, 1408, 11, 11},
    {LINUX_VERSION(2, 4, 0), 8192, 33000, 255, 255},
};

START_TEST(in_2_4_each_zone_has_a_mask_of_its_own)
{
    const uint64_t dma = masks[_i].dma_mask, normal = masks[_i].normal_mask;
    ck_assert_uint_eq(set(masks[_i].version, 0, masks[_i].dma, 0, masks[_i].normal, 0), 0);
    is(ZONE_DMA, dma, 2 * dma, 3 * dma);
    is(ZONE_NORMAL, normal, 2 * normal, 3 * normal);
    is(ZONE_HIGHMEM, 0, 0, 0);
    for (int i = 0; i < ZONES; i++)
        ck_assert_uint_eq(zones[ZONE_DMA].reserve[i], 0);
}
END_TEST

static void reserves(enum zone_type type, uint64_t dma32, uint64_t normal, uint64_t highmem)
{
    ck_assert_uint_eq(zones[type].reserve[ZONE_DMA], 0);
    ck_assert_uint_eq(zones[type].reserve[ZONE_DMA32], dma32);
    ck_assert_uint_eq(zones[type].reserve[ZONE_NORMAL], normal);
    ck_assert_uint_eq(zones[type].reserve[ZONE_HIGHMEM], highmem);
}

/* 1044480 / 256 = 4080, (1044480 + 3145728) / 256 = 16368, 3145728 / 256 = 12288. */
START_TEST(a_zone_keeps_a_part_of_the_higher_ones_from_their_allocations)
{
    set(LINUX_VERSION(5, 15, 0), 0, 3840, 1044480, 3145728, 0);
    reserves(ZONE_DMA, 4080, 16368, 16368);
    reserves(ZONE_DMA32, 0, 12288, 12288);
    reserves(ZONE_NORMAL, 0, 0, 0);
}
END_TEST

/* 225280 / 256 = 880, (225280 + 819200) / 256 = 4080, 819200 / 32 = 25600. */
START_TEST(normal_memory_keeps_a_32nd_of_high_memory)
{
    static const uint32_t versions[] = {LINUX_VERSION(2, 4, 32), LINUX_VERSION(2, 6, 24)};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        set(versions[i], 0, 4096, 0, 225280, 819200);
        reserves(ZONE_DMA, 0, 880, 4080);
        reserves(ZONE_DMA32, 0, 0, 0);
        reserves(ZONE_NORMAL, 0, 0, 25600);
    }
}
END_TEST

static Suite *watermark_suite(void)
{
    Suite *suite = suite_create("linux_watermark");
    TCase *tests = tcase_create("watermark");
    tcase_add_test(tests, four_gib_keep_eight_mib_free);
    tcase_add_test(tests, the_scale_factor_counts_from_4_6_on);
    tcase_add_loop_test(tests, min_free_kbytes_is_a_root_between_two_bounds, 0,
                        ARRAY_LEN(caps));
    tcase_add_test(tests, zones_share_by_their_size);
    tcase_add_test(tests, high_memory_keeps_a_1024th_between_32_and_128);
    tcase_add_test(tests, huge_pages_raise_the_minimum_to_eleven_blocks_a_zone);
    tcase_add_test(tests, huge_pages_take_five_percent_at_most_and_lower_nothing);
    tcase_add_loop_test(tests, in_2_4_each_zone_has_a_mask_of_its_own, 0, ARRAY_LEN(masks));
    tcase_add_test(tests, a_zone_keeps_a_part_of_the_higher_ones_from_their_allocations);
    tcase_add_test(tests, normal_memory_keeps_a_32nd_of_high_memory);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watermark_suite());
}
