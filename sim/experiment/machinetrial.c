/* machinetrial.c -- see machinetrial.h. */
#include "experiment/machinetrial.h"

#include "base/bits.h"

#include <stdio.h>
#include <string.h>

static const char key_of_mmu[] = "machine.mmu";

/* The tables of the cell built last were the same. */
static bool is_tried(const struct machine_trial *last, const struct cell_config *cell)
{
    const struct plugin_config *mmu = &cell->machine.mmu;
    return last->mmu && strcmp(last->mmu->name, mmu->name) == 0 &&
           memcmp(last->mmu->params, mmu->params, sizeof mmu->params) == 0 &&
           last->page_size == cell->page_size && last->frames == cell->frames;
}

static enum status try_format(const struct cell_config *cell,
                              const struct pagetable_ops *format, struct error *err)
{
    const unsigned page_shift = log2_of(cell->page_size);
    struct table_memory *memory;
    struct pagetable_tables *tables;
    enum status status = table_memory_create(&memory, format->paddr_bits, page_shift, err);
    if (status != OK)
        return status;
    const struct pagetable_params params = {
        .page_shift = page_shift,
        .adapted = cell->machine.adapted,
        .frames = cell->frames,
        .memory = memory,
        .params = cell->machine.mmu.params,
    };
    status = format->create(&tables, &params, err);
    if (status == OK)
        format->free(tables);
    table_memory_free(memory);
    return status;
}

/* Formats put the names of their parameters in quotes. */
static struct location place_of_fault(const struct layer *layer, const char *sentence)
{
    for (const struct assignment *a = layer->first; a; a = a->next) {
        const char *param;
        char quoted[64];
        const struct key *key = key_of_param(a->key, &param);
        if (!key || strcmp(key->name, key_of_mmu) != 0)
            continue;
        snprintf(quoted, sizeof quoted, "'%s'", param);
        if (strstr(sentence, quoted))
            return a->node->at;
    }
    const struct assignment *mmu = layer_find(layer, key_of_mmu, AXIS_NONE);
    return mmu ? mmu->node->at : at_nowhere();
}

enum status machinetrial(const struct cellwork *work, const struct pagetable_ops *format)
{
    struct machine_trial *last = &work->builder->trial;
    const struct cell_config *cell = work->cell;
    struct error why;
    if (is_tried(last, cell))
        return OK;
    const enum status status = try_format(cell, format, &why);
    if (status == ERR_CONFIG)
        return error_set(work->builder->err, ERR_CONFIG,
                         place_of_fault(work->layer, why.text), "%s '%s': %s", key_of_mmu,
                         format->name, why.text);
    if (status != OK) {
        error_copy(work->builder->err, &why);
        return status;
    }
    *last = (struct machine_trial){&cell->machine.mmu, cell->page_size, cell->frames};
    return OK;
}
