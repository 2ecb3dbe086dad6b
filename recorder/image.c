/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.c -- what an image is like before its first instruction: its mappings, its command
 * line, its environment. */
#include "ring.h"

#include "pub_tool_aspacemgr.h"
#include "pub_tool_clientstate.h"
#include "pub_tool_libcproc.h"
#include "pub_tool_machine.h"
#include "pub_tool_mallocfree.h"
#include "pub_tool_vki.h"

/* Of the core: where the heap will begin; the program's auxiliary vector; and Valgrind's own
 * routines, whose pages it calls the program's, for the program runs them. */
extern Addr VG_(brk_base);
extern UWord *VG_(client_auxv);
extern Addr VG_(trampoline_stuff_start);

enum { SEGMENT_KINDS = SkFileC | SkAnonC | SkShmC };

static Bool starts_with(const HChar *text, const HChar *start)
{
    return VG_(strncmp)(text, start, VG_(strlen)(start)) == 0;
}

/* LD_PRELOAD begins with objects of Valgrind's, separated by colons; the user's own value
 * follows.  Gives the variable without these, NULL if nothing is left: it was not set. */
static HChar *clean_preload(HChar *variable)
{
    static const HChar name[] = "LD_PRELOAD=";
    const SizeT name_length = sizeof name - 1;
    HChar *value = variable + name_length;

    while (starts_with(value, VG_(libdir)) &&
           starts_with(value + VG_(strlen)(VG_(libdir)), "/vgpreload_")) {
        value = VG_(strchr)(value, ':');
        if (!value)
            return NULL;
        value++;
    }
    VG_(memmove)(value - name_length, name, name_length);
    return value - name_length;
}

static HChar *clean_variable(HChar *variable)
{
    if (starts_with(variable, "VALGRIND_LIB=") ||
        starts_with(variable, "VALGRIND_LAUNCHER="))
        return NULL;
    return starts_with(variable, "LD_PRELOAD=") ? clean_preload(variable) : variable;
}

/* The auxiliary vector of pairs follows the environment: it moves into the gap. */
void image_clean_environment(void)
{
    HChar **from = VG_(client_envp), **to = from;
    for (; *from; from++) {
        HChar *variable = clean_variable(*from);
        if (variable)
            *to++ = variable;
    }
    *to++ = NULL;

    const UWord *auxv = (const UWord *)(from + 1);
    UWord n = 0;
    while (auxv[n] != 0)
        n += 2;
    VG_(memmove)(to, auxv, (n + 2) * sizeof *auxv);
    VG_(client_auxv) = (UWord *)to;
}

/* The kernel lets a stack grow down into what Valgrind has reserved for it. */
static Addr stack_start(const NSegment *stack)
{
    const NSegment *below = VG_(am_find_nsegment)(stack->start - 1);
    return below && below->kind == SkResvn ? below->start : stack->start;
}

static void record_segment(Addr address, Addr sp)
{
    const NSegment *segment = VG_(am_find_nsegment)(address);
    const Addr own = (Addr)&VG_(trampoline_stuff_start);
    Addr start = segment->start, end = segment->end + 1;

    if (start <= own && own < end && !options.as_lackey)
        return;
    if (start <= sp && sp < end)
        start = stack_start(segment);
    else if (start <= VG_(brk_base) && VG_(brk_base) < end)
        end = VG_(brk_base); /* a page of the heap is there before the program asks       */
    if (start == end)
        return;
    const UInt protection = (segment->hasR ? VKI_PROT_READ : 0) |
                            (segment->hasW ? VKI_PROT_WRITE : 0) |
                            (segment->hasX ? VKI_PROT_EXEC : 0);
    mappings_record(protection, start, end - start, (ULong)segment->offset, False);
}

static void record_segments(Addr sp)
{
    Int room = 64;
    for (;;) {
        Addr *starts = VG_(malloc)("image.segments", (SizeT)room * sizeof *starts);
        const Int n = VG_(am_get_segment_starts)(SEGMENT_KINDS, starts, room);
        for (Int i = 0; i < n; i++)
            record_segment(starts[i], sp);
        VG_(free)(starts);
        if (n >= 0)
            return;
        room = -n;
    }
}

static Bool is_plain(HChar c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && VG_(strchr)("%+,-./:=@_", c) != NULL);
}

/* A command line that is being put together; what is too long is cut off. */
struct command {
    HChar text[RECORDING_TEXT_MAX + 1];
    UInt length;
};

static void add(struct command *command, HChar c)
{
    if (command->length < RECORDING_TEXT_MAX)
        command->text[command->length++] = c;
}

/* A word as a shell must be given it: in single quotes unless all of it is plain. */
static void add_word(struct command *command, const HChar *word)
{
    Bool plain = word[0] != '\0';
    for (const HChar *c = word; *c; c++)
        plain = plain && is_plain(*c);
    if (command->length > 0)
        add(command, ' ');
    if (!plain)
        add(command, '\'');
    for (; *word; word++) {
        if (*word == '\'') {
            add(command, '\'');
            add(command, '\\');
            add(command, '\'');
        }
        add(command, *word);
    }
    if (!plain)
        add(command, '\'');
}

static void record_command(ThreadId tid)
{
    static struct command command; /* static, for the stacks of Valgrind are small        */
    command.length = 0;
    add_word(&command, VG_(args_the_exename));
    for (Word i = 0; i < VG_(sizeXA)(VG_(args_for_client)); i++)
        add_word(&command, *(HChar **)VG_(indexXA)(VG_(args_for_client), i));
    command.text[command.length] = '\0';
    ring_put_text(RECORDING_NAME, tid, NULL, 0, command.text);
}

void image_record(ThreadId tid)
{
    record_segments(VG_(get_SP)(tid));
    record_command(tid);
}
