/* ideal.c -- the textbook machine: translation is free and always right. */
#include "machine/pagetable.h"

const struct pagetable_ops pagetable_ideal = {
    .name = "ideal",
    .summary = "no page tables and an infinite TLB: translation is free",
    .source = "textbooks",
    .address_bits = 64,
};
