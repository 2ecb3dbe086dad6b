/* list_model.h -- for the slow models of policies: a list of pages in an array, newest first,
 * in which everything is searched and moved. */
#ifndef FAULTLINE_TESTS_POLICY_LIST_MODEL_H
#define FAULTLINE_TESTS_POLICY_LIST_MODEL_H

#include "policy/policy_model.h"
#include "policy/shown.h"

struct page_list {
    uint64_t n;
    vpn_t pages[4 * STRING_FRAMES_MAX];
};

static inline uint64_t list_find(const struct page_list *list, vpn_t page)
{
    uint64_t i = 0;
    while (i < list->n && list->pages[i] != page)
        i++;
    return i;
}

static inline bool list_has(const struct page_list *list, vpn_t page)
{
    return list_find(list, page) < list->n;
}

static inline void list_push(struct page_list *list, vpn_t page)
{
    ck_assert_uint_lt(list->n, ARRAY_LEN(list->pages));
    for (uint64_t i = list->n++; i > 0; i--)
        list->pages[i] = list->pages[i - 1];
    list->pages[0] = page;
}

static inline void list_remove(struct page_list *list, vpn_t page)
{
    const uint64_t at = list_find(list, page);
    ck_assert_uint_lt(at, list->n);
    list->n--;
    for (uint64_t i = at; i < list->n; i++)
        list->pages[i] = list->pages[i + 1];
}

static inline vpn_t list_pop_oldest(struct page_list *list)
{
    ck_assert_uint_gt(list->n, 0);
    return list->pages[--list->n];
}

/* A number that the policy shows and that belongs to no entry. */
static inline uint64_t shown_total(struct shown *shown, const char *name)
{
    const struct policy_view *view = shown_view(shown);
    for (size_t i = 0; i < view->nnumbers; i++)
        if (strcmp(view->numbers[i].name, name) == 0 && view->numbers[i].entry == PFN_NONE)
            return view->numbers[i].value;
    ck_abort_msg("no number '%s'", name);
}

#endif
