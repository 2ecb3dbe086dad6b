/* nru.c -- not recently used: Tanenbaum, Modern Operating Systems, 3.4.2.
 *
 * Four classes: 0 not referenced, not modified; 1 not referenced, modified; 2 referenced,
 * not modified; 3 referenced, modified.  A clock interrupt clears all accessed bits.  A
 * page of the lowest class that is not empty is evicted.
 *
 * Between two interrupts a page only rises, so the class in which it was last seen is a
 * lower bound: a candidate that has risen meanwhile is moved up, and another is tried.
 * That is at most three moves a page and interrupt, instead of a scan at every fault.
 * (A page that is cleaned in memory falls; that is seen at the next interrupt.) */
#include "faultline/policy.h"

#include <string.h>

enum { CLASSES = 4 };
enum { CHOICE_RANDOM, CHOICE_FIRST };

struct nru_params {
    uint64_t interval;
    uint32_t choice;
    bool ref_on_load;
};

struct nru {
    const struct policy_env *env;
    pfn_t *order;  /* the frames, by the class in which they were seen last      */
    pfn_t *place;  /* [frame]: where it is in order                              */
    uint8_t *seen; /* [frame]: that class + 1, or 0                              */
    pfn_t
        start[CLASSES + 1]; /* [class]: where it begins in order; at the end: the frames */
};

static const char *const choice_choices[] = {"random", "first", NULL};

static const struct param nru_table[] = {
    {.name = "interval",
     .kind = PARAM_UINT,
     .offset = offsetof(struct nru_params, interval),
     .fallback = "20000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "time between two clock interrupts: Tanenbaum's 20 ms at a million references "
             "a second"},
    {.name = "choice",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct nru_params, choice),
     .fallback = "random",
     .choices = choice_choices,
     .help =
         "a page of the lowest class at random, as the book says, or in the first frame"},
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct nru_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static const struct nru_params *params_of(const struct nru *n)
{
    return n->env->params;
}

static enum status nru_init(void *state, const struct policy_env *env, struct error *err)
{
    struct nru *n = state;
    (void)err;
    n->env = env;
    n->order = env->frames;
    n->place = n->order + env->nframes;
    n->seen = (uint8_t *)(n->place + env->nframes);
    return OK;
}

static unsigned class_of(const struct nru *n, pfn_t pfn)
{
    return 2u * page_referenced(n->env, pfn) + page_dirty(n->env, pfn);
}

static void put(struct nru *n, pfn_t at, pfn_t pfn)
{
    n->order[at] = pfn;
    n->place[pfn] = at;
}

/* Make room at the end of the class: the first of each class above goes to its end. */
static void enter(struct nru *n, pfn_t pfn, unsigned class)
{
    pfn_t hole = n->start[CLASSES]++;
    for (unsigned above = CLASSES - 1; above > class; above--) {
        const pfn_t first = n->start[above]++;
        if (first != hole) /* or it is empty */
            put(n, hole, n->order[first]);
        hole = first;
    }
    put(n, hole, pfn);
    n->seen[pfn] = (uint8_t)(class + 1);
}

/* The reverse: the last frame of each class from its own on fills the hole. */
static void leave(struct nru *n, pfn_t pfn)
{
    pfn_t hole = n->place[pfn];
    for (unsigned above = n->seen[pfn]; above <= CLASSES; above++) {
        const pfn_t last = --n->start[above];
        if (last != hole)
            put(n, hole, n->order[last]);
        hole = last;
    }
    n->seen[pfn] = 0;
}

static void nru_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct nru *n = state;
    (void)ghost;
    if (params_of(n)->ref_on_load)
        page_set_referenced(n->env, pfn);
    enter(n, pfn, class_of(n, pfn));
}

static void nru_page_out(void *state, pfn_t pfn, bool evicted)
{
    (void)evicted;
    leave(state, pfn);
}

/* The clock interrupt: all pages fall into the two lower classes. */
static uint64_t nru_tick(void *state, uint64_t now)
{
    struct nru *n = state;
    const uint64_t interval = params_of(n)->interval;
    const pfn_t end = n->start[CLASSES];
    pfn_t clean = 0;
    for (pfn_t i = 0; i < end; i++) {
        const pfn_t pfn = n->order[i];
        page_clear_referenced(n->env, pfn);
        const bool dirty = page_dirty(n->env, pfn);
        n->seen[pfn] = (uint8_t)(dirty + 1);
        if (dirty)
            continue;
        put(n, i, n->order[clean]);
        put(n, clean++, pfn);
    }
    n->start[1] = clean;
    n->start[2] = n->start[3] = end;
    return now - now % interval + interval;
}

static pfn_t candidate(const struct nru *n, unsigned class)
{
    if (params_of(n)->choice == CHOICE_RANDOM) {
        const pfn_t first = n->start[class];
        return n->order[first + rng_below(n->env->rng, n->start[class + 1] - first)];
    }
    const uint8_t *first = memchr(n->seen, (int)class + 1, n->env->nframes);
    return (pfn_t)(first - n->seen);
}

static pfn_t nru_victim(void *state)
{
    struct nru *n = state;
    for (unsigned class = 0;;) {
        if (n->start[class] == n->start[class + 1]) {
            class ++;
            continue;
        }
        const pfn_t pfn = candidate(n, class);
        const unsigned now = class_of(n, pfn);
        if (now <= class)
            return pfn;
        leave(n, pfn);
        enter(n, pfn, now);
    }
}

static void nru_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct nru *n = state;
    const unsigned class = class_of(n, victim);
    view_say(view, "page %s is in class %u (%sreferenced, %smodified), and none is lower",
             view_page(view, victim), class, class & 2 ? "" : "not ",
             class & 1 ? "" : "not ");
    if (params_of(n)->choice == CHOICE_RANDOM)
        view_say(view, "; within the class chance decides");
}

static void nru_show(void *state, struct policy_view *view)
{
    const struct nru *n = state;
    for (pfn_t pfn = 0; pfn < n->env->nframes; pfn++)
        if (n->seen[pfn])
            view_number(view, "class", pfn, class_of(n, pfn));
}

const struct policy_ops policy_nru = {
    .abi = POLICY_ABI,
    .name = "nru",
    .summary = "evicts a page of the lowest class of accessed and dirty bits",
    .source = "Tanenbaum, Modern Operating Systems, 3.4.2",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = nru_table,
    .params_size = sizeof(struct nru_params),
    .state_size = sizeof(struct nru),
    .frame_size = 2 * sizeof(pfn_t) + sizeof(uint8_t),
    .init = nru_init,
    .page_in = nru_page_in,
    .page_out = nru_page_out,
    .victim = nru_victim,
    .tick = nru_tick,
    .why = nru_why,
    .show = nru_show,
};
