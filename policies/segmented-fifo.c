/* segmented-fifo.c -- two FIFO segments: Turner, Levy, "Segmented FIFO page replacement",
 * SIGMETRICS 1981; in VMS: Levy, Lipman, "Virtual memory management in the VAX/VMS
 * operating system", IEEE Computer 15(3), 1982.
 *
 * A page is loaded into the primary segment (VMS: a resident set).  The page that it
 * pushes out at the other end goes to the secondary segment (VMS: the free and the
 * modified page list), where it is still in memory but not mapped: a use of it traps,
 * costs no transfer, and takes it back into the primary segment.  The oldest page of the
 * secondary segment is evicted.  With secondary 0 it is FIFO; the primary segment has one
 * frame at least, and with secondary 1 no more, which is LRU.
 *
 * A kernel learns of a use of the secondary segment through an invalid page-table entry,
 * at that very reference.  Here access() tells, so the reports call the policy ideal
 * though it was built; pages of the primary segment are `settled`, since no use of theirs
 * matters, and cost as little as on the real machine.  The traps are not counted as
 * faults. */
#include "faultline/frame_ring.h"
#include "pager/replay.h"

struct segmented_fifo_params {
    double secondary;
};

struct segmented_fifo {
    const struct policy_env *env;
    struct frame_ring primary, secondary; /* by time of entry; they share their links   */
    bool *in_secondary;                   /* [frame]                                    */
    pfn_t nprimary, primary_max;
    uint64_t reclaims;
};

static const struct param segmented_fifo_table[] = {
    {.name = "secondary",
     .kind = PARAM_REAL,
     .offset = offsetof(struct segmented_fifo_params, secondary),
     .fallback = "0.25",
     .min = 0,
     .max = 1,
     .help = "part of the frames in the secondary segment, rounded down; the paper draws "
             "curves for many"},
    {0},
};

static void segmented_fifo_resize(void *state)
{
    struct segmented_fifo *s = state;
    const struct segmented_fifo_params *params = s->env->params;
    const pfn_t frames = s->env->share;
    const pfn_t secondary = (pfn_t)(params->secondary * frames + 1e-6);
    s->primary_max = secondary < frames ? frames - secondary : 1;
}

static enum status segmented_fifo_init(void *state, const struct policy_env *env,
                                       struct error *err)
{
    struct segmented_fifo *s = state;
    (void)err;
    s->env = env;
    segmented_fifo_resize(s);
    frame_ring_init(&s->primary, env->frames);
    frame_ring_init(&s->secondary, env->frames);
    s->in_secondary = (bool *)(s->primary.links + env->nframes);
    return OK;
}

static void enter_primary(struct segmented_fifo *s, pfn_t pfn)
{
    s->in_secondary[pfn] = false;
    frame_ring_add(&s->primary, pfn);
    for (s->nprimary++; s->nprimary > s->primary_max; s->nprimary--) {
        const pfn_t oldest = frame_ring_oldest(&s->primary);
        frame_ring_remove(&s->primary, oldest);
        s->in_secondary[oldest] = true;
        frame_ring_add(&s->secondary, oldest);
    }
}

static void segmented_fifo_page_in(void *state, pfn_t pfn, pfn_t ghost)
{
    (void)ghost;
    enter_primary(state, pfn);
}

static void segmented_fifo_page_out(void *state, pfn_t pfn, bool evicted)
{
    struct segmented_fifo *s = state;
    (void)evicted;
    if (s->in_secondary[pfn]) {
        frame_ring_remove(&s->secondary, pfn);
    } else {
        frame_ring_remove(&s->primary, pfn);
        s->nprimary--;
    }
}

ALWAYS_INLINE bool segmented_fifo_settled(const void *state, pfn_t pfn)
{
    return !((const struct segmented_fifo *)state)->in_secondary[pfn];
}

static void segmented_fifo_reclaim(struct segmented_fifo *s, pfn_t pfn)
{
    frame_ring_remove(&s->secondary, pfn);
    enter_primary(s, pfn);
    s->reclaims++;
}

ALWAYS_INLINE void segmented_fifo_access(void *state, pfn_t pfn, uint64_t when)
{
    (void)when;
    if (!segmented_fifo_settled(state, pfn))
        segmented_fifo_reclaim(state, pfn);
}

static pfn_t segmented_fifo_victim(void *state)
{
    const struct segmented_fifo *s = state;
    const pfn_t oldest = frame_ring_oldest(&s->secondary);
    return oldest != PFN_NONE ? oldest : frame_ring_oldest(&s->primary);
}

static void segmented_fifo_why(void *state, pfn_t victim, struct policy_view *view)
{
    const struct segmented_fifo *s = state;
    const char *page = view_page(view, victim);
    if (s->in_secondary[victim])
        view_say(view,
                 "page %s has been in the secondary segment longest and was not used there",
                 page);
    else
        view_say(view,
                 "page %s is the oldest of the primary segment; the secondary one is empty",
                 page);
}

static void show_segment(const struct frame_ring *segment, const char *name,
                         struct policy_view *view)
{
    const pfn_t newest = frame_ring_newest(segment);
    view_list(view, name);
    for (pfn_t at = newest; at != PFN_NONE;) {
        view_entry(view, at);
        at = segment->links[at].older != newest ? segment->links[at].older : PFN_NONE;
    }
}

static void segmented_fifo_show(void *state, struct policy_view *view)
{
    const struct segmented_fifo *s = state;
    show_segment(&s->primary, "primary, newest first", view);
    show_segment(&s->secondary, "secondary, newest first", view);
    view_number(view, "reclaims", PFN_NONE, s->reclaims);
}

static enum status segmented_fifo_replay(struct pager *pager, struct stretch *stretch,
                                         struct error *err)
{
    return replay_with(pager, stretch, segmented_fifo_access, segmented_fifo_settled,
                       POLICY_EVERY_REFERENCE, err);
}

const struct policy_ops policy_segmented_fifo = {
    .abi = POLICY_ABI,
    .name = "segmented-fifo",
    .summary = "FIFO with a second segment, from which a use takes pages back (VMS)",
    .source = "Turner, Levy 1981",
    .sees = POLICY_EVERY_REFERENCE,
    .params = segmented_fifo_table,
    .params_size = sizeof(struct segmented_fifo_params),
    .state_size = sizeof(struct segmented_fifo),
    .frame_size = sizeof(struct frame_link) + sizeof(bool),
    .init = segmented_fifo_init,
    .resize = segmented_fifo_resize,
    .page_in = segmented_fifo_page_in,
    .page_out = segmented_fifo_page_out,
    .access = segmented_fifo_access,
    .settled = segmented_fifo_settled,
    .victim = segmented_fifo_victim,
    .why = segmented_fifo_why,
    .show = segmented_fifo_show,
    .replay = segmented_fifo_replay,
};
