/* stretch.h -- what one CPU replays of one thread without stopping: up to the end of the
 * batch or an operation in it, to a deadline (something else is due), or to a fault that must
 * wait. */
#ifndef FAULTLINE_PAGER_STRETCH_H
#define FAULTLINE_PAGER_STRETCH_H

#include "pager/pager.h"

/* Uses are numbered for policies: a step has as many numbers as it may have references. */
enum { USE_SHIFT = 6 };

_Static_assert(STEP_REFERENCES <= 1 << USE_SHIFT, "every reference of a step has a number");

enum stretch_end {
    STRETCH_DONE,    /* all steps are replayed                                           */
    STRETCH_DUE,     /* the deadline has come                                            */
    STRETCH_SYNC,    /* the kernel must act at `now`, but other events come first         */
    STRETCH_BLOCKED, /* the fault waits                                                  */
};

struct stretch {
    const struct paged_batch *batch;
    const uint8_t *lengths; /* [shape]: its references; with `timed`                    */
    uint32_t step, end;     /* to be replayed: step .. end-1                           */
    unsigned reference;     /* of the first step, those before it are done              */
    page_t current[2];      /* where the instruction [0] and the data [1] stream are     */
    struct mmu_cpu *cpu;
    struct fault *fault;       /* of the thread                                           */
    uint32_t process;          /* number of its address space                             */
    struct instance *instance; /* of the policy, for the process                     */
    bool counted;         /* the loop counts references                                */
    uint32_t summed_step; /* without `counted`: the steps before it have so many       */
    uint64_t summed;      /* references                                                */
    bool timed;           /* the rest counts with it only                              */
    psec_t now, deadline; /* local time of the CPU; ahead of the engine's clock        */
    psec_t system;        /* part of the time that the kernel used                    */
    uint64_t
        uses; /* number of step 0's first use, had the stretch begun with it          */
    uint64_t references;  /* replayed; counted with `timed`, or if the policy uses time */
    uint64_t batch_first; /* references of the trace before its batch, for messages    */
    const uint32_t *next; /* the future's, of its batch's steps: see future_of_steps()  */
    enum stretch_end why;
};

/* Replay the first step of the stretch from its `reference` on, one reference after the
 * other.  On OK the step is done, or why is SYNC or BLOCKED.  class: of the step. */
MUST_CHECK enum status replay_step(struct pager *pager, struct stretch *stretch,
                                   unsigned class, struct error *err);

/* Something is due: a tick of the policy or the kernel, or the deadline.  Do the one, and set
 * why if that or the other ends the stretch. */
MUST_CHECK enum status replay_due(struct pager *pager, struct stretch *stretch,
                                  struct error *err);

/* Replay a stretch with the loop that the policy needs. */
MUST_CHECK enum status replay_stretch(struct pager *pager, struct stretch *stretch,
                                      struct error *err);

#endif
