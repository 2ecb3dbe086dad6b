/* pagedaemon-43.c -- the choice of 4.3BSD's pagedaemon: vm_page.c (7.1), pageout() and
 * checkpage(); with one hand that of 4.2BSD (6.3).
 *
 * Both hands go round memory, one step at a time.  The front hand makes a page that has
 * been used pass for unused; the back hand, which is handspread behind, takes it if it
 * has not been used since.  A page that is unused already is taken by either, and one
 * that the kernel would have go at once by the front hand.  One hand does what the front
 * hand does.
 *
 * A turn has a step more than there are frames, in which a hand looks at nothing: entry
 * 0 of the core map is the head of the free list. */
#include "faultline/policy.h"

enum { ONE_HAND, TWO_HANDS };
enum { START_BOOT, START_RANDOM };

/* What is next to be done for a pair of pages. */
enum stage { LOOK_FRONT, LOOK_BACK, MOVE };

/* The front hand may come round so often without a page that goes, and once more. */
enum { FRUITLESS_TURNS = 2 };

struct pagedaemon_params {
    uint32_t hands, start;
    uint64_t handspread;
};

struct pagedaemon {
    const struct policy_env *env;
    pfn_t turn;        /* steps of a turn                                                */
    pfn_t front, back; /* where the hands are: step 0, or frame + 1                      */
    enum stage stage;
    bool expended;      /* the page that was chosen last had been used                    */
    unsigned fruitless; /* turns                                                          */
    bool stuck;         /* too many of them                                               */
    uint32_t left;      /* of the budget of the present wake-up                           */
};

static const char *const hands_choices[] = {"1", "2", NULL};
static const char *const start_choices[] = {"boot", "random", NULL};

static const struct param pagedaemon_table[] = {
    {.name = "hands",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct pagedaemon_params, hands),
     .fallback = "2",
     .choices = hands_choices,
     .help = "two as in 4.3BSD, or one as in 3BSD and 4.2BSD"},
    {.name = "handspread",
     .kind = PARAM_SIZE,
     .offset = offsetof(struct pagedaemon_params, handspread),
     .fallback = "2 MiB",
     .min = 0,
     .max = 1e15,
     .help = "way from the back hand to the front hand, in memory; at most a turn less one "
             "step (HANDSPREAD)"},
    {.name = "start",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct pagedaemon_params, start),
     .fallback = "boot",
     .choices = start_choices,
     .help = "where the back hand is at first: where it is when the kernel is booted, or "
             "anywhere, by the seed"},
    {0},
};

static enum status pagedaemon_init(void *state, const struct policy_env *env,
                                   struct error *err)
{
    struct pagedaemon *p = state;
    const struct pagedaemon_params *params = env->params;
    const uint64_t spread = params->handspread / env->page_size;
    (void)err;
    p->env = env;
    p->turn = env->nframes + 1;
    if (params->start == START_RANDOM)
        p->back = p->front = (pfn_t)rng_below(env->rng, p->turn);
    if (params->hands == TWO_HANDS)
        p->front = (pfn_t)((p->back + (spread < p->turn ? spread : p->turn - 1)) % p->turn);
    return OK;
}

static void pagedaemon_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    const struct pagedaemon *p = state;
    (void)ghost;
    page_set_referenced(p->env, pfn);
}

static void pagedaemon_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct pagedaemon *p = state;
    (void)pfn;
    (void)evicted;
    p->fruitless = 0;
}

/* checkpage(): the page under a hand, if it may go; else PFN_NONE. */
static pfn_t look_at(struct pagedaemon *p, pfn_t step, bool front)
{
    if (step == 0 || !page_evictable(p->env, step - 1) || page_locked(p->env, step - 1))
        return PFN_NONE;
    const pfn_t pfn = step - 1;
    p->expended = page_referenced(p->env, pfn);
    if (!p->expended)
        return pfn;
    if (!front)
        return PFN_NONE;
    page_clear_referenced(p->env, pfn);
    return page_expendable(p->env, pfn) ? pfn : PFN_NONE;
}

static void move_hands(struct pagedaemon *p)
{
    p->front = p->front + 1 < p->turn ? p->front + 1 : 0;
    p->back = p->back + 1 < p->turn ? p->back + 1 : 0;
    if (p->front > 0)
        return;
    p->stuck = p->fruitless++ > FRUITLESS_TURNS;
    policy_turned(p->env);
}

/* The next page of the pair that may go, or PFN_NONE: the hands have moved on. */
static pfn_t advance(struct pagedaemon *p)
{
    const struct pagedaemon_params *params = p->env->params;
    pfn_t pfn = PFN_NONE;
    if (p->stage == LOOK_FRONT) {
        p->stage = LOOK_BACK;
        pfn = look_at(p, p->front, true);
    }
    if (pfn == PFN_NONE && p->stage == LOOK_BACK) {
        p->stage = MOVE;
        if (params->hands == TWO_HANDS)
            pfn = look_at(p, p->back, false);
    }
    if (pfn == PFN_NONE) {
        p->stage = LOOK_FRONT;
        move_hands(p);
    }
    return pfn;
}

static pfn_t pagedaemon_scan(void *state, uint32_t *budget)
{
    struct pagedaemon *p = state;
    if (*budget > p->left) { /* it has been woken again */
        p->fruitless = 0;
        p->left = *budget;
    }
    p->stuck = false;
    const pfn_t pfn = advance(p);
    if (pfn == PFN_NONE)
        p->left = *budget = p->stuck ? 0 : *budget - 1;
    return pfn;
}

static pfn_t pagedaemon_victim(void *state)
{
    /* Ends: the front hand clears all bits in one turn, and takes what it finds in the
     * next. */
    for (;;) {
        const pfn_t pfn = advance(state);
        if (pfn != PFN_NONE)
            return pfn;
    }
}

static void pagedaemon_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct pagedaemon *p = state;
    if (p->expended)
        view_say(view, "the kernel would have page %s go at once", view_page(view, victim));
    else
        view_say(view, "page %s was not used since a hand came by last",
                 view_page(view, victim));
}

static void show_hand(struct policy_view *view, const char *name, pfn_t step)
{
    if (step > 0)
        view_hand(view, name, step - 1);
}

static void pagedaemon_show(void *state, struct policy_view *view)
{
    const struct pagedaemon *p = state;
    const struct pagedaemon_params *params = p->env->params;
    if (params->hands == TWO_HANDS)
        show_hand(view, "back", p->back);
    show_hand(view, "front", p->front);
}

const struct policy_ops policy_pagedaemon_43 = {
    .abi = POLICY_ABI,
    .name = "pagedaemon-43",
    .summary = "the page daemon of 4.3BSD: a front hand invalidates, a back hand takes",
    .source = "4.3BSD vm_page.c 7.1, pageout() and checkpage()",
    .sees = POLICY_REF_BITS,
    .params = pagedaemon_table,
    .params_size = sizeof(struct pagedaemon_params),
    .state_size = sizeof(struct pagedaemon),
    .init = pagedaemon_init,
    .page_in = pagedaemon_page_in,
    .page_out = pagedaemon_page_out,
    .victim = pagedaemon_victim,
    .why = pagedaemon_why,
    .show = pagedaemon_show,
    .scan = pagedaemon_scan,
};
