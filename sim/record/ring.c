/* ring.c -- see ring.h. */
#include "record/ring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    NAME_BYTES = 64,
    RING_BYTES = RECORDING_HEADER + RECORDING_CHUNKS * RECORDING_CHUNK_WORDS * 8,
};

/* --- the bell ----------------------------------------------------------------------------- */

enum status bell_create(struct recording_bell **bell, const char *folder, struct error *err)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/bell", folder);
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    void *mapped = MAP_FAILED;
    if (fd >= 0 && posix_fallocate(fd, 0, sizeof **bell) == 0)
        mapped = mmap(NULL, sizeof **bell, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const int number = errno;
    if (fd >= 0)
        close(fd);
    if (mapped == MAP_FAILED)
        return error_set(err, ERR_OUTPUT, at_file(path), "cannot be made: %s",
                         strerror(number));
    *bell = mapped;
    **bell = (struct recording_bell){.magic = RECORDING_MAGIC,
                                     .version = RECORDING_VERSION,
                                     .reader = (uint32_t)getpid()};
    return OK;
}

void bell_free(struct recording_bell *bell)
{
    if (bell)
        munmap(bell, sizeof *bell);
}

uint32_t bell_rung(const struct recording_bell *bell)
{
    return __atomic_load_n(&bell->rung, __ATOMIC_SEQ_CST);
}

void bell_wait(struct recording_bell *bell, uint32_t seen, unsigned milliseconds)
{
    const struct timespec limit = {.tv_sec = milliseconds / 1000,
                                   .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    /* Whoever rings adds first and then looks whether anyone waits. */
    __atomic_store_n(&bell->waiting, 1, __ATOMIC_SEQ_CST);
    if (bell_rung(bell) == seen)
        syscall(SYS_futex, &bell->rung, FUTEX_WAIT, seen, &limit, NULL, 0);
    __atomic_store_n(&bell->waiting, 0, __ATOMIC_SEQ_CST);
}

void bell_stop(struct recording_bell *bell)
{
    __atomic_store_n(&bell->stop, 1, __ATOMIC_SEQ_CST);
}

/* --- rings -------------------------------------------------------------------------------- */

/* PID.N, and no more. */
static bool is_ring(const char *name)
{
    const size_t pid = strspn(name, "0123456789");
    const size_t number = name[pid] == '.' ? strspn(name + pid + 1, "0123456789") : 0;
    return pid > 0 && number > 0 && name[pid + 1 + number] == '\0';
}

static enum status check_ring(const struct recording_ring *shared, const char *path,
                              struct error *err)
{
    if (shared->magic != RECORDING_MAGIC || shared->version != RECORDING_VERSION)
        return error_set(err, ERR_DAMAGED, at_file(path),
                         "is of another version of the recorder's tool: %u, not %u; build "
                         "both anew",
                         shared->version, RECORDING_VERSION);
    return OK;
}

/* When a file was made, in nanoseconds; where that is not known when it was last changed:
 * in memory writes through a mapping do not count for that. */
static uint64_t made(int fd)
{
    struct statx st;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME | STATX_CTIME, &st) != 0)
        return 0;
    const struct statx_timestamp time =
        st.stx_mask & STATX_BTIME ? st.stx_btime : st.stx_ctime;
    return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static enum status ring_open(struct ring **out, const char *path, struct error *err)
{
    struct stat st = {0};
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    void *shared = MAP_FAILED;
    errno = EIO;
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size >= RING_BYTES)
        shared = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const int number = errno;
    const uint64_t when = made(fd);
    if (fd >= 0)
        close(fd);
    if (shared == MAP_FAILED)
        return error_set(err, ERR_IO, at_file(path), "cannot be read: %s",
                         strerror(number));
    struct ring *ring = calloc(1, sizeof *ring);
    const enum status status = check_ring(shared, path, err);
    if (!ring || status != OK) {
        munmap(shared, RING_BYTES);
        free(ring);
        return status == OK ? error_nomem(err) : status;
    }
    ring->shared = shared;
    ring->pid = ring->shared->pid;
    ring->parent = ring->shared->parent;
    ring->thread = ring->shared->thread;
    ring->forked_at = ring->shared->forked_at;
    ring->made = when;
    ring->process = (int)syscall(SYS_pidfd_open, (pid_t)ring->pid, 0);
    unlink(path);
    *out = ring;
    return OK;
}

static void insert(struct ring **rings, struct ring *ring)
{
    while (*rings && (*rings)->made <= ring->made)
        rings = &(*rings)->next;
    ring->next = *rings;
    *rings = ring;
}

enum status rings_find(struct ring **rings, const char *folder, struct error *err)
{
    DIR *stream = opendir(folder);
    if (!stream)
        return error_set(err, ERR_IO, at_file(folder), "cannot be read: %s",
                         strerror(errno));
    enum status status = OK;
    for (const struct dirent *entry; status == OK && (entry = readdir(stream));) {
        char path[4096];
        struct ring *ring = NULL;
        if (!is_ring(entry->d_name))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        status = ring_open(&ring, path, err);
        if (status == OK)
            insert(rings, ring);
    }
    closedir(stream);
    return status;
}

void ring_free(struct ring *ring)
{
    if (!ring)
        return;
    if (ring->process >= 0)
        close(ring->process);
    munmap(ring->shared, RING_BYTES);
    free(ring);
}

static bool is_published(const struct ring *ring)
{
    /* A chunk that was not published may have been given back. */
    const uint32_t produced = __atomic_load_n(&ring->shared->produced, __ATOMIC_ACQUIRE);
    return (int32_t)(produced - ring->consumed) > 0;
}

/* Will nothing be published any more? */
static bool is_left(const struct ring *ring)
{
    return __atomic_load_n(&ring->shared->ended, __ATOMIC_ACQUIRE) != 0 ||
           process_is_gone(ring->process);
}

bool ring_chunk(const struct ring *ring, const uint64_t **words, uint32_t *n)
{
    /* What a process that was killed has not published is taken too.  First whether it has
     * ended, then what there is: never the other way round. */
    if (!is_published(ring) && !is_left(ring))
        return false;
    const uint32_t chunk = ring->consumed % RECORDING_CHUNKS;
    const uint32_t used = __atomic_load_n(&ring->shared->used[chunk], __ATOMIC_ACQUIRE);
    if (used == 0)
        return false;
    *words =
        (const uint64_t *)(const void *)((const char *)ring->shared + RECORDING_HEADER) +
        (size_t)chunk * RECORDING_CHUNK_WORDS;
    *n = used < RECORDING_CHUNK_WORDS ? used : RECORDING_CHUNK_WORDS;
    return true;
}

void ring_done(struct ring *ring)
{
    /* So that a chunk is never taken twice, even if the process dies before it takes it. */
    __atomic_store_n(&ring->shared->used[ring->consumed % RECORDING_CHUNKS], 0,
                     __ATOMIC_RELEASE);
    ring->consumed++;
    __atomic_store_n(&ring->shared->consumed, ring->consumed, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &ring->shared->consumed, FUTEX_WAKE, 1, NULL, NULL, 0);
}

bool process_is_gone(int process)
{
    struct pollfd poller = {.fd = process, .events = POLLIN};
    return process < 0 || poll(&poller, 1, 0) == 1;
}

bool ring_is_over(const struct ring *ring)
{
    const uint64_t *words;
    uint32_t n;
    return is_left(ring) && !ring_chunk(ring, &words, &n);
}
