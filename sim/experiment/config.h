/* config.h -- an experiment file as typed configuration: one struct cell_config for each
 * cell of the sweep, defaults and presets applied, every value checked. */
#ifndef FAULTLINE_EXPERIMENT_CONFIG_H
#define FAULTLINE_EXPERIMENT_CONFIG_H

#include "base/error.h"
#include "base/param.h"

#include <stddef.h>

/* One key of the effective configuration, canonical: "machine.page_size", "4096". */
struct setting {
    const char *key;
    const char *value;
    struct location at; /* where the user wrote it; file NULL: a default or --set       */
};

struct tlb_level_config {
    uint64_t entries; /* 0: this level does not exist                                   */
    uint64_t ways;    /* entries per set; == entries: fully associative                 */
    const char *replacement; /* "lru", "fifo", "random"                                  */
};

struct plugin_config { /* a policy or a kernel with its parameters */
    const char *name;
    _Alignas(16) unsigned char params[PARAM_VALUES_MAX]; /* as its table lays them out */
};

struct cell_config {
    const char *trace;       /* path, resolved against the experiment file's folder      */
    const char *trace_label; /* file name without folder and endings: "cc1"              */
    uint64_t page_size;      /* bytes, a power of two, 512 .. 1 GiB                      */
    uint64_t frames;         /* UINT64_MAX: unlimited                                    */
    const char *mmu;         /* "ideal", "x86-64"                                        */
    struct tlb_level_config tlb[3]; /* L1I, L1D, L2; all 0 with mmu: ideal               */
    struct plugin_config kernel, policy;
    const char *policy_label; /* "clock", or with parameters set "clock(hand=stays)"     */
    const char *timing;       /* "none"                                                  */
    uint64_t seed;
    const struct setting *settings; /* every effective key but `trace`, sorted by key    */
    size_t nsettings;
};

struct plot_config {
    const char *x, *y, *series; /* column names or keys; series may be NULL              */
    const char *title;          /* NULL: made from the experiment                        */
    const char *file;           /* stem of the picture's name; made if not given         */
    struct location at;
};

struct experiment {
    const char *name; /* from `experiment:`, else the file's stem, else "run"            */
    const char *file; /* the user's file, NULL if all came from --set                    */
    struct cell_config *cells; /* in sweep order: the last swept key varies fastest      */
    size_t ncells;
    const char *const *swept; /* keys that vary (sweep and zip), in the user's order     */
    size_t nswept;
    struct plot_config *plots;
    size_t nplots;
    const char *effective; /* the experiment as YAML with presets, defaults and --set    */
    void *arena;           /* owns all of the above                                      */
};

struct experiment_options {
    const char *file;       /* NULL: everything from set                           */
    const char *const *set; /* "key=value" as typed, value read as YAML            */
    size_t nset;
    const char *const *presets; /* folders to look for `extends:` presets in           */
    size_t npresets;
};

/* Load, check and expand.  ERR_CONFIG names file, line and column, what is wrong, what is
 * allowed and the nearest known name.  Free with experiment_free. */
MUST_CHECK enum status experiment_load(struct experiment **out,
                                       const struct experiment_options *options,
                                       struct error *err);
void experiment_free(struct experiment *experiment);

#endif
