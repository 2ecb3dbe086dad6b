/* types.h -- scalar types of the simulator; the width is a guard, since -Wconversion
 * rejects one in place of the other.  A bare number is documented where it stands. */
#ifndef FAULTLINE_BASE_TYPES_H
#define FAULTLINE_BASE_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t vaddr_t; /* simulated virtual address, bytes                           */
typedef uint64_t vpn_t;   /* virtual page number, vaddr >> page_shift                   */
typedef uint32_t pfn_t;   /* physical frame number, index into the core map             */
typedef uint32_t page_t;  /* identity of a page: dense, in order of first appearance    */
typedef uint32_t slot_t;  /* a place for one page on the swap device                    */
typedef uint64_t psec_t;  /* simulated time or a span of it, picoseconds                */

#define PFN_NONE UINT32_MAX
#define PAGE_NONE UINT32_MAX
#define SLOT_NONE UINT32_MAX
#define PSEC_NEVER UINT64_MAX

/* The struct that holds a member, from a pointer to the member. */
#define CONTAINER_OF(pointer, type, member)                                                \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define PRINTF_LIKE(fmt, first)
#define MUST_CHECK
#define ALWAYS_INLINE static inline
#define NOINLINE
#define LIKELY(x) (x)
#define UNLIKELY(x) (x)
#endif

#endif
