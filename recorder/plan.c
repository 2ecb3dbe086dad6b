/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c -- see plan.h */
#include "plan.h"

#include "pub_tool_debuginfo.h"
#include "pub_tool_mallocfree.h"

/* Of the core: the routines of Valgrind's own that a program runs: the return from a signal
 * handler, and what stands in for functions of the kernel. */
extern Addr VG_(trampoline_stuff_start), VG_(trampoline_stuff_end);

enum { ACCESSES_MAX = 2 }; /* of a statement */

/* Where plan_make() is. */
struct scan {
    struct plan *plan;
    Int statement;
    Bool in_segment; /* nothing has left the block since the segment began              */
    Bool recorded;   /* the instruction is the program's                               */
    Bool may_modify; /* the last slot is a load, and nothing came after it              */
    Addr instruction;
};

Bool plan_records(Addr address)
{
    const Bool own = address >= (Addr)&VG_(trampoline_stuff_start) &&
                     address < (Addr)&VG_(trampoline_stuff_end);
    /* Above, there is only what the kernel would do for a program, which Valgrind does in
     * its own routines; a definition has 48 bits. */
    return (!own || options.as_lackey) && address >> 48 == 0;
}

static Bool is_start(Addr address)
{
    const HChar *name;
    return options.start_at &&
           VG_(get_fnname_if_entry)(VG_(current_DiEpoch)(), address, &name) &&
           VG_(strcmp)(name, options.start_at) == 0;
}

/* A statement makes at most one slot, one instruction and one segment a reference, and has
 * at most two references. */
static void reserve(struct plan *plan, const IRSB *block)
{
    const UInt most = ACCESSES_MAX * (UInt)block->stmts_used;
    if (most > plan->capacity) {
        plan->capacity = 2 * most;
        plan->segments = VG_(realloc)("plan.segments", plan->segments,
                                      plan->capacity * sizeof *plan->segments);
        plan->instructions = VG_(realloc)("plan.instructions", plan->instructions,
                                          plan->capacity * sizeof *plan->instructions);
        plan->slots =
            VG_(realloc)("plan.slots", plan->slots, plan->capacity * sizeof *plan->slots);
    }
    plan->nsegments = plan->ninstructions = plan->nslots = plan->words = 0;
}

static void begin_segment(struct scan *scan, Bool start)
{
    struct plan *plan = scan->plan;
    plan->segments[plan->nsegments++] = (struct plan_segment){
        .statement = scan->statement,
        .start = start,
        .word = plan->words + start,
        .first_instruction = plan->ninstructions,
        .first_slot = plan->nslots,
    };
    plan->words += 1 + start;
    scan->in_segment = True;
}

static void add_instruction(struct scan *scan, UInt length, Bool start)
{
    struct plan *plan = scan->plan;
    if (!scan->in_segment || start)
        begin_segment(scan, start);
    plan->segments[plan->nsegments - 1].ninstructions++;
    plan->instructions[plan->ninstructions++] =
        (struct plan_instruction){.address = scan->instruction, .length = length};
}

static Bool is_in_segment(const struct scan *scan, Addr address)
{
    const struct plan *plan = scan->plan;
    if (!scan->in_segment)
        return False;
    for (UInt i = plan->segments[plan->nsegments - 1].first_instruction;
         i < plan->ninstructions; i++)
        if (plan->instructions[i].address == address)
            return True;
    return False;
}

static void add_mark(struct scan *scan, const IRStmt *mark)
{
    scan->may_modify = False;
    scan->instruction = mark->Ist.IMark.addr;
    scan->recorded = plan_records(scan->instruction);
    if (!scan->recorded)
        return;
    /* Then its address would not tell which of the two faulted. */
    if (is_in_segment(scan, scan->instruction))
        scan->in_segment = False;
    /* What is no instruction has no length; its first byte was fetched to see that. */
    const UInt length = mark->Ist.IMark.len > 0 ? mark->Ist.IMark.len : 1;
    add_instruction(scan, length, is_start(scan->instruction));
}

/* Does the slot, with the one before, make a modify? */
static Bool completes_modify(const struct scan *scan, const struct plan_slot *slot)
{
    if (!scan->may_modify || slot->access != RECORDING_STORE || slot->guard)
        return False;
    const struct plan_slot *load = &scan->plan->slots[scan->plan->nslots - 1];
    return load->size == slot->size && eqIRAtom(load->address, slot->address);
}

static void add_slot(struct scan *scan, const struct plan_slot *slot)
{
    struct plan *plan = scan->plan;
    if (!scan->recorded)
        return;
    if (completes_modify(scan, slot)) {
        plan->slots[plan->nslots - 1].access = RECORDING_MODIFY;
        scan->may_modify = False;
        return;
    }
    if (!scan->in_segment)
        add_instruction(scan, 0, False);
    plan->slots[plan->nslots] = *slot;
    plan->slots[plan->nslots++].statement = scan->statement;
    plan->instructions[plan->ninstructions - 1].nslots++;
    plan->segments[plan->nsegments - 1].nslots++;
    plan->words++;
    scan->may_modify = slot->access == RECORDING_LOAD && !slot->guard;
}

static UInt size_of(const IRSB *block, const IRExpr *data)
{
    return (UInt)sizeofIRType(typeOfIRExpr(block->tyenv, data));
}

static struct plan_slot slot(enum recording_access access, IRExpr *address, UInt size,
                             IRExpr *guard)
{
    return (struct plan_slot){
        .address = address, .guard = guard, .size = size, .access = access};
}

/* Helper functions may be guarded; lackey takes them to be called always. */
static IRExpr *guard_of(const IRDirty *dirty)
{
    const Bool always =
        dirty->guard->tag == Iex_Const && dirty->guard->Iex.Const.con->Ico.U1;
    return always || options.as_lackey ? NULL : dirty->guard;
}

static UInt dirty_accesses(struct plan_slot *out, const IRDirty *dirty)
{
    const UInt size = (UInt)dirty->mSize;
    UInt n = 0;
    if (dirty->mFx == Ifx_Read || dirty->mFx == Ifx_Modify)
        out[n++] = slot(RECORDING_LOAD, dirty->mAddr, size, guard_of(dirty));
    if (dirty->mFx == Ifx_Write || dirty->mFx == Ifx_Modify)
        out[n++] = slot(RECORDING_STORE, dirty->mAddr, size, guard_of(dirty));
    return n;
}

static UInt cas_accesses(struct plan_slot *out, const IRSB *block, const IRCAS *cas)
{
    const UInt size = size_of(block, cas->dataLo) * (cas->dataHi ? 2 : 1);
    out[0] = slot(RECORDING_LOAD, cas->addr, size, NULL);
    out[1] = slot(RECORDING_STORE, cas->addr, size, NULL);
    return 2;
}

static UInt load_guarded(struct plan_slot *out, const IRLoadG *load)
{
    IRType wide, loaded;
    typeOfIRLoadGOp(load->cvt, &wide, &loaded);
    out[0] = slot(RECORDING_LOAD, load->addr, (UInt)sizeofIRType(loaded), load->guard);
    return 1;
}

/* Loads and stores of a statement, in their order. */
static UInt accesses(struct plan_slot *out, const IRSB *block, const IRStmt *st)
{
    switch (st->tag) {
    case Ist_WrTmp: {
        const IRExpr *data = st->Ist.WrTmp.data;
        if (data->tag != Iex_Load)
            return 0;
        out[0] = slot(RECORDING_LOAD, data->Iex.Load.addr,
                      (UInt)sizeofIRType(data->Iex.Load.ty), NULL);
        return 1;
    }
    case Ist_Store:
        out[0] = slot(RECORDING_STORE, st->Ist.Store.addr,
                      size_of(block, st->Ist.Store.data), NULL);
        return 1;
    case Ist_StoreG: {
        const IRStoreG *store = st->Ist.StoreG.details;
        out[0] =
            slot(RECORDING_STORE, store->addr, size_of(block, store->data), store->guard);
        return 1;
    }
    case Ist_LoadG:
        return load_guarded(out, st->Ist.LoadG.details);
    case Ist_Dirty:
        return dirty_accesses(out, st->Ist.Dirty.details);
    case Ist_CAS:
        return cas_accesses(out, block, st->Ist.CAS.details);
    default: /* load-linked and store-conditional are not of this architecture */
        return 0;
    }
}

void plan_make(struct plan *plan, const IRSB *block, Int first)
{
    struct scan scan = {.plan = plan};
    struct plan_slot found[ACCESSES_MAX];

    reserve(plan, block);
    for (Int i = first; i < block->stmts_used; i++) {
        const IRStmt *st = block->stmts[i];
        scan.statement = i;
        if (st->tag == Ist_IMark) {
            add_mark(&scan, st);
        } else if (st->tag == Ist_Exit) {
            scan.in_segment = False;
            scan.may_modify = False;
        } else {
            const UInt n = accesses(found, block, st);
            for (UInt k = 0; k < n; k++)
                add_slot(&scan, &found[k]);
        }
    }
}
