/* content.h -- what memory holds, apart from where it is mapped.
 *
 * A page (page_t) is a place in one address space.  What is in it is a *content*: the
 * page's own, or shared with a parent or child after a fork, or a page of a file.  A
 * content is in a frame, or on a device, or both, or nowhere yet (zero-filled at its first
 * use).  4.4BSD and SVR4 say anon for those that are not in files. */
#ifndef FAULTLINE_PAGER_CONTENT_H
#define FAULTLINE_PAGER_CONTENT_H

#include "base/error.h"
#include "base/map.h"
#include "base/types.h"

typedef uint32_t content_t;

#define CONTENT_NONE UINT32_MAX
#define FILE_NONE UINT32_MAX

struct content {
    uint32_t refs; /* pages that stand for it; 0: it ends with its last transfer          */
    pfn_t frame;   /* PFN_NONE: not in memory                                            */
    page_t page; /* the page that mapped it last, if it still stands for it              */
    slot_t slot; /* its place on the swap device, or SLOT_NONE                          */
    uint32_t file; /* FILE_NONE: it is in no file                                        */
    uint64_t file_page; /* of a free content: the next free one                          */
    bool saved;         /* a device has it: its slot or its file                         */
    bool paged_out;     /* it has been written to the device in this run                  */
    bool marked;        /* by the kernel: where its read-ahead goes on                    */
    pfn_t ghost;        /* entry by which a policy remembers it, or PFN_NONE             */
    uint32_t ghost_of;  /* number of that policy's instance                             */
};

struct contents {
    struct content *all; /* [content]                                                    */
    content_t n, free;   /* used so far; head of the free ones, or CONTENT_NONE           */
    size_t capacity;
    struct map files; /* from (file, page) to the content                                */
};

void contents_init(struct contents *contents);
void contents_release(struct contents *contents);

/* A new content in no file, with no place yet and one reference, that of the page. */
MUST_CHECK enum status contents_add(struct contents *contents, content_t *out, page_t page,
                                    struct error *err);

/* The content of a file's page, whose references are as they were (0 if it is new);
 * contents of files are never forgotten.  file: below 2^24; file_page: below 2^40. */
MUST_CHECK enum status contents_of_file(struct contents *contents, content_t *out,
                                        uint32_t file, uint64_t file_page,
                                        struct error *err);

/* The content of a file's page if it is known, or CONTENT_NONE. */
content_t contents_find_file(const struct contents *contents, uint32_t file,
                             uint64_t file_page);

/* Forget a content in no file; it is in no frame and has no slot. */
void contents_remove(struct contents *contents, content_t content);

#endif
