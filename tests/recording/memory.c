/* memory.c FILE -- maps, unmaps, protects, advises, moves, extends its heap and forks.  The
 * calls between two calls of madvise on one page with MADV_SEQUENTIAL are compared with what
 * strace sees. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096 };

static unsigned char mark[PAGE] __attribute__((aligned(4096)));

static unsigned char *map(size_t pages, int protection, int flags, int file, off_t offset)
{
    return mmap(NULL, pages * PAGE, protection, flags, file, offset);
}

static void use(unsigned char *start, size_t pages)
{
    for (size_t i = 0; i < pages; i++)
        start[i * PAGE + i]++;
}

int main(int argc, char **argv)
{
    const int both = PROT_READ | PROT_WRITE, hidden = MAP_PRIVATE | MAP_ANONYMOUS;
    const int file = argc > 1 ? open(argv[1], O_RDWR) : -1;
    madvise(mark, PAGE, MADV_SEQUENTIAL);
    unsigned char *a = map(20, both, hidden, -1, 0);
    use(a, 20);
    munmap(a + 5 * PAGE, 3 * PAGE);
    mprotect(a + 10 * PAGE, 2 * PAGE, PROT_READ);
    unsigned char *text = map(6, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 2 * PAGE);
    unsigned char *shared = map(4, both, MAP_SHARED, file, PAGE);
    unsigned char *apart = map(2, both, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    use(shared, 4);
    use(apart, 2);
    madvise(a, 4 * PAGE, MADV_DONTNEED);
    madvise(text, 6 * PAGE, MADV_RANDOM);
    madvise(shared, 4 * PAGE, MADV_WILLNEED);
    unsigned char *grown = map(7, both, hidden, -1, 0);
    unsigned char *room = map(400, PROT_NONE, hidden, -1, 0);
    grown = mremap(grown, 7 * PAGE, 200 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                   room + 100 * PAGE);
    use(grown, 200);
    grown = mremap(grown, 200 * PAGE, 50 * PAGE, 0);
    mmap(grown + PAGE, PAGE, PROT_NONE, hidden | MAP_FIXED, -1, 0);
    unsigned char *heap = sbrk(9 * PAGE + 100);
    use(heap, 9);
    sbrk(-3 * PAGE);
    madvise(mark, PAGE, MADV_SEQUENTIAL);
    const pid_t child = fork();
    if (child == 0) {
        use(grown + 2 * PAGE, 20);
        munmap(grown, 50 * PAGE);
        _exit(5);
    }
    int status;
    waitpid(child, &status, 0);
    printf("%d\n", WEXITSTATUS(status));
    return 0;
}
