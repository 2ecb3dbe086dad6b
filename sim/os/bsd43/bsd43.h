/* bsd43.h -- what the files of the kernel do for each other, on the state in state.h. */
#ifndef FAULTLINE_OS_BSD43_BSD43_H
#define FAULTLINE_OS_BSD43_BSD43_H

#include "os/bsd43/state.h"

/* --- freelist.c ---------------------------------------------------------------------- */

MUST_CHECK enum status bsd43_cmap_init(struct bsd43 *kernel, struct error *err);
void bsd43_cmap_release(struct bsd43 *kernel);
/* Have the free list, of all frames in the order of their numbers, begin at any of them. */
void bsd43_turn_list(struct bsd43 *kernel);
/* kernel_ops: memall() and memfree(). */
pfn_t bsd43_take_frame(void *state, struct pager *pager);
void bsd43_frame_freed(void *state, struct pager *pager, pfn_t pfn);
/* munlink(): the frame, which is CACHED, comes off the free list and is HELD. */
void bsd43_munlink(struct bsd43 *kernel, pfn_t pfn);
/* The frame is in the resident set of a process or text from now on, or no longer. */
void bsd43_enter(struct bsd43 *kernel, pfn_t pfn, enum bsd43_type type, uint32_t ndx);
void bsd43_leave(struct bsd43 *kernel, pfn_t pfn);

/* --- check.c -------------------------------------------------------------------------- */

/* kernel_ops: conservation of frames, resident sets, texts, swap headers and swap space. */
const char *bsd43_check(const void *state, const struct pager *pager);

/* --- process.c ----------------------------------------------------------------------- */

/* The process in a space, which is made if the kernel has not been told of it. */
MUST_CHECK enum status bsd43_process_of(struct bsd43 *kernel, struct space *space,
                                        struct bsd43_process **out, struct error *err);
enum status bsd43_process_begin(void *state, struct pager *pager, struct space *space,
                                struct space *parent, struct error *err);
/* execve(): the arguments go through the argument area. */
enum status bsd43_process_exec(void *state, struct pager *pager, struct space *space,
                               struct space *old, bool *killed, struct error *err);
void bsd43_process_end(void *state, struct pager *pager, struct space *space);
void bsd43_process_sleeps(void *state, struct pager *pager, struct space *space);
void bsd43_process_wakes(void *state, struct pager *pager, struct space *space);
enum status bsd43_region_added(void *state, struct pager *pager, struct space *space,
                               const struct region *region, bool *killed,
                               struct error *err);
void bsd43_region_removed(void *state, struct pager *pager, struct space *space,
                          vpn_t first, vpn_t last);
/* Whose page a frame is: its process, or of a text the process that attached to it last. */
struct bsd43_process *bsd43_owner(const struct bsd43 *kernel, pfn_t pfn);
/* A page that the frame, which is in a resident set, stands for; PAGE_NONE: it is text that
 * nobody executes. */
MUST_CHECK enum status bsd43_page_of(struct bsd43 *kernel, pfn_t pfn, page_t *out,
                                     struct error *err);
/* vmemall(): give its u-area and page tables the frames that they need, as far as there are
 * free ones; false: they wait for more. */
bool bsd43_wire(struct bsd43 *kernel, struct bsd43_process *process);
/* memall(): the same, and nothing if there are not as many. */
bool bsd43_wire_all(struct bsd43 *kernel, struct bsd43_process *process);
/* vmemall() of the kernel's own processes and the buffers of its network. */
void bsd43_wire_own(struct bsd43 *kernel);
void bsd43_unwire(struct bsd43 *kernel, struct bsd43_process *process);
void bsd43_processes_release(struct bsd43 *kernel);

/* memall() of a frame for the next page to be copied, if it has none and one is free; and
 * give it back. */
void bsd43_take_copy_frame(struct bsd43 *kernel, struct bsd43_process *from);
void bsd43_drop_copy_frame(struct bsd43 *kernel, struct bsd43_process *from);
enum status bsd43_vfork(void *state, struct pager *pager, struct space *space,
                        struct error *err);
void bsd43_vfork_end(void *state, struct pager *pager, struct space *space);
void bsd43_advised(void *state, struct pager *pager, struct space *space, uint8_t advice);

/* --- fork.c -------------------------------------------------------------------------- */

enum status bsd43_fork(void *state, struct pager *pager, struct space *child,
                       struct space *parent, struct error *err);
enum status bsd43_fork_copy(void *state, struct pager *pager, struct space *child,
                            struct space *parent, struct fault *fault, struct error *err);

/* --- text.c -------------------------------------------------------------------------- */

/* xalloc(): attach the process to the text that the region executes.  *killed: no room, as in
 * kernel_ops.region_added. */
MUST_CHECK enum status bsd43_xalloc(struct bsd43 *kernel, struct bsd43_process *process,
                                    const struct region *region, uint32_t *number,
                                    bool *killed, struct error *err);
/* vinitpt(): its page table is a copy of that of another one who has the text. */
MUST_CHECK enum status bsd43_xlink(struct bsd43 *kernel, struct bsd43_process *process,
                                   uint32_t number, struct error *err);
/* xfree(): the process gives the text up. */
void bsd43_xfree(struct bsd43 *kernel, struct bsd43_process *process, uint32_t number);
/* distpte(): the page, which has been made valid, is so for all that share the text. */
MUST_CHECK enum status bsd43_distribute(struct bsd43 *kernel, page_t page, pfn_t pfn,
                                        struct error *err);
/* xdetach(), and its opposite: the process leaves memory, but keeps the text. */
void bsd43_xdetach(struct bsd43 *kernel, struct bsd43_process *process, uint32_t number);
MUST_CHECK enum status bsd43_xattach(struct bsd43 *kernel, struct bsd43_process *process,
                                     uint32_t number, struct error *err);
void bsd43_texts_release(struct bsd43 *kernel);

/* --- fault.c ------------------------------------------------------------------------- */

enum status bsd43_fault(void *state, struct pager *pager, struct fault *fault,
                        struct error *err);
enum status bsd43_mapped(void *state, struct pager *pager, const struct fault *fault,
                         pfn_t pfn, struct error *err);
/* The state of a page's entry. */
MUST_CHECK enum status bsd43_look_up(struct bsd43 *kernel, page_t page,
                                     struct bsd43_page *out, struct error *err);
/* The same of a neighbour in its segment; false if nothing is known of it yet. */
bool bsd43_neighbour(struct bsd43 *kernel, const struct bsd43_page *page, uint32_t cluster,
                     struct bsd43_page *out);

/* --- pagein.c ------------------------------------------------------------------------ */

/* Read the page, which is outswapped or fill on demand from a file, with its kluster; the
 * fault waits for it, or for a swap header. */
MUST_CHECK enum status bsd43_read(struct bsd43 *kernel, struct fault *fault,
                                  const struct bsd43_page *page, struct error *err);
/* A swap header, or NULL; and give it back. */
struct bsd43_header *bsd43_header_get(struct bsd43 *kernel);
void bsd43_header_put(struct bsd43_header *header);

/* --- cpu.c --------------------------------------------------------------------------- */

/* The kernel executes so many instructions: for the fault that it works on, as its
 * pagedaemon, or in an interrupt. */
void bsd43_spend(struct bsd43 *kernel, uint64_t instructions);
/* ... to start a transfer of so many clusters. */
void bsd43_transfer(struct bsd43 *kernel, uint64_t clusters);

/* --- daemon.c ------------------------------------------------------------------------ */

/* wakeup(&proc[2]): the pagedaemon does what it has to do as soon as the CPU can. */
void bsd43_wake_daemon(struct bsd43 *kernel);
void bsd43_daemon_init(struct bsd43 *kernel);

/* --- pageout.c ----------------------------------------------------------------------- */

enum bsd43_taken { BSD43_REFUSED, BSD43_TAKEN, BSD43_BLOCKED };
/* The rest of checkpage() for a page that may go.  BLOCKED: there is no swap header. */
enum bsd43_taken bsd43_take(struct bsd43 *kernel, pfn_t pfn, enum status *status,
                            struct error *err);
/* cleanup(): free what has been pushed. */
void bsd43_cleanup(struct bsd43 *kernel);
/* vmemfree() of a frame that a push has locked: no page table has it from now on, and it is
 * freed with the cleanup. */
void bsd43_mark_gone(struct bsd43 *kernel, pfn_t pfn);
/* The process has ended: what is still being pushed was nobody's. */
void bsd43_disown_pushes(struct bsd43 *kernel, uint32_t number);
/* Write a dirty frame with its kluster to its place on swap; it is freed when that has been
 * done, unless it is used meanwhile.  There is a swap header. */
MUST_CHECK enum status bsd43_push(struct bsd43 *kernel, pfn_t pfn, struct error *err);
/* dpageout(): take pages around one from a sequential process. */
void bsd43_dpageout(struct bsd43 *kernel, page_t faulted);
bool bsd43_expendable(const void *state, const struct pager *pager, pfn_t pfn);
/* c_lock: the frame is being pushed, or has been and was not cleaned up yet. */
bool bsd43_locked(const void *state, const struct pager *pager, pfn_t pfn);

/* --- swap.c -------------------------------------------------------------------------- */

/* Begin to swap a process out, or in; bsd43_swapped() is called when that is done.  False:
 * there is no swap space, or not memory enough, for its u-area and page tables. */
bool bsd43_swapout(struct bsd43 *kernel, struct bsd43_process *process);
bool bsd43_swapin(struct bsd43 *kernel, struct bsd43_process *process);
/* The process has ended: its places are free, and what is under way is for nobody. */
void bsd43_swap_forget(struct bsd43 *kernel, struct bsd43_process *process);

/* --- sched.c ------------------------------------------------------------------------- */

void bsd43_swapper_init(struct bsd43 *kernel);
void bsd43_swapper_release(struct bsd43 *kernel);
/* What was begun is done. */
void bsd43_swapped(struct bsd43 *kernel);
/* setrun(): the process can run; if it is out it wants in. */
void bsd43_wants_in(struct bsd43 *kernel, struct bsd43_process *process);
/* A second has gone by. */
void bsd43_swapper_second(struct bsd43 *kernel);
void bsd43_swapper_forget(struct bsd43 *kernel, const struct bsd43_process *process);

/* --- clock.c ------------------------------------------------------------------------- */

/* ERR_CELL: its interrupts would leave the CPU no time for anything else. */
MUST_CHECK enum status bsd43_check_clock(const struct bsd43 *kernel, struct error *err);
void bsd43_start(void *state, struct pager *pager);
void bsd43_stop(void *state, struct pager *pager);

/* --- sample.c ------------------------------------------------------------------------ */

struct gauges;

/* kernel_ops. */
void bsd43_sample(const void *state, const struct pager *pager, const struct space *space,
                  struct gauges *gauges);

#endif
