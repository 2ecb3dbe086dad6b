/* region.h -- a stretch of an address space with one backing, as text, heap or stack. */
#ifndef FAULTLINE_PAGER_REGION_H
#define FAULTLINE_PAGER_REGION_H

#include "base/types.h"

#include <stdbool.h>

enum region_backing {
    BACKING_STORE, /* every page has its place on the swap device from the start, as the
                    * textbooks have it: its first fault reads it                         */
    BACKING_ZERO,  /* zero-filled at first use                                           */
    BACKING_FILE,
};

struct region {
    vpn_t first, last; /* pages, both inclusive                                          */
    enum region_backing backing;
    uint32_t file;       /* BACKING_FILE: number of the file                              */
    uint64_t file_page;  /* BACKING_FILE: page of the file at `first`                     */
    bool shared;         /* stores are seen by all that map the file, and go to it        */
    uint8_t protection;  /* bits of enum vm_protection                                    */
    uint8_t advice;      /* VM_NORMAL, RANDOM or SEQUENTIAL (enum vm_advice)         */
    uint8_t huge;        /* VM_NORMAL, HUGEPAGE or NOHUGEPAGE                             */
    unsigned page_shift; /* of its pages where large ones can be had; 0: base pages only  */
    bool global;         /* it is the same in every address space that has it            */
    uint64_t kernel[2];  /* what the kernel remembers of it; 0 at first                   */
};

#endif
