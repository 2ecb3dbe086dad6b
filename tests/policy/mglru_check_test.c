/* mglru_check_test.c -- what the multi-gen LRU's check of its own lists finds, each time after
 * one thing has been put out of order. */
#include "policy/mglru_rig.h"

enum { A = 1, TYPE = RECLAIM_FILE };

static struct rig *rig;

/* Page A of a file, which has been read, is in generation 5 of 5 to 7. */
static void setup(void)
{
    rig = open_version(MGLRU_6_1);
    set_generations(rig, 7, 5, 5);
    rig_file(rig, A, A);
    rig_read(rig, A);
    ck_assert_uint_eq(mglru_seq(state(rig), frame_of(rig, A)), 5);
}

static void teardown(void)
{
    rig_close(rig);
}

static void finds(const char *what)
{
    ck_assert_pstr_eq(mglru_check(state(rig)), what);
}

static struct mglru_page *page(void)
{
    return &state(rig)->pages[frame_of(rig, A)];
}

START_TEST(nothing_is_wrong)
{
    finds(NULL);
}
END_TEST

START_TEST(a_generation_that_has_ended_has_no_pages)
{
    set_generations(rig, 7, 5, 6);
    finds("a page is in a generation that is no more");
}
END_TEST

START_TEST(unless_they_were_left_there)
{
    set_generations(rig, 7, 5, 6);
    state(rig)->left[TYPE] = true;
    finds(NULL);
}
END_TEST

/* It is counted to another generation than that whose list it is on. */
static void count_to(uint64_t seq)
{
    struct mglru *m = state(rig);
    m->n[page()->gen - 1][TYPE]--;
    m->n[mglru_gen(seq)][TYPE]++;
    page()->gen = (uint8_t)(mglru_gen(seq) + 1);
}

START_TEST(nor_are_pages_counted_to_it_whose_list_lives)
{
    count_to(8);
    finds("a page is in a generation that is no more");
}
END_TEST

START_TEST(nor_does_its_list_have_pages_that_are_counted_to_others)
{
    set_generations(rig, 7, 5, 6);
    count_to(6);
    finds("a page is in a generation that is no more");
}
END_TEST

START_TEST(two_generations_live_at_least)
{
    set_generations(rig, 7, 5, 7);
    finds("there are too few or too many generations");
}
END_TEST

START_TEST(and_four_at_most)
{
    set_generations(rig, 7, 3, 5);
    finds("there are too few or too many generations");
}
END_TEST

START_TEST(pages_are_counted)
{
    state(rig)->n[mglru_gen(6)][TYPE]++;
    finds("a generation has not as many pages as are counted to it");
}
END_TEST

START_TEST(a_page_is_on_the_list_that_it_says)
{
    page()->list = (uint8_t)mglru_gen(6);
    finds("the list of a generation has not the pages that say so");
}
END_TEST

START_TEST(a_page_on_a_list_is_in_a_generation)
{
    page()->gen = 0;
    finds("a page is in no generation and on a list");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy/mglru_check");
    TCase *tcase = tcase_create("mglru_check");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nothing_is_wrong);
    tcase_add_test(tcase, a_generation_that_has_ended_has_no_pages);
    tcase_add_test(tcase, unless_they_were_left_there);
    tcase_add_test(tcase, nor_are_pages_counted_to_it_whose_list_lives);
    tcase_add_test(tcase, nor_does_its_list_have_pages_that_are_counted_to_others);
    tcase_add_test(tcase, two_generations_live_at_least);
    tcase_add_test(tcase, and_four_at_most);
    tcase_add_test(tcase, pages_are_counted);
    tcase_add_test(tcase, a_page_is_on_the_list_that_it_says);
    tcase_add_test(tcase, a_page_on_a_list_is_in_a_generation);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
