/* image.h -- a process from a fork or an exec to the next exec or its end: its decoder, its
 * threads, and the trace that is written of it. */
#ifndef FAULTLINE_RECORD_IMAGE_H
#define FAULTLINE_RECORD_IMAGE_H

#include "record/mapped.h"
#include "record/ring.h"
#include "record/session.h"

struct image_thread {
    uint32_t number; /* Valgrind's                                                       */
    uint32_t stream; /* of the workload; 0: the one that the trace begins with           */
    char *name;      /* owned; NULL: not known, or it is the image's                     */
    bool gone;       /* its number may be given to another one                           */
};

struct image {
    struct image *next;
    struct session *session;
    uint32_t pid, parent; /* parent 0: exec'd, or the first one                           */
    struct ring *ring;    /* owned; NULL: not there yet                                   */
    int process; /* file descriptor of the process, while there is no ring; or -1 */
    struct decoder decoder;
    struct builder *builder;
    struct output_trace *trace; /* NULL: nothing is kept yet                              */
    uint32_t stream;            /* then: its number                                       */
    struct mapped mapped;       /* while nothing is kept                                  */
    char *command;              /* owned; NULL: not known                                 */
    struct image_thread *threads;
    size_t nthreads, threads_capacity;
    uint32_t thread; /* number of the current one                                         */
    bool execing;    /* it is about to be replaced                                       */
    bool missing;    /* the process has gone, and there was no ring of it                */
    uint32_t status; /* as in the operation EXIT: 0: not said                             */
};

/* Begin an image: that of a program that was exec'd, or (from not NULL) one that was forked
 * from another.  It is added to the session's, and if references are kept it gets a stream
 * and a trace.  ERR_OUTPUT. */
MUST_CHECK enum status image_begin(struct image **out, struct session *session,
                                   const struct image *from, uint32_t pid,
                                   struct error *err);

/* Its ring is here; it belongs to the image from now on. */
MUST_CHECK enum status image_attach(struct image *image, struct ring *ring,
                                    struct error *err);

/* Add an operation to its trace, if it has one.  file: of a MAP, the text of a NAME. */
MUST_CHECK enum status image_op(struct image *image, const struct vm_op *op,
                                const char *file, struct error *err);

/* Write what is left, finish the trace, remove the image from the session and free it.  An
 * operation that is `last` is added before; NULL: none. */
void image_end(struct image *image, const struct vm_op *last);

/* Give it a stream and a trace, which it has not yet. */
MUST_CHECK enum status image_open_trace(struct image *image, struct error *err);

/* image_record.c: what the image says beside its references; struct decode_host. */
MUST_CHECK enum status image_record(void *context, enum recording_kind kind,
                                    uint32_t argument, const uint64_t *words, uint32_t n,
                                    struct error *err);

/* Its threads; NULL if it has none of that number. */
struct image_thread *image_find_thread(struct image *image, uint32_t number);
MUST_CHECK enum status image_add_thread(struct image *image, uint32_t number,
                                        uint32_t stream, struct error *err);

#endif
