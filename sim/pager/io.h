/* io.h -- transfers of several frames in one request, which a kernel starts itself: what
 * becomes of each frame is then the kernel's to say.  Without an engine, or with a device
 * that lies in memory, everything is done inside io_start(). */
#ifndef FAULTLINE_PAGER_IO_H
#define FAULTLINE_PAGER_IO_H

#include "pager/pager.h"

/* One request, embedded in what the kernel keeps of it until it is done. */
struct pager_io {
    struct pager *pager;
    pfn_t first; /* of the frames, chained by frame.link in the order of their places, or
                  * PFN_NONE: what is transferred is the kernel's own                    */
    pfn_t n;     /* frames; pages where there are none                                   */
    bool write;
    bool joined;     /* by io_join()                                                     */
    bool on_swap;    /* in swap space, else on the files' device                         */
    uint64_t offset; /* bytes from the start of swap space, where it lies on one device in
                      * one piece (swap_space_adjacent), or of the files' device         */
    /* A frame has been read, and is HELD, or written, and is as it was; wanted: faults have
     * waited for it, and it must stay HELD.  All frames of a folio are read in one request, in
     * their order, and the last one's call stands for them.  Not called for a frame whose content has ended
     * meanwhile: that is free.  NULL: what has been read and nobody wants is activated. */
    void (*frame_done)(struct pager_io *io, pfn_t pfn, bool wanted);
    /* All frames have been told of; the memory is the kernel's again.  May be NULL. */
    void (*done)(struct pager_io *io);
    struct request request; /* io_start()'s                                              */
};

/* Add a frame at the front of the chain (front: it lies before the others), or at its end;
 * *last: the chain's last frame. */
void io_add(struct pager_io *io, pfn_t *last, pfn_t pfn, bool front);

/* Add a frame at the end of a request that is not started yet, and have it under way already,
 * as io_start() has the frames of others: all frames of the request are added so. */
void io_join(struct pager_io *io, pfn_t *last, pfn_t pfn);

/* Start the request.  To be read: frames that are FILLING.  To be written: frames that are
 * ACTIVE or LEAVING and not being written; they are clean from now on.  Reads count as pages
 * brought in, of the fault that the kernel works on, and writes as written back. */
void io_start(struct pager_io *io);

/* The frame, which is FILLING, is filled without a transfer: faults that have waited for it go
 * on, or it is activated. */
void io_filled(struct pager *pager, pfn_t pfn);

#endif
