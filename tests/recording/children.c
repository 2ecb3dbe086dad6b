/* children.c -- fork, vfork, posix_spawn, and a child of a child, each with an end of its
 * own. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char data[16 * 4096];

static void work(int step)
{
    for (size_t i = 0; i < sizeof data; i += 64)
        data[i] += (unsigned char)step;
}

static int wait_for(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) != child)
        exit(9);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
    volatile int sum = 0; /* vfork may return twice */
    work(1);
    pid_t child = fork();
    if (child == 0) {
        work(2);
        child = fork();
        if (child == 0) {
            work(3);
            _exit(3);
        }
        _exit(wait_for(child) + 1);
    }
    sum += wait_for(child); /* 4 */
    child = vfork();
    if (child == 0)
        _exit(2);
    sum += wait_for(child); /* 6 */
    char *arguments[] = {"true", NULL}, *environment[] = {NULL};
    if (posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environment) == 0)
        sum += wait_for(child);
    work(4);
    printf("%d\n", sum);
    return sum;
}
