/* reading.h -- pages read with one that is wanted, or ahead of need: each has a frame of its own
 * and is in the swap or page cache from the start; what lies in one piece on its device, in the
 * order in which it is asked for, is one request.  They come to the policy in that order too,
 * when they have been read.
 *
 * 6.12 mm/swap_state.c, mm/readahead.c; block/blk-merge.c (what is plugged together). */
#ifndef FAULTLINE_OS_LINUX_READING_H
#define FAULTLINE_OS_LINUX_READING_H

#include "pager/io.h"

struct linux_kernel;
struct linux_read;

struct linux_reading {
    struct linux_kernel *kernel;
    struct linux_read *read; /* that is being put together, or NULL                       */
    pfn_t last;              /* frame of it                                              */
    uint64_t end;            /* byte behind it                                            */
    uint64_t ahead;          /* frames added by linux_read_ahead                          */
    bool drains; /* the policy's lists get them at once                                  */
};

/* Read the frame, FILLING, too. */
MUST_CHECK enum status linux_read_frame(struct linux_reading *reading, pfn_t pfn,
                                        struct error *err);

/* Read the content, which is saved and in no frame, ahead of need, if there is a frame for it:
 * *pfn, or PFN_NONE. */
MUST_CHECK enum status linux_read_ahead(struct linux_reading *reading, content_t content,
                                        pfn_t *pfn, struct error *err);

/* Read so many pages of a file, none of which is in memory, ahead of need and as one folio, if
 * there is a block of frames for them: *added.  mark: read-ahead goes on at them. */
MUST_CHECK enum status linux_read_folio(struct linux_reading *reading, uint32_t file,
                                        uint64_t page, unsigned order, bool mark,
                                        bool *added, struct error *err);

/* Get a folio charged, only to find that a page of it is in memory: filemap_add_folio(). */
void linux_read_in_vain(struct linux_kernel *kernel, unsigned order);

/* Start what has been put together. */
void linux_read_start(struct linux_reading *reading);

#endif
