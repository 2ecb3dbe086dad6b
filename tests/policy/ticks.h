/* ticks.h -- strings of pages made from the R bits that textbooks print for every clock
 * interrupt. */
#ifndef FAULTLINE_TESTS_POLICY_TICKS_H
#define FAULTLINE_TESTS_POLICY_TICKS_H

#include "policy/shown.h"

enum { TICK_REFERENCES = 16 };
#define TICK_INTERVAL "interval: 16"

/* The references of intervals with these R bits, "0111 1011": at first all pages are
 * loaded, which does not count as a use, and at the end comes one further use. */
static inline void ticks_string(char *string, const char *bits)
{
    const size_t npages = strspn(bits, "01");
    size_t n = 0, last = npages;
    for (; n < npages; n++)
        string += sprintf(string, "%zu ", n);
    while (*bits == '0' || *bits == '1') {
        /* Not the page of the reference before: within a step no interrupt comes. */
        size_t page = last < npages ? last : npages - 1;
        for (; n < TICK_REFERENCES; n++) {
            do
                page = (page + 1) % npages;
            while (bits[page] != '1');
            string += sprintf(string, "%zu ", page);
            last = page;
        }
        n = 0;
        bits += npages;
        bits += strspn(bits, " ");
    }
    sprintf(string, "%zu", (last + 1) % npages);
}

/* Read a string to its end: the interrupts have all come. */
static inline struct shown *ticks_open(const char *bits, const char *policy)
{
    static char string[8 * STRING_MAX];
    char memory[32];
    ticks_string(string, bits);
    snprintf(memory, sizeof memory, "machine.frames=%zu", strspn(bits, "01"));
    const char *const set[] = {policy, memory, NULL};
    struct shown *s = shown_open(string, set);
    shown_take(s, s->run.string.batch.nsteps);
    return s;
}

#endif
