/* shown.h -- strings of pages, with stores, taken reference by reference, and what the
 * policy shows of itself and says between them. */
#ifndef FAULTLINE_TESTS_POLICY_SHOWN_H
#define FAULTLINE_TESTS_POLICY_SHOWN_H

#include "harness.h"
#include "pager/view.h"

enum { SHOWN_VICTIMS_MAX = 8 };

/* A policy at work on a string; one at a time. */
struct shown {
    struct string_run run;
    struct policy_ops ops; /* of the policy, but victim() */
    const struct policy_ops *policy;
    struct policy_view view;
    uint32_t step;
    struct replayed replayed;
    vpn_t victims[SHOWN_VICTIMS_MAX]; /* of the step, as the policy has chosen them */
    size_t nvictims;
    char why[VIEW_SENTENCE_MAX]; /* of the last one */
    char text[256];
};

static struct shown *shown_now;

static inline pfn_t shown_victim(void *state)
{
    struct shown *s = shown_now;
    const pfn_t pfn = s->policy->victim(state);
    ck_assert_uint_lt(s->nvictims, SHOWN_VICTIMS_MAX);
    ck_assert(entry_vpn(s->view.instance, pfn, &s->victims[s->nvictims++]));
    view_clear(&s->view);
    s->policy->why(state, pfn, &s->view);
    strcpy(s->why, s->view.sentence);
    return pfn;
}

/* Pages between blanks; "3w" stores. */
static inline void shown_build(struct batch *batch, const char *string)
{
    struct builder *builder;
    struct error err = {0};
    char *end;
    ASSERT_OK(batch_init(batch, &err), &err);
    ASSERT_OK(builder_create(&builder, STRING_PAGE_SHIFT, &err), &err);
    for (const char *at = string; *at; at = end) {
        const vpn_t vpn = strtoull(at, &end, 10);
        ck_assert_msg(end != at, "'%s' is no string of page numbers", string);
        builder_add(builder, *end == 'w' ? STORE : LOAD, vpn << STRING_PAGE_SHIFT, 1);
        end += *end == 'w';
    }
    builder_take(builder, batch);
    builder_free(builder);
}

static inline struct shown *shown_open(const char *string, const char *const *set)
{
    struct shown *s = shown_now = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    shown_build(&s->run.string.batch, string);
    string_open(&s->run, set);
    struct pager *pager = &s->run.cell.pager;
    view_init(&s->view, pager_instance(pager, 0), false);
    s->policy = pager->policy;
    s->ops = *s->policy;
    s->ops.victim = shown_victim;
    pager->policy = &s->ops;
    return s;
}

static inline void shown_close(struct shown *s)
{
    ck_assert_uint_eq(s->step, s->run.string.batch.nsteps);
    view_release(&s->view);
    s->run.cell.pager.policy = s->policy;
    string_close(&s->run);
    free(s);
}

/* Take n references, none of which is to the page of the one before. */
static inline void shown_take(struct shown *s, size_t n)
{
    for (; n > 0; n--) {
        ck_assert_uint_lt(s->step, s->run.string.batch.nsteps);
        s->nvictims = 0;
        string_step(&s->run.string, s->step++, &s->run.cell, &s->replayed);
    }
}

/* Take one reference that evicts a page, and check which and, unless NULL, why. */
static inline void shown_evicts(struct shown *s, vpn_t page, const char *why)
{
    shown_take(s, 1);
    ck_assert_uint_eq(s->nvictims, 1);
    ck_assert_uint_eq(s->victims[0], page);
    if (why)
        ck_assert_str_eq(s->why, why);
}

/* What the policy shows now. */
static inline const struct policy_view *shown_view(struct shown *s)
{
    view_clear(&s->view);
    s->policy->show(s->view.instance->state, &s->view);
    return &s->view;
}

/* The page of an entry. */
static inline vpn_t shown_page(const struct shown *s, pfn_t entry)
{
    vpn_t vpn;
    ck_assert(entry_vpn(s->view.instance, entry, &vpn));
    return vpn;
}

/* The number of that name that belongs to a page. */
static inline uint64_t shown_number(struct shown *s, const char *name, vpn_t page)
{
    const struct policy_view *view = shown_view(s);
    for (size_t i = 0; i < view->nnumbers; i++)
        if (strcmp(view->numbers[i].name, name) == 0 &&
            view->numbers[i].entry != PFN_NONE &&
            shown_page(s, view->numbers[i].entry) == page)
            return view->numbers[i].value;
    ck_abort_msg("no %s of page %" PRIu64, name, page);
}

/* The pages of the list of that name, "3 1 2"; valid until the next call. */
static inline const char *shown_list(struct shown *s, const char *name)
{
    const struct policy_view *view = shown_view(s);
    for (size_t i = 0; i < view->nlists; i++) {
        const struct view_list *list = &view->lists[i];
        char *end = s->text;
        if (strcmp(list->name, name) != 0)
            continue;
        *end = '\0';
        for (size_t k = 0; k < list->n; k++)
            end += sprintf(end, k ? " %" PRIu64 : "%" PRIu64,
                           shown_page(s, view->entries[list->first + k]));
        return s->text;
    }
    ck_abort_msg("no list '%s'", name);
}

/* The frame at which the hand of that name points. */
static inline pfn_t shown_hand(struct shown *s, const char *name)
{
    const struct policy_view *view = shown_view(s);
    for (size_t i = 0; i < view->nhands; i++)
        if (strcmp(view->hands[i].name, name) == 0)
            return view->hands[i].entry;
    ck_abort_msg("no hand '%s'", name);
}

#endif
