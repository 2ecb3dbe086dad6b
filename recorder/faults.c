/* SPDX-License-Identifier: GPL-2.0-or-later */
/* faults.c -- instructions that fault: what the reader is told of them, and that a program
 * which catches them goes on as it would without Valgrind. */
#include "plan.h"
#include "ring.h"

#include "libvex.h"
#include "pub_tool_machine.h"
#include "pub_tool_threadstate.h"
#include "pub_tool_vki.h"
#include "pub_tool_vkiscnums.h"

/* Of the core: does a thread execute translated code at this moment?  Where a signal is
 * about to be told the answer is yes only for one that an instruction raised: others wait
 * until the code has returned to the scheduler. */
extern Bool VG_(in_generated_code);

/* Of the core: asks a debugger about a signal before the program gets it, or dies of it.
 * The linker puts ours in its place (--wrap in CMakeLists.txt), for it is the only one that
 * is called for each fault: Valgrind tells tools only of those that a handler catches. */
Bool core_report_signal(vki_siginfo_t *info,
                        ThreadId tid) __asm__("__real_vgPlain_gdbserver_report_signal");
Bool report_signal(vki_siginfo_t *info,
                   ThreadId tid) __asm__("__wrap_vgPlain_gdbserver_report_signal");

/* Of VEX: how it translates, from the next superblock on. */
extern VexControl vex_control;

Bool report_signal(vki_siginfo_t *info, ThreadId tid)
{
    const uint64_t ip = VG_(get_IP)(tid);
    /* Positive: from the kernel (sigaction(2), si_code). */
    if (VG_(in_generated_code) && info->si_code > 0 && plan_records(ip))
        ring_put_reserved(RECORDING_FAULTED, tid, &ip, 1);
    return core_report_signal(info, tid);
}

static Bool is_of_instructions(UWord signal)
{
    return signal == VKI_SIGSEGV || signal == VKI_SIGBUS || signal == VKI_SIGFPE ||
           signal == VKI_SIGILL || signal == VKI_SIGTRAP;
}

/* What a handler finds in the registers, and what the instruction has when it is made again,
 * must be what they held before it.  VEX sees to that for all of them only if it is asked to,
 * which makes all code slower: so it is asked when the first handler is there. */
void faults_after_call(UInt number, const UWord *args)
{
    const VexRegisterUpdates exact = VexRegUpdAllregsAtMemAccess;
    if (number != __NR_rt_sigaction || !is_of_instructions(args[0]) || args[1] == 0 ||
        vex_control.iropt_register_updates_default >= exact)
        return;
    const struct vki_sigaction_base *action = (const void *)args[1];
    if (action->ksa_handler == VKI_SIG_DFL || action->ksa_handler == VKI_SIG_IGN)
        return;
    vex_control.iropt_register_updates_default = exact;
    translations_discard("faults are caught from now on");
}
