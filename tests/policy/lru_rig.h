/* lru_rig.h -- what tests of Linux's lists since 2.6.28 ask of a rig. */
#ifndef FAULTLINE_TESTS_POLICY_LRU_RIG_H
#define FAULTLINE_TESTS_POLICY_LRU_RIG_H

#include "policy/reclaim_rig.h"

/* Bring in pages first.. that nothing maps: they count as unused. */
static inline void bring(struct rig *rig, unsigned first, unsigned n)
{
    for (unsigned page = first; page < first + n; page++)
        rig_bring(rig, page, 0);
}

/* Mark pages first.. as used twice: those that are inactive turn active. */
static inline void activate(struct rig *rig, unsigned first, unsigned n)
{
    for (unsigned page = first; page < first + n; page++) {
        rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
        rig->ops->reclaim->used(rig->state, rig->pages[page].pfn);
    }
}

/* The lists alone. */
static inline const char *lists(struct rig *rig)
{
    char *text = rig->view.text;
    rig_show(rig);
    char *age = strstr(text, "; age=");
    if (age)
        *age = '\0';
    return text;
}

/* A number that the policy shows of itself. */
static inline uint64_t shown(struct rig *rig, const char *name)
{
    const char *at = strstr(rig_show(rig), name);
    ck_assert_ptr_nonnull(at);
    return strtoull(at + strlen(name) + 1, NULL, 10);
}

static inline uint64_t scanned(const struct rig *rig, enum reclaim_type type)
{
    return rig->ops->reclaim->counts(rig->state)->pgscan[type];
}

static inline struct reclaim_sizes sizes(const struct rig *rig)
{
    struct reclaim_sizes sizes;
    rig->ops->reclaim->sizes(rig->state, &sizes);
    return sizes;
}

/* Read the pages one after the other, and compare the lists after each. */
struct read_step {
    unsigned page;
    bool hit;
    const char *lists;
};

static inline void read_in_turn(struct rig *rig, const struct read_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(rig_read(rig, steps[i].page) == steps[i].hit, "page %u, step %zu",
                      steps[i].page, i);
        ck_assert_str_eq(lists(rig), steps[i].lists);
    }
}

#endif
