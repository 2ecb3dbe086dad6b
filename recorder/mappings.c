/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mappings.c -- what system calls change in the address space.  The address-space manager
 * knows which file a mapping has, but not which are shared: that is kept here. */
#include "ring.h"

#include "pub_tool_aspacemgr.h"
#include "pub_tool_mallocfree.h"
#include "pub_tool_vki.h"
#include "pub_tool_vkiscnums.h"
#include "pub_tool_xarray.h"

/* Of the core: where the heap that brk() moves the end of begins. */
extern Addr VG_(brk_base);

enum {
    PROTECTION =
        VKI_PROT_READ | VKI_PROT_WRITE | VKI_PROT_EXEC, /* as enum vm_protection  */
    SHARED = 1 << 8,                                    /* of RECORDING_MAP      */
    HAS_TEXT = 1 << 9,
    ADVICES =
        5, /* the first ones of madvise() are enum vm_advice                         */
    NO_SYSV = -1,
};

struct shared {
    Addr start, end;
    Long sysv; /* identifier of the System V segment, or NO_SYSV                          */
};

static XArray *shared; /* struct shared; NULL as long as there are none                   */
static Addr heap_end;  /* 0: brk() has not been called                                   */

static SizeT whole_pages(SizeT bytes)
{
    return VG_PGROUNDUP(bytes);
}

static struct shared *shared_at(Word i)
{
    return VG_(indexXA)(shared, i);
}

static Word nshared(void)
{
    return shared ? VG_(sizeXA)(shared) : 0;
}

static void add_shared(Addr start, SizeT length, Long sysv)
{
    const struct shared added = {start, start + length, sysv};
    if (!shared)
        shared = VG_(newXA)(VG_(malloc), "mappings.shared", VG_(free), sizeof added);
    VG_(addToXA)(shared, &added);
}

/* Something else is in the range now, or nothing. */
static void remove_shared(Addr start, SizeT length)
{
    const Addr end = start + length;
    for (Word i = nshared() - 1; i >= 0; i--) {
        struct shared found = *shared_at(i);
        if (found.end <= start || end <= found.start)
            continue;
        VG_(removeIndexXA)(shared, i);
        if (found.start < start)
            add_shared(found.start, start - found.start, found.sysv);
        if (end < found.end)
            add_shared(end, found.end - end, found.sysv);
    }
}

static const struct shared *find_shared(Addr address)
{
    for (Word i = 0; i < nshared(); i++)
        if (shared_at(i)->start <= address && address < shared_at(i)->end)
            return shared_at(i);
    return NULL;
}

/* A file without a name in any folder may have that of another one: it is told apart by its
 * device and inode. */
static void file_name(HChar *out, const NSegment *segment)
{
    static const HChar deleted[] = " (deleted)";
    const HChar *name = VG_(am_get_filename)(segment);
    const SizeT end = sizeof deleted - 1;

    VG_(snprintf)(out, RECORDING_TEXT_MAX + 1, "%s", name ? name : "");
    const SizeT length = VG_(strlen)(out);
    if (name && (length < end || VG_(strcmp)(out + length - end, deleted) != 0))
        return;
    HChar *to = out + (name ? length - end : 0);
    VG_(snprintf)
    (to, (Int)(out + RECORDING_TEXT_MAX + 1 - to), "#%llu:%llu", segment->dev,
     segment->ino);
}

static void put_map(UInt argument, Addr start, SizeT length, ULong offset,
                    const HChar *text)
{
    const uint64_t words[] = {start, length, offset};
    if (text)
        ring_put_text(RECORDING_MAP, argument | HAS_TEXT, words, 3, text);
    else
        ring_put(RECORDING_MAP, argument, words, 3);
}

void mappings_record(UInt argument, Addr start, SizeT length, ULong offset, Bool anonymous)
{
    const NSegment *segment = VG_(am_find_nsegment)(start);
    HChar name[RECORDING_TEXT_MAX + 1];

    if (anonymous || !segment || segment->kind != SkFileC) {
        put_map(argument, start, length, 0, NULL);
        return;
    }
    file_name(name, segment);
    put_map(argument, start, length, offset, name);
}

static void put_range(enum recording_kind kind, UInt argument, Addr start, SizeT length)
{
    const uint64_t words[] = {start, length};
    ring_put(kind, argument, words, 2);
}

static void unmap(Addr start, SizeT length)
{
    remove_shared(start, length);
    put_range(RECORDING_UNMAP, 0, start, length);
}

static void after_mmap(const UWord *args, Addr start)
{
    const SizeT length = whole_pages(args[1]);
    const Bool is_shared = (args[3] & VKI_MAP_SHARED) != 0;
    remove_shared(start, length);
    if (is_shared)
        add_shared(start, length, NO_SYSV);
    mappings_record((args[2] & PROTECTION) | (is_shared ? SHARED : 0), start, length,
                    args[5], (args[3] & VKI_MAP_ANONYMOUS) != 0);
}

static void after_brk(Addr end)
{
    const Addr before = heap_end ? heap_end : VG_PGROUNDUP(VG_(brk_base));
    heap_end = VG_PGROUNDUP(end);
    if (before < heap_end)
        mappings_record(VKI_PROT_READ | VKI_PROT_WRITE, before, heap_end - before, 0, True);
    else if (heap_end < before)
        unmap(heap_end, before - heap_end);
}

/* The part of a segment that mremap() has added or moved. */
static void record_part(Addr start, SizeT length, const struct shared *as)
{
    const NSegment *segment = VG_(am_find_nsegment)(start);
    if (!segment)
        return;
    const UInt argument = (segment->hasR ? VKI_PROT_READ : 0) |
                          (segment->hasW ? VKI_PROT_WRITE : 0) |
                          (segment->hasX ? VKI_PROT_EXEC : 0) | (as ? SHARED : 0);
    const ULong offset = (ULong)segment->offset + (start - segment->start);
    if (as)
        add_shared(start, length, as->sysv);
    mappings_record(argument, start, length, offset, False);
}

static void after_mremap(const UWord *args, Addr to)
{
    const Addr from = args[0];
    const SizeT before = whole_pages(args[1]), after = whole_pages(args[2]);
    const struct shared *found = find_shared(from);
    const struct shared as = found ? *found : (struct shared){0};

    if (to != from) {
        if (before > 0)
            unmap(from, before);
        remove_shared(to, after);
        record_part(to, after, found ? &as : NULL);
    } else if (after > before) {
        record_part(to + before, after - before, found ? &as : NULL);
    } else if (after < before) {
        unmap(to + after, before - after);
    }
}

static void after_shmat(const UWord *args, Addr start)
{
    const NSegment *segment = VG_(am_find_nsegment)(start);
    HChar name[32];
    if (!segment)
        return;
    const SizeT length = segment->end + 1 - start;
    const UInt protection = VKI_PROT_READ | (args[2] & VKI_SHM_RDONLY ? 0 : VKI_PROT_WRITE);
    remove_shared(start, length);
    add_shared(start, length, (Long)args[0]);
    VG_(sprintf)(name, "sysv:%ld", (Word)args[0]);
    put_map(protection | SHARED, start, length, 0, name);
}

static void after_shmdt(Addr start)
{
    const struct shared *found = find_shared(start);
    if (found && found->sysv != NO_SYSV)
        unmap(found->start, found->end - found->start);
}

void mappings_after_call(UInt number, const UWord *args, UWord result)
{
    switch (number) {
    case __NR_mmap:
        after_mmap(args, result);
        break;
    case __NR_munmap:
        unmap(args[0], whole_pages(args[1]));
        break;
    case __NR_mprotect:
    case __NR_pkey_mprotect:
        if (args[1] > 0)
            put_range(RECORDING_PROTECT, args[2] & PROTECTION, args[0],
                      whole_pages(args[1]));
        break;
    case __NR_brk:
        after_brk(result);
        break;
    case __NR_mremap:
        after_mremap(args, result);
        break;
    case __NR_madvise:
        if (args[2] < ADVICES && args[1] > 0)
            put_range(RECORDING_ADVISE, (UInt)args[2], args[0], whole_pages(args[1]));
        break;
    case __NR_shmat:
        after_shmat(args, result);
        break;
    case __NR_shmdt:
        after_shmdt(args[0]);
        break;
    default:
        break;
    }
}
