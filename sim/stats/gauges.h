/* gauges.h -- what a kernel has at a moment, by names of its own, as counters are what it
 * has counted until then.  Columns of series.csv hold them (stats/tables.h); a kernel sets
 * those that it knows, and the others stay COUNT_UNKNOWN. */
#ifndef FAULTLINE_STATS_GAUGES_H
#define FAULTLINE_STATS_GAUGES_H

#include <stdint.h>

struct gauges {
    /* Of 4.3BSD; a hw page is 512 bytes. */
    uint64_t freemem, deficit; /* hw pages                                               */
    uint64_t desscan;          /* pairs of pages a wake-up                               */
    uint64_t lotsfree, desfree, minfree; /* hw pages                                     */
    uint64_t front, back; /* frames                                                      */
    uint64_t rss;         /* hw pages; of a process or of all                       */

    /* Of Linux, by the names of /proc/vmstat: frames, pages. */
    uint64_t nr_free_pages;
    uint64_t watermark_min, watermark_low, watermark_high; /* of all zones together       */
    uint64_t nr_inactive_anon, nr_active_anon, nr_inactive_file, nr_active_file;
    uint64_t cgroup_usage;
};

#endif
