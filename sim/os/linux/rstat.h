#ifndef RSTAT_TMP
#define RSTAT_TMP
#include <stdbool.h>
#include <stdint.h>
struct rstat {
    unsigned cpus;
    uint64_t percpu[64];
    uint64_t pending;
};
void rstat_init(struct rstat *r, unsigned cpus);
bool rstat_update(struct rstat *r, unsigned cpu, uint64_t k);
bool rstat_read(struct rstat *r);
void rstat_flush(struct rstat *r);
#endif
