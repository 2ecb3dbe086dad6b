/* cell.c -- see cell.h. */
#include "experiment/cell.h"

#include "experiment/fold_table.h"
#include "experiment/guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { PARAMS_TOLD = 10 }; /* notes tell of all parameters of a plug-in up to so many */

void cell_identity(char id[33], const struct cell_config *config,
                   const char *const *digests, size_t ndigests)
{
    XXH3_state_t *state = XXH3_createState();
    assert(state); /* a few hundred bytes */
    XXH3_128bits_reset(state);
    XXH3_128bits_update(state, MODEL_VERSION, sizeof MODEL_VERSION);
    for (size_t i = 0; i < ndigests; i++)
        XXH3_128bits_update(state, digests[i], strlen(digests[i]) + 1);
    for (size_t i = 0; i < config->nsettings; i++) {
        const struct setting *setting = &config->settings[i];
        XXH3_128bits_update(state, setting->key, strlen(setting->key) + 1);
        XXH3_128bits_update(state, setting->value, strlen(setting->value) + 1);
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    snprintf(id, 33, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

static struct mmu_params mmu_params(const struct cell_config *config)
{
    const struct machine_config *machine = &config->machine;
    return (struct mmu_params){
        .format = pagetable_find(machine->mmu.name),
        .format_params = machine->mmu.params,
        .page_shift = log2_of(config->page_size),
        .adapted = machine->adapted,
        .tables_apart = machine->tables_apart,
        .frames = config->frames,
        .arrays = machine->arrays,
        .narrays = machine->narrays,
        .walk_cache = machine->walk_cache,
        .table_cache = machine->table_cache,
        .shootdown = machine->shootdown,
        .asids = machine->asids,
        .ncpus = 1,
        .cost_walk = machine->cost_walk,
        .cost_instruction = machine->cost_instruction,
        .seed = config->seed,
    };
}

void cell_pager_params(struct pager_params *params, const struct cell_config *config,
                       const struct future *future)
{
    const struct guard *guard = config->policy_guard;
    *params = (struct pager_params){
        .mmu = mmu_params(config),
        .frames = config->frames,
        .kernel = kernel_find(config->kernel.name),
        .kernel_params = config->kernel.params,
        .policy = guard ? &guard->ops : config->policy_ops,
        .policy_params = guard ? guard->values : config->policy.params,
        .future = future,
        .seed = config->seed,
    };
    /* The names were checked when the experiment was loaded. */
    assert(params->mmu.format && params->kernel && params->policy);
}

enum status cell_init(struct cell *cell, const struct cell_config *config,
                      const struct future *future, struct error *err)
{
    *cell = (struct cell){
        .config = config,
        .policy = config->policy_ops,
        .page_shift = log2_of(config->page_size),
    };
    cell_pager_params(&cell->params, config, future);
    return pager_init(&cell->pager, &cell->params, err);
}

void cell_release(struct cell *cell)
{
    pager_release(&cell->pager);
}

static void append(char *notes, size_t size, const char *text)
{
    const size_t used = strlen(notes);
    snprintf(notes + used, size - used, "%s%s", used ? "; " : "", text);
}

static bool is_default(const struct param *table, const struct param *param,
                       const void *values)
{
    _Alignas(16) unsigned char defaults[PARAM_VALUES_MAX];
    char value[64], fallback[64];
    param_defaults(table, defaults);
    return strcmp(param_format(param, values, value, sizeof value),
                  param_format(param, defaults, fallback, sizeof fallback)) == 0;
}

/* "clock: ref_on_load=yes, hand=advances"; of many parameters those that are not at their
 * defaults. */
static void append_params(char *notes, size_t size, const char *kind, const char *name,
                          const struct param *table, const void *values)
{
    char text[256], value[64];
    size_t n = 0, used = (size_t)snprintf(text, sizeof text, "%s %s", kind, name);
    const char *lead = ": ";
    while (table && table[n].name)
        n++;
    for (size_t i = 0; i < n && used < sizeof text; i++) {
        const struct param *p = &table[i];
        if (n > PARAMS_TOLD && is_default(table, p, values))
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s=%s", lead, p->name,
                                 param_format(p, values, value, sizeof value));
        lead = ", ";
    }
    append(notes, size, text);
}

static bool has_param(const struct param *table, const char *name)
{
    for (; table && table->name; table++)
        if (strcmp(table->name, name) == 0)
            return true;
    return false;
}

static void write_notes(const struct cell_config *config, const struct pager *pager,
                        char *notes, size_t size)
{
    const struct policy_ops *policy = config->policy_ops;
    char text[256];
    notes[0] = '\0';
    append_params(notes, size, "policy", config->policy.name, policy->params,
                  config->policy.params);
    append_params(notes, size, "kernel", config->kernel.name, pager->kernel->params,
                  config->kernel.params);
    if (policy->sees == POLICY_EVERY_ACCESS || policy->sees == POLICY_EVERY_REFERENCE)
        append(notes, size, "the policy is ideal: it sees every access");
    if (policy->sees == POLICY_FUTURE) {
        snprintf(text, sizeof text,
                 "the policy is ideal: it sees the future, through an index of %llu bytes",
                 (unsigned long long)future_bytes(pager->future));
        append(notes, size, text);
    }
    if (fold_table_bits(config)) {
        snprintf(text, sizeof text, "addresses of the trace are folded into %u bits",
                 fold_table_bits(config));
        append(notes, size, text);
    }
    if (pager->mmu.format->note) {
        const struct pagetable_params params = {.page_shift = pager->mmu.page_shift,
                                                .adapted = config->machine.adapted,
                                                .frames = config->frames,
                                                .params = config->machine.mmu.params};
        pager->mmu.format->note(&params, text, sizeof text);
        if (text[0])
            append(notes, size, text);
        if (has_param(policy->params, "ref_on_load"))
            append(notes, size,
                   "the walk that loads the TLB sets the accessed bit of a new page, "
                   "whatever ref_on_load says");
    }
}

static void count_policy(struct counters *counters, const struct policy_ops *policy,
                         const struct pager *pager)
{
    for (uint32_t i = 0; i < pager->ninstances; i++) {
        const struct instance *instance = pager->instances[i];
        if (!instance)
            continue;
        const uint64_t entries = (uint64_t)instance->active_max + instance->ghosts_max;
        counters->resident_mean += instance_resident_mean(instance);
        counters->ghosts_max += instance->ghosts_max;
        counters->policy_memory += policy->state_size + entries * policy->frame_size;
    }
}

static void count_mmu(struct counters *counters, const struct cell_config *config,
                      const struct mmu *mmu)
{
    struct mmu_counts counts;
    mmu_sum(mmu, &counts);
    counters->tlb_l1i_misses = counts.l1_misses[0];
    counters->tlb_l1d_misses = counts.l1_misses[1];
    counters->tlb_l2_hits = counts.level_hits[2];
    counters->tlb_l2_misses = counts.level_misses[2];
    counters->tlb_l3_hits = counts.level_hits[3];
    counters->tlb_l3_misses = counts.level_misses[3];
    counters->tlb_flushes = counts.flushes;
    counters->walks = counts.walks;
    counters->walk_accesses = counts.walk_accesses;
    counters->walk_writes = counts.walk_writes;
    counters->walk_instructions = counts.walk_instructions;
    counters->walk_cache_hits = counts.walk_cache_hits;
    counters->table_cache_hits = counts.table_cache_hits;
    counters->table_cache_misses = counts.table_cache_misses;
    counters->modify_walks = counts.modify_walks;
    counters->alias_faults = counts.alias_faults;
    counters->table_bytes = mmu_table_bytes_max(mmu);
    counters->translation_time = counts.translation;
    if (counters->references)
        counters->cycles_per_reference = (double)counts.translation * 1e-12 *
                                         (double)config->machine.clock /
                                         (double)counters->references;
}

static void list_tlbs(struct rows *rows, const struct mmu *mmu)
{
    for (size_t i = 0; i < mmu->params.narrays; i++) {
        const struct tlb_array_params *array = &mmu->params.arrays[i];
        struct tlb_counts counts;
        mmu_sum_array(mmu, i, &counts);
        rows_text(rows, array->name);
        rows_count(rows, array->level);
        rows_count(rows, array->tlb.entries);
        rows_count(rows, array->tlb.ways);
        if (array->level == 1 && array->half != TLB_SYSTEM)
            rows_blank(rows); /* not counted: what does not miss hits */
        else
            rows_count(rows, counts.hits);
        rows_count(rows, counts.misses);
        rows_count(rows, counts.fills);
        rows_count(rows, counts.displaced);
        rows_count(rows, counts.invalidated);
        rows_count(rows, counts.flushes);
        rows_end(rows);
    }
}

void cell_result(const struct cell_config *config, const struct pager *pager,
                 const struct reference_counts *counts, uint64_t touched,
                 struct cell_result *result)
{
    const uint64_t references = counts->ifetches + counts->loads + counts->stores;
    const struct pager_counts *pages = &pager->counts;
    result->state = CELL_DONE;
    result->message[0] = '\0';
    result->index_bytes = pager->future ? future_bytes(pager->future) : 0;
    result->counters = (struct counters){
        .references = references,
        .ifetches = counts->ifetches,
        .loads = counts->loads,
        .stores = counts->stores,
        .accesses = references + pages->extra_accesses,
        .faults = pages->faults,
        .faults_cold = pages->faults_cold,
        .faults_major = pages->faults_major,
        .faults_minor = pages->faults_minor,
        .faults_referenced = pages->faults_referenced,
        .fault_rate = references ? (double)pages->faults / (double)references : 0,
        .page_ins = pages->page_ins,
        .page_outs = pages->page_outs,
        .page_outs_dirty = pages->page_outs_dirty,
        .bytes_fetched = pages->page_ins << pager->mmu.page_shift,
        .bytes_touched = touched,
    };
    if (pager->kernel->count)
        pager->kernel->count(pager->kernel_state, &result->counters);
    count_policy(&result->counters, config->policy_ops, pager);
    count_mmu(&result->counters, config, &pager->mmu);
    list_tlbs(&result->tables[TABLE_TLBS], &pager->mmu);
    write_notes(config, pager, result->notes, sizeof result->notes);
}
