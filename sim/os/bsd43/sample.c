/* sample.c -- what samples over time tell of the kernel. */
#include "os/bsd43/bsd43.h"

#include "pager/instance.h"
#include "pager/view.h"
#include "stats/gauges.h"

#include <string.h>

/* A hand that stands where the core map has no frame is left as it is: unknown. */
static void sample_hands(const struct pager *pager, struct gauges *gauges)
{
    struct policy_view view;
    if (!pager->policy->show || pager->by_process)
        return;
    const struct instance *instance = pager_instance(pager, 0);
    view_init(&view, instance, false);
    pager->policy->show(instance->state, &view);
    for (size_t i = 0; i < view.nhands; i++)
        if (strcmp(view.hands[i].name, "back") == 0)
            gauges->back = view.hands[i].entry;
        else if (strcmp(view.hands[i].name, "front") == 0 ||
                 strcmp(view.hands[i].name, "hand") == 0)
            gauges->front = view.hands[i].entry;
    view_release(&view);
}

static int64_t resident_set(const struct bsd43 *kernel)
{
    int64_t rss = 0;
    for (uint32_t i = 0; i < kernel->nprocesses; i++)
        rss += kernel->processes[i] ? kernel->processes[i]->p.rssize : 0;
    for (uint32_t i = 0; i < kernel->texts_top; i++)
        rss += kernel->texts[i].x.rssize;
    return rss;
}

void bsd43_sample(const void *state, const struct pager *pager, const struct space *space,
                  struct gauges *gauges)
{
    const struct bsd43 *kernel = state;
    if (space) {
        const struct bsd43_process *process =
            space->number < kernel->nprocesses ? kernel->processes[space->number] : NULL;
        if (process)
            gauges->rss = (uint64_t)process->p.rssize;
        return;
    }
    gauges->freemem = (uint64_t)bsd43_freemem(kernel);
    gauges->lotsfree = (uint64_t)kernel->d.lotsfree;
    gauges->desfree = (uint64_t)kernel->d.desfree;
    gauges->minfree = (uint64_t)kernel->d.minfree;
    gauges->deficit = (uint64_t)kernel->meter.deficit;
    gauges->desscan = (uint64_t)kernel->daemon.desscan;
    gauges->rss = (uint64_t)resident_set(kernel);
    sample_hands(pager, gauges);
}
