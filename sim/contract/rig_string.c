/* rig_string.c -- random strings of references; see rig.h. */
#include "contract/rig.h"

#include "base/rng.h"

/* What the data stream does for a while. */
enum phase { LOOP, HOT, SCAN, TURNS, PHASES };

struct program {
    struct rng *rng;
    unsigned pages, code_pages;
    vaddr_t code, data; /* where each stream is                                          */
    enum phase phase;
    unsigned left; /* of the phase                                                     */
    unsigned base, length; /* pages of its loop                                          */
};

static unsigned below(struct program *p, unsigned n)
{
    return (unsigned)rng_below(p->rng, n);
}

static vaddr_t place(struct program *p, unsigned page)
{
    return ((vaddr_t)page << RIG_PAGE_SHIFT) +
           8 * rng_below(p->rng, (1u << RIG_PAGE_SHIFT) / 8);
}

static void next_phase(struct program *p)
{
    p->phase = (enum phase)below(p, PHASES);
    p->left = 10 + below(p, 100);
    p->base = below(p, p->pages);
    p->length = 1 + below(p, p->pages < 12 ? p->pages : 12);
}

static void move_data(struct program *p)
{
    if (p->left == 0)
        next_phase(p);
    p->left--;
    const unsigned page = (unsigned)(p->data >> RIG_PAGE_SHIFT);
    if (p->phase == LOOP)
        p->data = place(p, (p->base + (page - p->base + 1) % p->length) % p->pages);
    else if (p->phase == HOT) /* nine of ten go to one page of eight */
        p->data = place(p, below(p, 10) ? below(p, 1 + p->pages / 8) : below(p, p->pages));
    else if (p->phase == SCAN)
        p->data = place(p, (page + 1) % p->pages);
    else
        p->data = place(p, (p->base + below(p, 2)) % p->pages);
}

static void fill(struct rig_string *string, struct rng *rng, size_t from, unsigned pages)
{
    struct program p = {.rng = rng, .pages = pages, .code_pages = 1 + pages / 6};
    p.data = place(&p, below(&p, pages));
    p.code = place(&p, pages + below(&p, p.code_pages));
    for (size_t i = from; i < string->n; i++) {
        const bool code = below(&p, 3) == 0;
        if (code && below(&p, 4) == 0)
            p.code = place(&p, pages + below(&p, p.code_pages));
        if (!code && below(&p, 3) != 0)
            move_data(&p);
        string->refs[i] = (struct rig_reference){
            .vaddr = code ? p.code : p.data,
            .kind = (uint8_t)(code                ? IFETCH
                              : below(&p, 4) == 0 ? STORE
                                                  : LOAD),
        };
    }
}

void rig_string_make(struct rig_string *string, struct rng *rng, size_t n, unsigned pages)
{
    string->n = n;
    fill(string, rng, 0, pages);
}

void rig_string_change_tail(struct rig_string *string, struct rng *rng, size_t from,
                            unsigned pages)
{
    fill(string, rng, from, pages);
}
