/* closes.c -- closes every descriptor that it did not open, in both ways that programs do it,
 * and goes on working, in a child too. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 70000 };

static unsigned char data[64 * 4096] __attribute__((aligned(4096)));

static __attribute__((noinline)) void work(void)
{
    for (int round = 0; round < 20; round++)
        for (size_t i = 0; i < sizeof data; i += 16)
            data[i]++;
}

/* Without errno: which of them are open does not change what else the program does. */
static void close_quietly(long fd)
{
    long result = SYS_close;
    __asm__ volatile("syscall" : "+a"(result) : "D"(fd) : "rcx", "r11", "memory");
}

int main(void)
{
    work();
    for (int fd = 3; fd < MANY; fd++)
        close_quietly(fd);
    close_range(3, ~0U, 0);
    work();
    const pid_t child = fork();
    if (child == 0) {
        work();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    work();
    puts("done");
    return 0;
}
