/* zswap.c -- see zswap.h. */
#include "os/linux/zswap.h"

#include <assert.h>
#include <stdlib.h>

enum status zswap_init(struct zswap *zswap, const struct zswap_params *params,
                       struct error *err)
{
    *zswap = (struct zswap){.params = *params, .newest = SLOT_NONE, .oldest = SLOT_NONE};
    zsmalloc_init(&zswap->zs, params->page_size, params->chain);
    zswap->entries = calloc(params->nslots, sizeof *zswap->entries);
    return zswap->entries ? OK : error_nomem(err);
}

void zswap_release(struct zswap *zswap)
{
    free(zswap->entries);
    *zswap = (struct zswap){0};
}

static bool is_full(const struct zswap *zswap)
{
    return zswap->params.nframes * zswap->params.max_percent / 100 < zswap->zs.pages;
}

static bool can_accept(const struct zswap *zswap)
{
    return zswap->params.nframes * zswap->params.accept_percent / 100 *
               zswap->params.max_percent / 100 >
           zswap->zs.pages;
}

static void unlink_entry(struct zswap *zswap, slot_t slot)
{
    const struct zswap_entry *entry = &zswap->entries[slot];
    if (entry->newer != SLOT_NONE)
        zswap->entries[entry->newer].older = entry->older;
    else
        zswap->newest = entry->older;
    if (entry->older != SLOT_NONE)
        zswap->entries[entry->older].newer = entry->newer;
    else
        zswap->oldest = entry->newer;
}

static void link_newest(struct zswap *zswap, slot_t slot)
{
    struct zswap_entry *entry = &zswap->entries[slot];
    entry->newer = SLOT_NONE;
    entry->older = zswap->newest;
    if (zswap->newest != SLOT_NONE)
        zswap->entries[zswap->newest].newer = slot;
    else
        zswap->oldest = slot;
    zswap->newest = slot;
}

void zswap_invalidate(struct zswap *zswap, slot_t slot)
{
    assert(slot < zswap->params.nslots);
    struct zswap_entry *entry = &zswap->entries[slot];
    if (entry->kind == ZSWAP_SAME_FILLED)
        zswap->nsame--;
    if (entry->kind == ZSWAP_COMPRESSED) {
        zswap->ncompressed--;
        zsmalloc_give(&zswap->zs, entry->class);
        unlink_entry(zswap, slot);
    }
    entry->kind = ZSWAP_NONE;
}

/* A pool that was full takes nothing till it is well below its limit. */
static bool has_room(struct zswap *zswap)
{
    if (is_full(zswap))
        zswap->full = true;
    else if (zswap->full && can_accept(zswap))
        zswap->full = false;
    if (zswap->full)
        zswap->shrinking = true;
    return !zswap->full;
}

bool zswap_store(struct zswap *zswap, slot_t slot, uint64_t bytes)
{
    zswap_invalidate(zswap, slot);
    if (!has_room(zswap))
        return false;
    struct zswap_entry *entry = &zswap->entries[slot];
    if (bytes == 0) {
        entry->kind = ZSWAP_SAME_FILLED;
        zswap->nsame++;
        return true;
    }
    if (bytes >= zswap->params.page_size)
        return false;
    entry->kind = ZSWAP_COMPRESSED;
    entry->class = (uint16_t)zsmalloc_class(&zswap->zs, bytes);
    zsmalloc_take(&zswap->zs, entry->class);
    link_newest(zswap, slot);
    zswap->ncompressed++;
    return true;
}

enum zswap_kind zswap_load(struct zswap *zswap, slot_t slot)
{
    assert(slot < zswap->params.nslots);
    const enum zswap_kind kind = (enum zswap_kind)zswap->entries[slot].kind;
    if (zswap->params.exclusive) {
        zswap_invalidate(zswap, slot);
    } else if (kind == ZSWAP_COMPRESSED) {
        unlink_entry(zswap, slot);
        link_newest(zswap, slot);
    }
    return kind;
}

slot_t zswap_shrink(struct zswap *zswap)
{
    const slot_t slot = zswap->shrinking ? zswap->oldest : SLOT_NONE;
    if (slot != SLOT_NONE)
        zswap_invalidate(zswap, slot);
    zswap->shrinking = slot != SLOT_NONE && !can_accept(zswap);
    return slot;
}

uint64_t zswap_frames(const struct zswap *zswap)
{
    return zswap->zs.pages;
}

const char *zswap_check(const struct zswap *zswap)
{
    uint64_t nsame = 0, ncompressed = 0, listed = 0;
    for (slot_t slot = 0; slot < zswap->params.nslots; slot++) {
        nsame += zswap->entries[slot].kind == ZSWAP_SAME_FILLED;
        ncompressed += zswap->entries[slot].kind == ZSWAP_COMPRESSED;
    }
    if (nsame != zswap->nsame || ncompressed != zswap->ncompressed)
        return "the pages of the zswap pool are not those of its entries";
    slot_t newer = SLOT_NONE;
    for (slot_t slot = zswap->newest; slot != SLOT_NONE && listed <= ncompressed;
         slot = zswap->entries[slot].older, listed++) {
        if (zswap->entries[slot].kind != ZSWAP_COMPRESSED ||
            zswap->entries[slot].newer != newer)
            return "a page of the zswap pool is out of place in its list";
        newer = slot;
    }
    return listed == ncompressed && newer == zswap->oldest
               ? NULL
               : "the list of the zswap pool is not as long as it is counted";
}
