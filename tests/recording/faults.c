/* faults.c -- catches SIGSEGV a thousand times, at instructions of several kinds; half of the
 * handlers make the page accessible and return, the others jump out. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

enum { TIMES = 1000, PAGE = 4096 };

static unsigned char *guarded;
static sigjmp_buf out;
static volatile sig_atomic_t caught, leave;

static void handler(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    caught++;
    if (leave)
        siglongjmp(out, 1);
    mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
}

static void touch(int way)
{
    uint64_t value = 1, *at = (uint64_t *)(guarded + 8 * (way % 64));
    unsigned char source[16] = {0}, *from = source, *to = (unsigned char *)at;
    switch (way % 5) {
    case 0:
        __asm__ volatile("movq (%1), %0" : "=r"(value) : "r"(at) : "memory");
        break;
    case 1:
        __asm__ volatile("movq %0, (%1)" : : "r"(value), "r"(at) : "memory");
        break;
    case 2:
        __asm__ volatile("addq $1, (%0)" : : "r"(at) : "memory");
        break;
    case 3: /* the load succeeds, the store faults */
        __asm__ volatile("movsq" : "+S"(from), "+D"(to) : : "memory");
        break;
    default: /* the load faults, and the store is not made */
        __asm__ volatile("movsq" : "+S"(to), "+D"(from) : : "memory");
        break;
    }
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
    guarded = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (volatile int i = 0; i < TIMES; i++) {
        leave = i % 2;
        if (sigsetjmp(out, 1) == 0)
            touch(i / 2);
        mprotect(guarded, PAGE, PROT_NONE);
    }
    printf("%d\n", (int)caught);
    return caught == TIMES ? 0 : 1;
}
