/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ring.c -- see ring.h.  The protocol is that of include/faultline/recording.h. */
#include "ring.h"

#include "kernel.h"
#include "pub_tool_aspacemgr.h"
#include "pub_tool_libcfile.h"
#include "pub_tool_libcproc.h"
#include "pub_tool_options.h"

/* Of the core: map a file, and tell the address-space manager that the mapping is
 * Valgrind's.  Tools are offered only memory without a file. */
extern SysRes VG_(am_shared_mmap_file_float_valgrind)(SizeT length, UInt prot, Int fd,
                                                      Off64T offset);

/* Of the core: does an exec'd program run under Valgrind? */
extern Bool VG_(clo_trace_children);

#define CHUNK_BYTES ((SizeT)RECORDING_CHUNK_WORDS * sizeof(uint64_t))
#define RING_BYTES (RECORDING_HEADER + RECORDING_CHUNKS * CHUNK_BYTES)

struct ring_cursor ring_cursor;

static const HChar *rings; /* folder of the rings and the bell                          */
static struct recording_bell *bell; /* NULL: nothing is recorded                        */
static struct recording_ring *ring; /* likewise                                        */
static uint64_t *chunk;             /* being filled: of the ring, or `unread`           */
static uint64_t unread[RECORDING_CHUNK_WORDS];
static uint32_t forked_at; /* see struct recording_ring                                  */

static void fill(uint64_t *words)
{
    chunk = words;
    ring_cursor.next = words;
    ring_cursor.limit = words + RING_ROOM_MAX;
}

/* The chunk that comes after all that were published. */
static void fill_next_chunk(void)
{
    const uint32_t index = ring->produced % RECORDING_CHUNKS;
    ring->used[index] = 0;
    fill((uint64_t *)((HChar *)ring + RECORDING_HEADER + index * CHUNK_BYTES));
}

static void ring_the_bell(void)
{
    __atomic_add_fetch(&bell->rung, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&bell->waiting, __ATOMIC_SEQ_CST))
        kernel_futex_wake_all(&bell->rung);
}

/* From now on nobody reads.  Programs that are exec'd later need no Valgrind then. */
static void leave(void)
{
    if (ring) {
        __atomic_store_n(&ring->ended, 1, __ATOMIC_RELEASE);
        ring_the_bell();
        VG_(am_munmap_valgrind)((Addr)ring, RING_BYTES);
    }
    ring = NULL;
    VG_(clo_trace_children) = False;
    fill(unread);
}

static Bool reader_wants_more(void)
{
    return !__atomic_load_n(&bell->stop, __ATOMIC_ACQUIRE);
}

static void *map(const HChar *path, Int flags, SizeT bytes, Bool make)
{
    const Int fd = VG_(fd_open)(path, flags, 0600);
    if (fd < 0)
        return NULL;
    void *mapped = NULL;
    if (!make || kernel_allocate(fd, (long)bytes)) {
        const SysRes result = VG_(am_shared_mmap_file_float_valgrind)(
            bytes, VKI_PROT_READ | VKI_PROT_WRITE, fd, 0);
        mapped = sr_isError(result) ? NULL : (void *)sr_Res(result);
    }
    VG_(close)(fd);
    return mapped;
}

/* The file gets its name only when the reader may look at it. */
static void make_ring(uint32_t parent, ThreadId tid)
{
    const Int pid = VG_(getpid)();
    HChar name[VKI_PATH_MAX], unfinished[VKI_PATH_MAX + 8];
    struct vg_stat status;
    UInt i = 0;

    do
        VG_(snprintf)(name, sizeof name, "%s/%d.%u", rings, pid, i++);
    while (!sr_isError(VG_(stat)(name, &status)));
    VG_(sprintf)(unfinished, "%s.new", name);
    ring = map(unfinished, VKI_O_RDWR | VKI_O_CREAT | VKI_O_EXCL, RING_BYTES, True);
    if (!ring) {
        VG_(unlink)(unfinished);
        leave();
        return;
    }
    ring->magic = RECORDING_MAGIC;
    ring->version = RECORDING_VERSION;
    ring->pid = (uint32_t)pid;
    ring->parent = parent;
    ring->forked_at = forked_at;
    ring->thread = tid;
    fill_next_chunk();
    if (VG_(rename)(unfinished, name) != 0) {
        VG_(unlink)(unfinished);
        leave();
        return;
    }
    ring_the_bell();
}

void ring_open(const HChar *folder)
{
    HChar path[VKI_PATH_MAX];

    rings = folder;
    VG_(snprintf)(path, sizeof path, "%s/bell", folder);
    bell = map(path, VKI_O_RDWR, sizeof *bell, False);
    const Bool sound =
        bell && bell->magic == RECORDING_MAGIC && bell->version == RECORDING_VERSION;
    if (sound && reader_wants_more())
        make_ring(0, 1);
    else
        leave();
}

Bool ring_is_read(void)
{
    return ring != NULL;
}

/* Publish what the chunk holds; it is no longer to be written then. */
static void hand_over(void)
{
    const uint32_t index = ring->produced % RECORDING_CHUNKS;
    ring->used[index] = (uint32_t)(ring_cursor.next - chunk);
    if (ring->used[index] == 0)
        return;
    __atomic_add_fetch(&ring->produced, 1, __ATOMIC_RELEASE);
    ring_the_bell();
}

/* Wait for a chunk that has been read. */
static void take_chunk(void)
{
    for (;;) {
        const uint32_t consumed = __atomic_load_n(&ring->consumed, __ATOMIC_ACQUIRE);
        if (!reader_wants_more())
            break;
        if (ring->produced - consumed < RECORDING_CHUNKS) {
            fill_next_chunk();
            return;
        }
        kernel_futex_wait(&ring->consumed, consumed, 1);
        if (!kernel_process_lives(bell->reader))
            break;
    }
    leave();
}

void ring_publish(void)
{
    if (!ring) {
        fill(unread);
        return;
    }
    if (ring_cursor.next == chunk)
        return;
    hand_over();
    take_chunk();
}

VG_REGPARM(1) void ring_make_room(UWord words)
{
    tl_assert(words <= RING_ROOM_MAX);
    if (ring_cursor.next + words > ring_cursor.limit)
        ring_publish();
}

void ring_before_fork(void)
{
    ring_publish();
    if (ring)
        forked_at = ring->produced;
}

void ring_after_fork(ThreadId tid, Bool record)
{
    if (!ring)
        return;
    const uint32_t parent = ring->pid;
    VG_(am_munmap_valgrind)((Addr)ring, RING_BYTES);
    ring = NULL;
    if (record)
        make_ring(parent, tid);
    else
        leave();
}

/* Room for a record of `words` more words than its first. */
static uint64_t *begin_record(enum recording_kind kind, UInt argument, UInt words)
{
    ring_make_room(words + 1);
    uint64_t *to = ring_cursor.next;
    *to++ = recording_word(kind, words, argument);
    ring_cursor.next = to + words;
    return to;
}

void ring_put(enum recording_kind kind, UInt argument, const uint64_t *words, UInt n)
{
    VG_(memcpy)(begin_record(kind, argument, n), words, n * sizeof *words);
}

void ring_put_text(enum recording_kind kind, UInt argument, const uint64_t *words, UInt n,
                   const HChar *text)
{
    const SizeT bytes = VG_(strlen)(text);
    const UInt filled = (UInt)(bytes / sizeof *words + 1);
    uint64_t *to = begin_record(kind, argument, n + filled);
    VG_(memcpy)(to, words, n * sizeof *words);
    to[n + filled - 1] = 0;
    VG_(memcpy)(to + n, text, bytes);
}

void ring_put_reserved(enum recording_kind kind, UInt argument, const uint64_t *words,
                       UInt n)
{
    tl_assert(n < RING_RESERVE);
    *ring_cursor.next++ = recording_word(kind, n, argument);
    VG_(memcpy)(ring_cursor.next, words, n * sizeof *words);
    ring_cursor.next += n;
}

void ring_mark(void)
{
    if (ring)
        __atomic_store_n(&ring->used[ring->produced % RECORDING_CHUNKS],
                         (uint32_t)(ring_cursor.next - chunk), __ATOMIC_RELEASE);
}

void ring_end(void)
{
    if (!ring)
        return;
    hand_over();
    __atomic_store_n(&ring->ended, 1, __ATOMIC_RELEASE);
    ring_the_bell();
    VG_(am_munmap_valgrind)((Addr)ring, RING_BYTES);
    ring = NULL;
    fill(unread);
}
