/* record.c -- what there is after a reference, for the table; see player.h. */
#include "explain/player.h"
#include "pager/frame.h"

#include <string.h>

/* Memory for n elements, at least one; NULL and a note if there is none. */
static void *take(struct observer *observer, size_t n, size_t size)
{
    void *memory = arena_array(observer->arena, n + 1, size);
    observer->failed |= !memory;
    return memory;
}

static const char *take_name(struct observer *observer, const char *name)
{
    const char *copy = arena_strdup(observer->arena, name);
    observer->failed |= !copy;
    return copy;
}

/* --- frames --------------------------------------------------------------------------- */

static bool is_referenced(const struct pager *pager, page_t page)
{
    return pager->simulate_referenced ? (pager->mmu.bits[page] & PAGE_VALID) != 0
                                      : mmu_referenced(&pager->mmu, page);
}

static struct held look(const struct observer *observer, pfn_t pfn)
{
    const struct pager *pager = observer->pager;
    const page_t page = pager->frames[pfn].page;
    struct held held = {.kind = HELD_NOTHING};
    if (pager->frames[pfn].state == FRAME_POOL)
        held.kind = HELD_TABLES;
    /* What a policy has unmapped is in memory until it goes. */
    if (!entry_vpn(observer->view.instance, pfn, &held.vpn))
        return held;
    held.kind = HELD_PAGE;
    held.referenced = page != PAGE_NONE && is_referenced(pager, page);
    held.dirty = frame_dirty(pager, pfn);
    return held;
}

static void record_frames(struct observer *observer, struct moment *moment)
{
    const pfn_t n = observer->pager->nused;
    struct held *held = take(observer, n, sizeof *held);
    for (pfn_t pfn = 0; held && pfn < n; pfn++)
        held[pfn] = look(observer, pfn);
    moment->held = held;
    moment->nheld = held ? n : 0;
}

/* --- what the policy shows ------------------------------------------------------------ */

/* The frame that an entry is, or PFN_NONE. */
static pfn_t frame_of(const struct policy_view *view, pfn_t entry)
{
    return entry < view->instance->env.nframes ? entry : PFN_NONE;
}

static void record_hands(struct observer *observer, struct moment *moment)
{
    const struct policy_view *view = &observer->view;
    struct shown_hand *hands = take(observer, view->nhands, sizeof *hands);
    for (size_t i = 0; hands && i < view->nhands; i++) {
        const pfn_t entry = view->hands[i].entry;
        hands[i].name = take_name(observer, view->hands[i].name);
        hands[i].frame = frame_of(view, entry);
        hands[i].points = entry_vpn(view->instance, entry, &hands[i].vpn);
    }
    moment->hands = hands;
    moment->nhands = hands ? view->nhands : 0;
}

static void record_lists(struct observer *observer, struct moment *moment)
{
    const struct policy_view *view = &observer->view;
    struct shown_list *lists = take(observer, view->nlists, sizeof *lists);
    for (size_t i = 0; lists && i < view->nlists; i++) {
        const struct view_list *from = &view->lists[i];
        vpn_t *pages = take(observer, from->n, sizeof *pages);
        lists[i].name = take_name(observer, from->name);
        lists[i].pages = pages;
        for (size_t k = 0; pages && k < from->n; k++)
            if (entry_vpn(view->instance, view->entries[from->first + k],
                          &pages[lists[i].n]))
                lists[i].n++;
    }
    moment->lists = lists;
    moment->nlists = lists ? view->nlists : 0;
}

static void record_numbers(struct observer *observer, struct moment *moment)
{
    const struct policy_view *view = &observer->view;
    struct shown_number *numbers = take(observer, view->nnumbers, sizeof *numbers);
    for (size_t i = 0; numbers && i < view->nnumbers; i++) {
        const struct view_number *from = &view->numbers[i];
        numbers[i].name = take_name(observer, from->name);
        numbers[i].value = from->value;
        numbers[i].frame = frame_of(view, from->entry);
        numbers[i].of_page = from->entry != PFN_NONE;
        numbers[i].vpn = 0;
        if (numbers[i].of_page)
            (void)entry_vpn(view->instance, from->entry, &numbers[i].vpn);
    }
    moment->numbers = numbers;
    moment->nnumbers = numbers ? view->nnumbers : 0;
}

static void record_departures(struct observer *observer, struct moment *moment)
{
    struct departure *all = take(observer, observer->ndepartures, sizeof *all);
    if (all && observer->ndepartures)
        memcpy(all, observer->departures, observer->ndepartures * sizeof *all);
    moment->departures = all;
    moment->ndepartures = all ? observer->ndepartures : 0;
}

enum status player_record_start(struct player *player, struct moment *moment,
                                struct error *err)
{
    struct observer *observer = &player->observer;
    *moment = (struct moment){.frame = PFN_NONE};
    observer_show(observer);
    record_frames(observer, moment);
    record_hands(observer, moment);
    record_lists(observer, moment);
    record_numbers(observer, moment);
    return observer->failed || observer->view.failed ? error_nomem(err) : OK;
}

enum status player_record(struct player *player, const struct piece *piece,
                          struct moment *moment, struct error *err)
{
    const struct pager *pager = &player->cell.pager;
    const enum status status = player_record_start(player, moment, err);
    if (status != OK)
        return status;
    record_departures(&player->observer, moment);
    const struct batch *batch = piece->paged.batch;
    const page_t page = piece->paged.pages[batch->steps[0] >> STEP_SHAPE_BITS] >> 1;
    moment->frame = pager->mmu.frame_of[page];
    moment->fault = pager->counts.faults > player->before.faults;
    moment->loaded = pager->counts.page_ins > player->before.page_ins;
    return player->observer.failed ? error_nomem(err) : OK;
}
