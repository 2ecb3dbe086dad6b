/* threads.c -- threads that take turns through pipes, so that their order is the same at
 * every run; each has a part of the memory of its own. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS = 3, TURNS = 20, PART = 4 * 4096 };

static unsigned char parts[THREADS + 1][PART] __attribute__((aligned(4096)));
static int to[THREADS][2], back[2];

static void work(unsigned char *part, int turn)
{
    for (size_t i = 0; i < PART; i += 32)
        part[i] += (unsigned char)turn;
}

static void *thread(void *argument)
{
    const int number = (int)(intptr_t)argument;
    char token;
    for (int turn = 0; turn < TURNS; turn++) {
        if (read(to[number][0], &token, 1) != 1)
            return NULL;
        work(parts[number + 1], turn);
        if (write(back[1], "x", 1) != 1)
            return NULL;
    }
    return argument;
}

int main(void)
{
    pthread_t threads[THREADS];
    char token;
    if (pipe(back) != 0)
        return 1;
    for (int i = 0; i < THREADS; i++) {
        if (pipe(to[i]) != 0 ||
            pthread_create(&threads[i], NULL, thread, (void *)(intptr_t)i) != 0)
            return 1;
    }
    for (int turn = 0; turn < TURNS; turn++)
        for (int i = 0; i < THREADS; i++) {
            work(parts[0], turn);
            if (write(to[i][1], "x", 1) != 1 || read(back[0], &token, 1) != 1)
                return 1;
        }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    puts("done");
    return 0;
}
