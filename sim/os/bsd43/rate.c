/* rate.c -- see rate.h. */
#include "os/bsd43/rate.h"

static int32_t nonzero(int32_t n)
{
    return n ? n : 1;
}

/* Between slowscan with lotsfree free and fastscan with nothing free, linearly. */
static int32_t interpolate(const struct bsd43_defaults *d, int32_t vavail)
{
    const int64_t lotsfree = d->lotsfree;
    return (int32_t)((d->slowscan * (int64_t)vavail + d->fastscan * (lotsfree - vavail)) /
                     nonzero(d->lotsfree));
}

bool bsd43_schedpaging(const struct bsd43_defaults *d, int32_t freemem, int32_t deficit,
                       int32_t *desscan)
{
    const int32_t vavail = freemem > deficit ? freemem - deficit : 0;
    *desscan = 0;
    if (freemem >= d->lotsfree)
        return false;
    int32_t clusters = interpolate(d, vavail);
    if (d->rules->unit == BSD43_SECONDS_PER_TURN)
        clusters = d->loop_pages / d->clsize / nonzero(clusters);
    *desscan = clusters / d->rules->wakes_per_second;
    return true;
}

static int32_t average(int32_t smooth, int32_t now, int32_t seconds)
{
    return (int32_t)(((seconds - 1) * (int64_t)smooth + now) / seconds);
}

/* At least what swap-ins of some seconds ago have had time to read. */
static int32_t decayed(const struct bsd43_defaults *d, int32_t deficit)
{
    const int32_t pages = d->rules->klusters
                              ? (int32_t)d->klin * d->clsize / 2 * d->maxpgio / 2
                              : d->maxpgio / 2;
    const int32_t tenth = deficit / 10, drop = tenth > pages ? tenth : pages;
    return deficit > drop ? deficit - drop : 0;
}

static void add_up(struct bsd43_meter *meter, int counter)
{
    meter->sum[counter] += meter->cnt[counter];
    meter->cnt[counter] = 0;
}

void bsd43_vmmeter(struct bsd43_meter *meter, const struct bsd43_defaults *d,
                   int32_t freemem)
{
    meter->deficit = decayed(d, meter->deficit);
    meter->avefree = average(meter->avefree, freemem, 5);
    meter->avefree30 = average(meter->avefree30, freemem, 30);
    for (int i = 0; i <= BSD43_FASTPGREC; i++) {
        meter->rate[i] = (4 * meter->rate[i] + meter->cnt[i]) / 5;
        add_up(meter, i);
    }
}

void bsd43_vmtotal(struct bsd43_meter *meter, uint32_t runnable)
{
    /* exp(-1/12), exp(-1/60), exp(-1/180): 1, 5, 15 minutes in steps of 5 seconds */
    static const double decay[] = {0.9200444146293232, 0.9834714538216174,
                                   0.9944598480048967};
    for (int i = 0; i < 3; i++)
        meter->avenrun[i] = decay[i] * meter->avenrun[i] + runnable * (1.0 - decay[i]);
    for (int i = BSD43_SWPIN; i <= BSD43_SWPOUT; i++) {
        meter->rate[i] = meter->cnt[i];
        add_up(meter, i);
    }
}

bool bsd43_wakes_swapper(const struct bsd43_meter *meter, const struct bsd43_defaults *d,
                         bool runout, int32_t slept)
{
    return (meter->avefree < d->minfree && runout) || slept > d->maxslp / 2;
}

uint64_t bsd43_counted(const struct bsd43_meter *meter, enum bsd43_counter counter)
{
    return meter->sum[counter] + meter->cnt[counter];
}
