/* view.c -- see view.h. */
#include "pager/view.h"

#include "pager/pager.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void view_init(struct policy_view *view, const struct instance *instance, bool hex)
{
    *view = (struct policy_view){.instance = instance, .hex = hex};
}

void view_release(struct policy_view *view)
{
    free(view->hands);
    free(view->lists);
    free(view->entries);
    free(view->numbers);
    *view = (struct policy_view){0};
}

void view_clear(struct policy_view *view)
{
    view->sentence[0] = '\0';
    view->nhands = view->nlists = view->nentries = view->nnumbers = 0;
}

/* Room for one more element of an array that has n of them; NULL if memory ran out. */
static void *room(struct policy_view *view, void *array, size_t n, size_t *capacity,
                  size_t size)
{
    if (n < *capacity)
        return array;
    const size_t wanted = n ? 2 * n : 16;
    void *larger = realloc(array, wanted * size);
    if (larger)
        *capacity = wanted;
    else
        view->failed = true;
    return larger;
}

static void copy_name(char name[VIEW_NAME_MAX], const char *from)
{
    snprintf(name, VIEW_NAME_MAX, "%s", from);
}

/* --- pages ---------------------------------------------------------------------------- */

bool entry_vpn(const struct instance *instance, pfn_t entry, vpn_t *vpn)
{
    const struct pager *pager = instance->pager;
    const pfn_t nframes = instance->env.nframes;
    content_t content = CONTENT_NONE;
    page_t page = PAGE_NONE;
    if (entry < nframes && entry < pager->nused) {
        page = pager->frames[entry].page;
        content = pager->frames[entry].content;
    } else if (entry >= nframes && entry - nframes < instance->ghosts_used) {
        content = instance->remembered[entry - nframes];
    }
    if (page == PAGE_NONE && content != CONTENT_NONE)
        page = pager->contents.all[content].page;
    if (page == PAGE_NONE)
        return false;
    *vpn = pager->mmu.index->vpns[page];
    return true;
}

const char *view_page(struct policy_view *view, pfn_t entry)
{
    vpn_t vpn;
    char *name = view->pages[view->npages++ % VIEW_PAGES];
    if (entry_vpn(view->instance, entry, &vpn))
        snprintf(name, sizeof *view->pages, view->hex ? "0x%" PRIx64 : "%" PRIu64, vpn);
    else
        snprintf(name, sizeof *view->pages, "?");
    return name;
}

/* --- what is said and shown ----------------------------------------------------------- */

void view_say(struct policy_view *view, const char *format, ...)
{
    const size_t said = strlen(view->sentence);
    va_list args;
    va_start(args, format);
    vsnprintf(view->sentence + said, sizeof view->sentence - said, format, args);
    va_end(args);
}

void view_hand(struct policy_view *view, const char *name, pfn_t pfn)
{
    struct view_hand *hands =
        room(view, view->hands, view->nhands, &view->hand_capacity, sizeof *hands);
    if (!hands)
        return;
    view->hands = hands;
    copy_name(hands[view->nhands].name, name);
    hands[view->nhands++].entry = pfn;
}

void view_list(struct policy_view *view, const char *name)
{
    struct view_list *lists =
        room(view, view->lists, view->nlists, &view->list_capacity, sizeof *lists);
    if (!lists)
        return;
    view->lists = lists;
    copy_name(lists[view->nlists].name, name);
    lists[view->nlists].first = view->nentries;
    lists[view->nlists++].n = 0;
}

void view_entry(struct policy_view *view, pfn_t entry)
{
    if (view->nlists == 0)
        return; /* it is in no list */
    pfn_t *entries =
        room(view, view->entries, view->nentries, &view->entry_capacity, sizeof *entries);
    if (!entries)
        return;
    view->entries = entries;
    entries[view->nentries++] = entry;
    view->lists[view->nlists - 1].n++;
}

void view_number(struct policy_view *view, const char *name, pfn_t entry, uint64_t value)
{
    struct view_number *numbers =
        room(view, view->numbers, view->nnumbers, &view->number_capacity, sizeof *numbers);
    if (!numbers)
        return;
    view->numbers = numbers;
    copy_name(numbers[view->nnumbers].name, name);
    numbers[view->nnumbers].entry = entry;
    numbers[view->nnumbers++].value = value;
}
