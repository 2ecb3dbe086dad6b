/* wsclock.c -- WSClock: Carr, Hennessy, "WSClock -- a simple and effective algorithm for
 * virtual memory management", SOSP 1981; Tanenbaum, Modern Operating Systems, 3.4.9.
 *
 * A hand turns over the frames.  A page found used gets the present time as its last use;
 * one that was last found used more than `window` references ago has left its working set,
 * and goes if it is clean; if it is dirty its write is started, and it can go when the hand
 * comes by again.  Time is that of all references, or with replacement by process that of
 * the process.
 *
 * The paper takes the window from the working set and makes none the default.  Where a turn
 * finds no page outside its working set, memory holds less than the working sets; the paper
 * then puts a process aside, which is not a matter of replacement.  Here the page goes that
 * was found used longest ago, clean or dirty: it is the nearest to leaving.  Of several it
 * is the first that the hand comes to. */
#include "faultline/policy.h"

struct wsclock_params {
    uint64_t window;
    bool ref_on_load;
};

struct wsclock {
    const struct policy_env *env;
    uint64_t *last_use; /* [frame]: time at which it was loaded or found used last */
    pfn_t hand;         /* next frame to look at                                  */
    pfn_t nused;        /* frames 0 .. nused-1 have been used                     */
};

static const struct param wsclock_table[] = {
    {.name = "window",
     .kind = PARAM_UINT,
     .offset = offsetof(struct wsclock_params, window),
     .fallback = "100000",
     .min = 1,
     .max = 1e15,
     .unit = "references",
     .help = "a page last found used more than so many references ago can go"},
    {.name = "ref_on_load",
     .kind = PARAM_BOOL,
     .offset = offsetof(struct wsclock_params, ref_on_load),
     .fallback = "yes",
     .help =
         "a page is loaded with its reference bit set (the reference that faulted counts)"},
    {0},
};

static enum status wsclock_init(void *state, const struct policy_env *env,
                                struct error *err)
{
    struct wsclock *w = state;
    (void)err;
    w->env = env;
    w->last_use = env->frames;
    return OK;
}

static void wsclock_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    struct wsclock *w = state;
    (void)ghost;
    if (pfn >= w->nused)
        w->nused = pfn + 1;
    w->last_use[pfn] = policy_now(w->env);
    if (((const struct wsclock_params *)w->env->params)->ref_on_load)
        page_set_referenced(w->env, pfn);
}

/* Look at the frame under the hand: true if it can go.  *writes: a write was started. */
static bool examine(struct wsclock *w, pfn_t pfn, bool *writes)
{
    const struct wsclock_params *params = w->env->params;
    const uint64_t now = policy_now(w->env);
    if (page_referenced(w->env, pfn)) {
        page_clear_referenced(w->env, pfn);
        w->last_use[pfn] = now;
        return false;
    }
    if (now - w->last_use[pfn] <= params->window)
        return false;
    if (!page_dirty(w->env, pfn))
        return true;
    *writes |= page_clean(w->env, pfn);
    return false;
}

static pfn_t wsclock_victim(void *state)
{
    struct wsclock *w = state;
    const pfn_t nframes = w->env->nframes;
    pfn_t oldest = PFN_NONE;
    bool writes = false;
    /* After a turn that started a write a second one finds the page, clean, or being
     * written: then it goes as soon as it is. */
    for (int turn = 0; turn == 0 || (turn == 1 && writes); turn++) {
        for (pfn_t n = 0; n < nframes; n++) {
            const pfn_t pfn = w->hand;
            w->hand = pfn + 1 < nframes ? pfn + 1 : 0;
            if (!page_evictable(w->env, pfn))
                continue;
            if (examine(w, pfn, &writes))
                return pfn;
            if (oldest == PFN_NONE || w->last_use[pfn] < w->last_use[oldest])
                oldest = pfn;
        }
    }
    w->hand = oldest + 1 < nframes ? oldest + 1 : 0;
    return oldest;
}

static void wsclock_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct wsclock *w = state;
    const unsigned long long window =
        ((const struct wsclock_params *)w->env->params)->window;
    const unsigned long long age = policy_now(w->env) - w->last_use[victim];
    const char *page = view_page(view, victim);
    if (age > window)
        view_say(view,
                 "page %s has left its working set: it was found used last %llu "
                 "references ago, and the window is %llu",
                 page, age, window);
    else
        view_say(view,
                 "a whole turn found no page outside its working set, and page %s was "
                 "found used longest ago: %llu references",
                 page, age);
}

static void wsclock_show(void *state, struct policy_view *view)
{
    const struct wsclock *w = state;
    view_hand(view, "hand", w->hand);
    for (pfn_t pfn = 0; pfn < w->nused; pfn++)
        if (page_evictable(w->env, pfn))
            view_number(view, "last use", pfn, w->last_use[pfn]);
}

const struct policy_ops policy_wsclock = {
    .abi = POLICY_ABI,
    .name = "wsclock",
    .summary = "a hand evicts the first clean page that has left the working set",
    .source = "Carr, Hennessy 1981; Tanenbaum, Modern Operating Systems, 3.4.9",
    .sees = POLICY_REF_BITS,
    .uses_time = true,
    .params = wsclock_table,
    .params_size = sizeof(struct wsclock_params),
    .state_size = sizeof(struct wsclock),
    .frame_size = sizeof(uint64_t),
    .init = wsclock_init,
    .page_in = wsclock_page_in,
    .victim = wsclock_victim,
    .why = wsclock_why,
    .show = wsclock_show,
};
