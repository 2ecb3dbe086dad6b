/* keys.h -- every key of an experiment file, in one table: it checks the files, fills in
 * the defaults and writes `faultline list keys`; docs/experiments.md follows it. */
#ifndef FAULTLINE_EXPERIMENT_KEYS_H
#define FAULTLINE_EXPERIMENT_KEYS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum key_kind {
    KEY_TEXT,   /* any text                                                             */
    KEY_NAME,   /* text that can be a file name                                         */
    KEY_SIZE,   /* bytes, with a unit                                                   */
    KEY_POWER,  /* the same, a power of two                                              */
    KEY_COUNT,  /* digits                                                               */
    KEY_FRAMES, /* a count or `unlimited`                                               */
    KEY_WAYS,   /* a count or `full`                                                    */
    KEY_CHOICE, /* one of `choices`                                                     */
    KEY_MMU,    /* a name of pagetable_table                                            */
    KEY_POLICY, /* a name of policy_table, or a map of `name` and its parameters        */
    KEY_KERNEL, /* the same of kernel_table                                             */
    KEY_NAMES,  /* `extends`: text or a list of it                                      */
    KEY_AXES,   /* `sweep`, `zip`: a map of keys and lists                              */
    KEY_PLOTS,  /* a list of maps                                                       */
};

struct key {
    const char *name;
    enum key_kind kind;
    const char *type;     /* as the documentation says it: "size", "name or map"        */
    const char *fallback; /* the default as a user would write it; NULL: none           */
    uint64_t min, max;    /* inclusive, for numbers; both 0: any                        */
    const char *const *choices; /* NULL-terminated, for CHOICE                          */
    const char *range;          /* as the documentation says it; NULL: any              */
    const char *unit;           /* NULL: none                                           */
    const char *help;           /* one sentence                                         */
};

#define FRAMES_UNLIMITED UINT64_MAX
#define WAYS_FULL UINT64_MAX

extern const struct key key_table[]; /* a section's keys stand together                 */
extern const size_t key_count;

/* The key called name, or NULL. */
const struct key *key_find(const char *name);

/* True if name is a section: keys start with it and a dot ("machine.tlb"). */
bool key_is_section(const char *name);

/* If name is a parameter of a plug-in ("policy.hand"), its plug-in's key ("policy"), and
 * *param is the parameter's name; else NULL. */
const struct key *key_of_param(const char *name, const char **param);

/* True if text names an MMU without a TLB. */
bool key_mmu_is_ideal(const char *text);

/* True if a sweep can vary it. */
bool key_can_vary(const struct key *key);

/* ERR_CONFIG: unknown key, with the nearest known one. */
enum status key_unknown(const char *name, struct location at, struct error *err);

/* Check text as the value of key and set *number: bytes, count, FRAMES_UNLIMITED,
 * WAYS_FULL, index of a choice; 0 for text and names.  Only for kinds up to KEY_KERNEL. */
MUST_CHECK enum status key_parse(const struct key *key, uint64_t *number, const char *text,
                                 struct location at, struct error *err);

#endif
