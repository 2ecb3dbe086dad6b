/* keys.h -- every key of an experiment file, in one table: it checks the files, fills in
 * the defaults and writes `faultline list keys`; docs/experiments.md follows it.
 *
 * Where a name has the part NAME it is a pattern: the name of a TLB array stands there
 * (tlb_name.h), so that "machine.tlb.l1d-2m.hit" is a key of "machine.tlb.NAME.hit". */
#ifndef FAULTLINE_EXPERIMENT_KEYS_H
#define FAULTLINE_EXPERIMENT_KEYS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum key_kind {
    /* One value each. */
    KEY_TEXT,       /* any text                                                         */
    KEY_NAME,       /* text that can be a file name                                     */
    KEY_SIZE,       /* bytes, with a unit                                               */
    KEY_POWER,      /* the same, a power of two                                         */
    KEY_CAPACITY,   /* the same or `unlimited`                                          */
    KEY_ADDRESS,    /* the same or hexadecimal after 0x                                 */
    KEY_COUNT,      /* digits                                                           */
    KEY_BINARY,     /* digits, a power of two                                           */
    KEY_LIMIT,      /* a count or `unlimited`                                           */
    KEY_WAYS,       /* a count or `full`                                                */
    KEY_TIME,       /* picoseconds, with a unit                                         */
    KEY_FREQUENCY,  /* hertz, with a unit                                               */
    KEY_CHOICE,     /* one of `choices`                                                 */
    KEY_PROTECTION, /* `rwx`, `r-x`: bits of enum vm_protection                         */
    KEY_MODEL,      /* a name of a preset of a machine                                  */
    /* The same, or a map of `name` and its parameters. */
    KEY_POLICY, /* a name of policy_table or the path of a shared object                */
    KEY_KERNEL, /* a name of kernel_table                                               */
    KEY_DEVICE, /* a name of device_table or of a preset                                */
    KEY_MMU,    /* a name of pagetable_table                                            */
    KEY_GENERATOR, /* a name of generator_table                                         */
    /* Lists and maps. */
    KEY_NAMES,     /* text or a list of it                                              */
    KEY_STREAMS,   /* text, a map (stream_keys) or a list of these                      */
    KEY_PAGES,     /* `any`, a size or a list of sizes                                  */
    KEY_SIZES,     /* a size or a list of sizes                                         */
    KEY_CURVES,    /* a name of curve_names or a list of them                           */
    KEY_DEVICES,   /* `none`, a name of a device or a list of them                       */
    KEY_COUNTERS,  /* a name of counter_table or a list of them                         */
    KEY_PROCESSES, /* a list of maps: process_keys                                      */
    KEY_REGIONS,   /* one of `choices` or a list of maps: region_keys                   */
    KEY_AXES,      /* `sweep`, `zip`: a map of keys and lists                           */
    KEY_PLOTS,     /* a list of maps: plot_keys                                         */
};

enum key_flags {
    KEY_EVENTS = 1,  /* it has a meaning with `timing: events` only                      */
    KEY_TABLES = 2,  /* ... with a machine.mmu that has page tables only                 */
    KEY_CYCLES = 4,  /* a time that may be given in cycles of machine.clock              */
    KEY_PATTERN = 8, /* its name is a pattern                                           */
};

struct key {
    const char *name;
    enum key_kind kind;
    unsigned flags;       /* bits of enum key_flags                                     */
    const char *type;     /* as the documentation says it: "size", "name or map"        */
    const char *fallback; /* the default as a user would write it; NULL: none           */
    uint64_t min, max;    /* inclusive, for numbers; both 0: any                        */
    const char *const *choices; /* NULL-terminated, for CHOICE and REGIONS              */
    const char *range;          /* as the documentation says it; NULL: any              */
    const char *unit;           /* of the setting that is recorded; NULL: none          */
    const char *help;           /* one sentence                                         */
};

#define LIMIT_UNLIMITED UINT64_MAX
#define CAPACITY_UNLIMITED UINT64_MAX
#define WAYS_FULL UINT64_MAX
#define CLOCK_MAX UINT64_C(1000000000000) /* Hz: a cycle is a picosecond at least         */

extern const struct key key_table[]; /* a section's keys stand together                 */
extern const size_t key_count;

/* The keys of an item of workload.processes, and of one of its `regions` and `streams`. */
extern const struct key process_keys[], region_keys[], stream_keys[];
extern const size_t process_key_count, region_key_count, stream_key_count;
extern const struct key *const stream_thread_key; /* `thread`, of a process too           */

/* The key called name, or of which it is an instance; NULL if there is none. */
const struct key *key_find(const char *name);

/* The last part of its name: "hit". */
const char *key_last_part(const struct key *key);

/* The key under the name of its instance, with the default that it has there. */
struct key key_instance(const struct key *key, const char *name);

/* The part of an instance's name that stands where its pattern has NAME ("l1d-2m"), and its
 * length; NULL if name is no instance. */
const char *key_array(const char *name, size_t *length);

/* True if name is a section: keys start with it and a dot ("machine.tlb.l1d-2m"). */
bool key_is_section(const char *name);

/* True if its value is text: all but lists and maps. */
bool key_is_scalar(const struct key *key);

/* True if it names what has parameters: a policy, a kernel, a device, an MMU, a generator. */
bool key_is_plugin(const struct key *key);

/* What the key of a plug-in names, and a name that it can have: its default or, without
 * one, the first. */
const char *key_plugin_noun(const struct key *key);
const char *key_plugin_example(const struct key *key);

/* If name is a parameter of a plug-in ("policy.hand", "swap.device.queue"), its plug-in's
 * key ("policy"), and *param is the parameter's name; else NULL. */
const struct key *key_of_param(const char *name, const char **param);

/* True if the key, or the parameter, has a meaning with `timing: events` only, or with page
 * tables only. */
bool key_needs_events(const char *name);
bool key_needs_tables(const char *name);

/* True if text names an MMU without page tables. */
bool key_mmu_is_ideal(const char *text);

/* True if a sweep can vary it. */
bool key_can_vary(const struct key *key);

/* ERR_CONFIG: unknown key, with the nearest known one. */
enum status key_unknown(const char *name, struct location at, struct error *err);

/* Check text as the value of a scalar key and set *number: bytes, count, picoseconds, hertz,
 * LIMIT_UNLIMITED, CAPACITY_UNLIMITED, WAYS_FULL, bits, index of a choice;
 * 0 for text and names.  The names of a device and of a machine's model are not checked:
 * that needs the presets (storage.h, model.h); nor is what a file holds that is a policy.  Of a time in cycles only the form is
 * checked. */
MUST_CHECK enum status key_parse(const struct key *key, uint64_t *number, const char *text,
                                 struct location at, struct error *err);

/* The same where the clock is known: a time in cycles is one in picoseconds. */
MUST_CHECK enum status key_parse_clocked(const struct key *key, uint64_t *number,
                                         const char *text, uint64_t hertz,
                                         struct location at, struct error *err);

#endif
