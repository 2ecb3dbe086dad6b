/* SPDX-License-Identifier: GPL-2.0-or-later */
/* instrument.c -- put into a superblock what writes its words.
 *
 * Each segment stores its own word and moves the cursor behind all of its slots at once;
 * each load or store is preceded by the store of its address.  So nothing is lost when an
 * instruction faults, and what has not happened by then can be told: instructions behind the
 * one that faulted by its address, and its own later slots because its first one fills them
 * with RECORDING_NOT_DONE. */
#include "plan.h"
#include "ring.h"

#include "pub_tool_machine.h"
#include "pub_tool_mallocfree.h"

static struct plan plan;      /* kept, so that its memory is                           */
static UInt segments_defined; /* in this image and those that it was forked from        */

#define UNKNOWN (~(Addr)0)

/* A superblock being written. */
struct output {
    IRSB *block;
    IRExpr *base; /* the cursor before the first word                                    */
    Int ip;       /* offset of the program counter in the guest's state                  */
    Addr counter; /* the program counter at this point, or UNKNOWN                        */
};

static IRExpr *constant(uint64_t value)
{
    return IRExpr_Const(IRConst_U64(value));
}

static IRExpr *temporary(IRSB *block, IRType type, IRExpr *value)
{
    const IRTemp temp = newIRTemp(block->tyenv, type);
    addStmtToIRSB(block, IRStmt_WrTmp(temp, value));
    return IRExpr_RdTmp(temp);
}

static IRExpr *load_cell(IRSB *block, uint64_t **cell)
{
    return temporary(block, Ity_I64, IRExpr_Load(Iend_LE, Ity_I64, constant((Addr)cell)));
}

static IRExpr *at_word(const struct output *out, UInt word)
{
    return temporary(out->block, Ity_I64,
                     IRExpr_Binop(Iop_Add64, out->base, constant(word * sizeof(uint64_t))));
}

static void store(const struct output *out, IRExpr *to, IRExpr *value)
{
    addStmtToIRSB(out->block, IRStmt_Store(Iend_LE, to, value));
}

/* Once a superblock, for all of its words. */
static void write_check(struct output *out)
{
    IRSB *block = out->block;
    IRExpr *limit = load_cell(block, &ring_cursor.limit);
    out->base = load_cell(block, &ring_cursor.next);
    IRExpr *end = at_word(out, plan.words);
    IRDirty *call =
        unsafeIRDirty_0_N(1, "ring_make_room", VG_(fnptr_to_fnentry)(&ring_make_room),
                          mkIRExprVec_1(constant(plan.words)));
    call->guard = temporary(block, Ity_I1, IRExpr_Binop(Iop_CmpLT64U, limit, end));
    addStmtToIRSB(block, IRStmt_Dirty(call));
    out->base = load_cell(block, &ring_cursor.next);
}

static void write_segment(const struct output *out, const struct plan_segment *segment,
                          UInt number)
{
    if (segment->start)
        store(out, at_word(out, segment->word - 1),
              constant(recording_word(RECORDING_START, 0, 0)));
    store(out, at_word(out, segment->word),
          constant(recording_word(RECORDING_SEGMENT, 0, number)));
    store(out, constant((Addr)&ring_cursor.next),
          at_word(out, segment->word + 1 + segment->nslots));
}

/* `later` slots of the same instruction and segment follow the one of this word. */
static void write_slot(const struct output *out, const struct plan_slot *slot, UInt word,
                       UInt later)
{
    IRExpr *address = slot->address;
    if (slot->guard)
        address =
            temporary(out->block, Ity_I64,
                      IRExpr_ITE(slot->guard, slot->address, constant(RECORDING_NOT_DONE)));
    store(out, at_word(out, word), address);
    for (UInt i = 1; i <= later; i++)
        store(out, at_word(out, word + i), constant(RECORDING_NOT_DONE));
}

/* A division may fault without access to memory. */
static Bool is_division(const IRStmt *st)
{
    if (st->tag != Ist_WrTmp || st->Ist.WrTmp.data->tag != Iex_Binop)
        return False;
    switch (st->Ist.WrTmp.data->Iex.Binop.op) {
    case Iop_DivModU64to32:
    case Iop_DivModS64to32:
    case Iop_DivModU128to64:
    case Iop_DivModS128to64:
        return True;
    default:
        return False;
    }
}

/* The program counter must be exact where an instruction may fault.  Valgrind sees to that
 * before access to memory, but not in the first instruction of a loop's body that it has
 * unrolled, and not before divisions. */
static void write_counter(struct output *out, Addr instruction)
{
    if (out->counter != instruction)
        addStmtToIRSB(out->block, IRStmt_Put(out->ip, constant(instruction)));
    out->counter = instruction;
}

/* Follow what the statement does to the program counter. */
static void note_counter(struct output *out, const IRStmt *st)
{
    if (st->tag != Ist_Put || st->Ist.Put.offset != out->ip)
        return;
    const IRExpr *value = st->Ist.Put.data;
    out->counter = value->tag == Iex_Const ? value->Iex.Const.con->Ico.U64 : UNKNOWN;
}

/* Where write_block() is in the plan. */
struct position {
    UInt segment, instruction, slot;
    UInt slot_of_instruction;
    UInt word; /* of the next slot                                                       */
};

static void write_slots(const struct output *out, struct position *at, Int statement)
{
    for (; at->slot < plan.nslots && plan.slots[at->slot].statement == statement;
         at->slot++) {
        while (at->slot_of_instruction == plan.instructions[at->instruction].nslots) {
            at->instruction++;
            at->slot_of_instruction = 0;
        }
        const UInt all = plan.instructions[at->instruction].nslots;
        const UInt later = at->slot_of_instruction == 0 ? all - 1 : 0;
        write_slot(out, &plan.slots[at->slot], at->word++, later);
        at->slot_of_instruction++;
    }
}

static void write_block(struct output *out, const IRSB *in, Int first, UInt first_number)
{
    struct position at = {0};
    Addr instruction = 0;

    for (Int i = first; i < in->stmts_used; i++) {
        const struct plan_segment *segment = &plan.segments[at.segment];
        const IRStmt *st = in->stmts[i];
        if (at.segment < plan.nsegments && segment->statement == i) {
            write_segment(out, segment, first_number + at.segment++);
            at.word = segment->word + 1;
        }
        if (st->tag == Ist_IMark)
            instruction = st->Ist.IMark.addr;
        if ((at.slot < plan.nslots && plan.slots[at.slot].statement == i) ||
            is_division(st))
            write_counter(out, instruction);
        note_counter(out, st);
        write_slots(out, &at, i);
        addStmtToIRSB(out->block, in->stmts[i]);
    }
}

static void define(const struct plan_segment *segment, UInt number)
{
    const UInt n = 1 + segment->ninstructions + segment->nslots;
    uint64_t *words = VG_(malloc)("instrument.define", n * sizeof *words);
    const struct plan_slot *slot = &plan.slots[segment->first_slot];
    uint64_t *to = words;

    *to++ = segment->ninstructions | (uint64_t)segment->nslots << 32;
    for (UInt i = 0; i < segment->ninstructions; i++) {
        const struct plan_instruction *instruction =
            &plan.instructions[segment->first_instruction + i];
        tl_assert(instruction->nslots < 256);
        *to++ = instruction->address | (uint64_t)instruction->length << 48 |
                (uint64_t)instruction->nslots << 56;
        for (UInt k = 0; k < instruction->nslots; k++, slot++)
            *to++ = slot->access | (uint64_t)slot->size << 8 |
                    (uint64_t)(slot->guard != NULL) << 31;
    }
    ring_put(RECORDING_DEFINE, number, words, n);
    VG_(free)(words);
}

IRSB *instrument(VgCallbackClosure *closure, IRSB *in, const VexGuestLayout *layout,
                 const VexGuestExtents *extents, const VexArchInfo *archinfo,
                 IRType guest_word, IRType host_word)
{
    (void)extents, (void)archinfo, (void)guest_word, (void)host_word;
    Int first = 0;

    if (!ring_is_read())
        return in;
    while (first < in->stmts_used && in->stmts[first]->tag != Ist_IMark)
        first++;
    plan_make(&plan, in, first);
    if (plan.nsegments == 0)
        return in;
    struct output out = {.block = deepCopyIRSBExceptStmts(in),
                         .ip = layout->offset_IP,
                         .counter = closure->nraddr};
    for (Int i = 0; i < first; i++)
        addStmtToIRSB(out.block, in->stmts[i]);
    write_check(&out);
    for (UInt i = 0; i < plan.nsegments; i++)
        define(&plan.segments[i], segments_defined + i);
    write_block(&out, in, first, segments_defined);
    segments_defined += plan.nsegments;
    return out.block;
}
