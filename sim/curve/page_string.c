/* page_string.c -- see page_string.h. */
#include "curve/page_string.h"

#include <stdlib.h>

enum status page_string_init(struct page_string *string, struct error *err)
{
    *string =
        (struct page_string){.pages = malloc(PAGE_STRING_MAX * sizeof *string->pages)};
    page_string_rewind(string);
    return string->pages ? OK : error_nomem(err);
}

void page_string_release(struct page_string *string)
{
    free(string->pages);
    *string = (struct page_string){0};
}

void page_string_rewind(struct page_string *string)
{
    *string =
        (struct page_string){.pages = string->pages, .recent = {PAGE_NONE, PAGE_NONE}};
}

ALWAYS_INLINE void swap_recent(struct page_string *s)
{
    const page_t last = s->recent[0];
    s->recent[0] = s->recent[1];
    s->recent[1] = last;
}

ALWAYS_INLINE void put_down_alternations(struct page_string *s)
{
    if (s->pending == 0)
        return;
    if (s->pending % 2 == 0)
        s->pages[s->n++] = s->recent[1];
    s->pages[s->n++] = s->recent[0];
    s->pending = 0;
}

ALWAYS_INLINE void touch(struct page_string *s, page_t page)
{
    if (page == s->recent[0])
        return;
    s->changes++;
    if (page == s->recent[1]) {
        s->pending++;
    } else {
        put_down_alternations(s);
        s->pages[s->n++] = page;
        s->recent[1] = page;
    }
    swap_recent(s);
}

ALWAYS_INLINE void touch_step(struct page_string *s, page_t first, page_t other,
                              uint32_t kind)
{
    touch(s, first);
    if (first == other)
        return;
    touch(s, other);
    const uint32_t alternations = kind_alternations(kind);
    s->changes += alternations;
    s->pending += alternations;
    if (alternations % 2)
        swap_recent(s);
}

void page_string_next(struct page_string *string, const struct level_batch *batch)
{
    struct page_string s = *string;
    page_t ipage = level_batch_start(batch, 0), dpage = level_batch_start(batch, 1);
    s.n = 0;
    for (uint32_t i = 0; i < batch->batch->nsteps; i++) {
        const uint32_t step = batch->batch->steps[i];
        const uint32_t entry = batch->entries[step >> STEP_SHAPE_BITS];
        const uint32_t kind = level_batch_kind(batch, step, entry);
        if (kind & STEP_MOVER_DATA)
            dpage = entry >> 1;
        else
            ipage = entry >> 1;
        if (UNLIKELY(!(kind & STEP_TOUCHES)))
            continue;
        const page_t first = kind & STEP_FIRST_DATA ? dpage : ipage;
        const page_t second = kind & STEP_FIRST_DATA ? ipage : dpage;
        touch_step(&s, first, kind & STEP_OTHER ? second : first, kind);
    }
    *string = s;
}
