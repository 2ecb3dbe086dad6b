/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h -- the few system calls that Valgrind does not offer its tools.  Results are
 * those of the kernel: negative error numbers. */
#ifndef FAULTLINE_RECORDER_KERNEL_H
#define FAULTLINE_RECORDER_KERNEL_H

#include "pub_tool_vki.h"
#include "pub_tool_vkiscnums.h"

/* asm-generic/errno.h; Valgrind's list has it not. */
enum { KERNEL_EOPNOTSUPP = 95 };

static inline long kernel_call(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

/* Wait until *word is no longer `value`, at most for `seconds`; may return early. */
static inline void kernel_futex_wait(uint32_t *word, uint32_t value, long seconds)
{
    struct vki_timespec limit = {seconds, 0};
    (void)kernel_call(__NR_futex, (long)word, VKI_FUTEX_WAIT, (long)value, (long)&limit);
}

static inline void kernel_futex_wake_all(uint32_t *word)
{
    (void)kernel_call(__NR_futex, (long)word, VKI_FUTEX_WAKE, 0x7fffffff, 0);
}

static inline Bool kernel_process_lives(uint32_t pid)
{
    return kernel_call(__NR_kill, (long)pid, 0, 0, 0) != -VKI_ESRCH;
}

/* Make the file `bytes` long, with room on its device; some file systems cannot promise. */
static inline Bool kernel_allocate(int fd, long bytes)
{
    const long result = kernel_call(__NR_fallocate, fd, 0, 0, bytes);
    if (result == -KERNEL_EOPNOTSUPP)
        return kernel_call(__NR_ftruncate, fd, bytes, 0, 0) == 0;
    return result == 0;
}

#endif
