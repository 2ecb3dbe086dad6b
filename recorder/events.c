/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events.c -- threads and processes. */
#include "ring.h"

#include "pub_tool_libcproc.h"
#include "pub_tool_machine.h"
#include "pub_tool_threadstate.h"
#include "pub_tool_vki.h"
#include "pub_tool_vkiscnums.h"

enum { SIGNALLED = 256, COMM_BYTES = 16 };

#define ADDRESSES (1ull << 47) /* a program may have code below                          */

/* Of the core: forget the translations of a range of code.  Tools are offered it only while
 * they handle a request of the program; between two runs of translated code it is as safe. */
extern void VG_(discard_translations)(Addr start, ULong range, const HChar *who);

static ThreadId current = 1; /* whose references follow                                 */
static UInt living;          /* threads                                                 */
static Bool begun;           /* the image has executed something                         */
static Bool discarded;       /* translations that were instrumented                       */
static Bool forked;          /* by the system call that is being made                     */
static uint32_t exit_status = SIGNALLED;

void translations_discard(const HChar *why)
{
    VG_(discard_translations)(0, ADDRESSES, why);
}

static void switch_to(ThreadId tid)
{
    if (tid == current)
        return;
    current = tid;
    ring_put(RECORDING_SWITCH, tid, NULL, 0);
}

static void start_client_code(ThreadId tid, ULong blocks)
{
    (void)blocks;
    if (!begun)
        image_record(tid);
    begun = True;
    switch_to(tid);
}

/* Once nobody reads any more, the program runs on without instrumentation. */
static void stop_client_code(ThreadId tid, ULong blocks)
{
    (void)tid, (void)blocks;
    if (discarded || ring_is_read())
        return;
    discarded = True;
    translations_discard("recording has ended");
}

static void before_thread(ThreadId parent, ThreadId child)
{
    living++;
    if (parent != VG_INVALID_THREADID)
        ring_put(RECORDING_THREAD, child, NULL, 0);
}

/* The end of the last one is that of the process. */
static void after_thread(ThreadId tid)
{
    if (--living == 0)
        return;
    switch_to(tid);
    ring_put(RECORDING_THREAD_EXIT, tid, NULL, 0);
}

static void before_fork(ThreadId tid)
{
    (void)tid;
    ring_before_fork();
}

static void after_fork_in_parent(ThreadId tid)
{
    (void)tid;
    forked = True;
}

static void after_fork_in_child(ThreadId tid)
{
    current = tid;
    living = 1;
    ring_after_fork(tid, options.children);
}

static void before_call(ThreadId tid, UInt number, UWord *args, UInt nargs)
{
    (void)tid, (void)nargs;
    ring_mark();
    switch (number) {
    case __NR_exit:
        if (living == 1)
            exit_status = args[0] & 0xff;
        break;
    case __NR_exit_group:
        exit_status = args[0] & 0xff;
        break;
    case __NR_execve:
    case __NR_execveat:
        ring_put(RECORDING_EXEC, 0, NULL, 0);
        ring_publish();
        break;
    default:
        break;
    }
}

static void record_name(ThreadId tid, const HChar *name)
{
    HChar copy[COMM_BYTES];
    VG_(strncpy)(copy, name, sizeof copy - 1);
    copy[sizeof copy - 1] = '\0';
    ring_put_text(RECORDING_NAME, tid, NULL, 0, copy);
}

static void after_call(ThreadId tid, UInt number, UWord *args, UInt nargs, SysRes result)
{
    (void)nargs;
    if (forked) {
        forked = False;
        ring_put(RECORDING_FORK, (UInt)sr_Res(result), NULL, 0);
        ring_publish();
    } else if (number == __NR_execve || number == __NR_execveat) {
        ring_put(RECORDING_EXEC, 1, NULL, 0);
        ring_publish();
    } else if (sr_isError(result)) {
        return;
    } else if (number == __NR_prctl && args[0] == VKI_PR_SET_NAME) {
        record_name(tid, (const HChar *)args[1]);
    } else {
        faults_after_call(number, args);
        mappings_after_call(number, args, sr_Res(result));
    }
}

void events_register(void)
{
    VG_(track_start_client_code)(start_client_code);
    VG_(track_stop_client_code)(stop_client_code);
    VG_(track_pre_thread_ll_create)(before_thread);
    VG_(track_pre_thread_ll_exit)(after_thread);
    VG_(atfork)(before_fork, after_fork_in_parent, after_fork_in_child);
    VG_(needs_syscall_wrapper)(before_call, after_call);
}

void events_end(void)
{
    const uint64_t none = 0;
    ring_put(RECORDING_EXIT, exit_status, &none, 1);
    ring_end();
}
