/* operation.c -- what a program does to its address space: docs/trace-ops.md. */
#include "workload/thread.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status file_number(struct simulation *sim, const char *name, uint32_t *out,
                        struct error *err)
{
    struct file_names *files = &sim->file_names;
    for (*out = 0; *out < files->n; ++*out)
        if (strcmp(files->names[*out], name) == 0)
            return OK;
    if (files->n == files->capacity) {
        const uint32_t capacity = files->capacity ? 2 * files->capacity : 16;
        char **names = realloc(files->names, capacity * sizeof *names);
        if (!names)
            return error_nomem(err);
        files->names = names;
        files->capacity = capacity;
    }
    files->names[files->n] = strdup(name);
    return files->names[files->n++] ? OK : error_nomem(err);
}

static enum status bad_operation(const struct thread *thread, struct error *err,
                                 const char *what)
{
    return error_set(err, ERR_CELL, at_file(thread->cursor.stream->path),
                     "%s, after reference %llu of process '%s'", what,
                     (unsigned long long)thread->references, thread->shown);
}

/* The pages of the operation's range, rounded outwards.  False: it is empty. */
static bool range(const struct thread *thread, const struct vm_op *op, vpn_t *first,
                  vpn_t *last)
{
    const unsigned shift = thread->simulation->params->page_shift;
    const uint64_t end =
        op->length > UINT64_MAX - op->start ? UINT64_MAX : op->start + op->length - 1;
    *first = op->start >> shift;
    *last = end >> shift;
    return op->length > 0;
}

static enum status map(struct thread *thread, const struct vm_op *op, vpn_t first,
                       vpn_t last, struct error *err)
{
    struct simulation *sim = thread->simulation;
    struct region region = {.first = first,
                            .last = last,
                            .backing = BACKING_ZERO,
                            .shared = op->shared,
                            .protection = op->protection};
    if (op->file != VM_ANONYMOUS) {
        const char *name = thread->cursor.batch.names + op->file;
        if (!sim->files)
            return bad_operation(thread, err,
                                 "a file is mapped, and the swap device, which lies in "
                                 "memory, holds no files: name a files.device");
        const enum status status = file_number(sim, name, &region.file, err);
        if (status != OK)
            return status;
        region.backing = BACKING_FILE;
        region.file_page = op->offset >> sim->params->page_shift;
        if ((region.file_page + (last - first)) >> 40)
            return bad_operation(thread, err, "a file is mapped beyond its 2^40th page");
    }
    pager_forget(&sim->pager, thread->space, first, last);
    process_remove_regions(thread, first, last);
    const enum status status = process_add_region(thread, &region, err);
    return status == OK ? space_add_region(thread->space, &region, err) : status;
}

static enum status unmap(struct thread *thread, vpn_t first, vpn_t last, struct error *err)
{
    pager_forget(&thread->simulation->pager, thread->space, first, last);
    process_remove_regions(thread, first, last);
    return space_cut(thread->space, first, last, err);
}

static enum status protect(struct thread *thread, const struct vm_op *op, vpn_t first,
                           vpn_t last, struct error *err)
{
    struct region *regions;
    size_t n;
    const enum status status = space_split(thread->space, first, last, &regions, &n, err);
    if (status != OK)
        return status;
    for (size_t i = 0; i < n; i++)
        regions[i].protection = op->protection;
    pager_protect(&thread->simulation->pager, thread->space, first, last, op->protection);
    return OK;
}

/* A child or a thread that runs the operation's stream. */
static enum status start(struct thread *thread, const struct vm_op *op, struct space *space,
                         struct thread **child, struct error *err)
{
    struct simulation *sim = thread->simulation;
    char name[THREAD_NAME];
    snprintf(name, sizeof name, "%.40s.%u", thread->name, ++thread->children);
    const enum status status = thread_create(sim, child, thread->process, op->stream, name,
                                             space, engine_now(sim->engine), 0, err);
    if (status == OK)
        (*child)->starter = thread->number;
    return status;
}

static enum status start_thread(struct thread *thread, const struct vm_op *op,
                                struct error *err)
{
    struct thread *other;
    const enum status status = start(thread, op, thread->space, &other, err);
    if (status == OK)
        other->leader = thread->leader;
    return status;
}

static enum status begin_fork(struct thread *thread, struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    const enum status status = process_add_child(thread->simulation, &thread->forking,
                                                 thread->space, &thread->no_room, err);
    if (status != OK || thread->no_room)
        return status;
    return kernel->fork ? kernel->fork(pager->kernel_state, pager, thread->forking,
                                       thread->space, err)
                        : pager_share(pager, thread->forking, thread->space, err);
}

/* With a kernel that copies eagerly this may take several calls. */
static enum status fork_process(struct thread *thread, const struct vm_op *op,
                                struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    struct thread *child;
    enum status status = thread->forking ? OK : begin_fork(thread, err);
    if (status == OK && kernel->fork_copy && !thread->no_room)
        status = kernel->fork_copy(pager->kernel_state, pager, thread->forking,
                                   thread->space, &thread->fault, err);
    if (status == OK && thread->fault.active) {
        thread->cursor.op--; /* it goes on with this one */
        return OK;
    }
    if (status == OK)
        status = start(thread, op, thread->forking, &child, err);
    if (status == OK) {
        if (thread->no_room)
            process_kill(child, child->space); /* before its first reference */
        thread->forking = NULL;
    }
    return status;
}

static enum status vfork_process(struct thread *thread, const struct vm_op *op,
                                 struct error *err)
{
    struct pager *pager = &thread->simulation->pager;
    const struct kernel_ops *kernel = pager->kernel;
    struct thread *child;
    if (!kernel->vfork)
        return fork_process(thread, op, err);
    enum status status = kernel->vfork(pager->kernel_state, pager, thread->space, err);
    if (status == OK)
        status = start(thread, op, thread->space, &child, err);
    if (status == OK) {
        child->borrows = true;
        thread->sleep = SLEEP_FOR_VFORK;
    }
    return status;
}

/* What the exec of a thread makes: *fresh NULL: its process is killed for it. */
static enum status new_image(struct thread *thread, struct space **fresh, struct error *err)
{
    struct simulation *sim = thread->simulation;
    bool killed = false;
    enum status status = pager_add_space(&sim->pager, fresh, err);
    if (status == OK)
        status = regions_begin(sim, *fresh, thread->process, err);
    if (status == OK)
        status = process_exec(thread, *fresh, &killed, err);
    if (status != OK)
        return status;
    (*fresh)->users = 1;
    if (killed) {
        process_kill(thread, *fresh);
        process_leave(sim, *fresh, false);
        *fresh = NULL;
    }
    return OK;
}

/* A new, empty address space; what others of the old one do is left to them. */
static enum status exec(struct thread *thread, const struct vm_op *op, bool *ended,
                        struct error *err)
{
    struct simulation *sim = thread->simulation;
    struct space *fresh;
    enum status status = new_image(thread, &fresh, err);
    if (status != OK || !fresh)
        return status;
    struct space *old = thread->space;
    status = thread_leave_batch(thread, err);
    thread->space = fresh;
    process_return(thread, old);
    process_leave(sim, old, false);
    for (unsigned i = 0; i < sim->ncpus; i++)
        if (sim->cpus[i].thread == thread)
            sim->pager.mmu.cpus[i].stolen += mmu_switch(&sim->pager.mmu, i, fresh->number);
    if (status != OK)
        return status;
    struct cursor *cursor = &thread->cursor;
    cursor->first = cursor->step; /* counted so far */
    if (op->stream == 0)
        return cursor_move(cursor, &sim->pager, fresh, err);
    const struct stream *stream = &thread->process->streams[op->stream];
    cursor_release(cursor);
    status = cursor_init(cursor, stream, 0, 1, err);
    if (status == OK)
        status = cursor_next(cursor, &sim->pager, fresh, err);
    *ended = status == END;
    return status == END ? OK : status;
}

static enum status run(struct thread *thread, const struct vm_op *op, bool *ended,
                       struct error *err)
{
    vpn_t first, last;
    const bool some = range(thread, op, &first, &last);
    switch ((enum vm_op_kind)op->kind) {
    case VM_MAP:
        return some ? map(thread, op, first, last, err) : OK;
    case VM_UNMAP:
        return some ? unmap(thread, first, last, err) : OK;
    case VM_PROTECT:
        return some ? protect(thread, op, first, last, err) : OK;
    case VM_ADVISE:
        return some ? operation_advise(thread, op, first, last, err) : OK;
    case VM_FORK:
        return fork_process(thread, op, err);
    case VM_VFORK:
        return vfork_process(thread, op, err);
    case VM_THREAD:
        return start_thread(thread, op, err);
    case VM_EXEC:
        return exec(thread, op, ended, err);
    case VM_EXIT:
        *ended = true;
        return OK;
    case VM_SWITCH:
        return bad_operation(thread, err,
                             "the references of several threads are in one trace: choose "
                             "one with `thread: 0`, and name the others in `streams`");
    case VM_NAME:
        thread_call(thread, thread->cursor.batch.names + op->file);
        return OK;
    case VM_WAIT:
        thread->sleep = SLEEP_FOR_CHILDREN;
        thread->awaited = op->stream;
        return OK;
    case VM_SLEEP:
        thread->sleep = op->length ? SLEEP_FOR_TIME : SLEEP_FOR_EVER;
        thread->sleep_time = op->length;
        return OK;
    case VM_MARK:
        mark_note(thread, thread->cursor.batch.names + op->file);
        return OK;
    case VM_OP_KINDS:
        break;
    }
    assert(false); /* readers let no other kind through */
    return OK;
}

enum status operation_run(struct thread *thread, const struct vm_op *op, bool *ended,
                          struct error *err)
{
    const struct vm_op copy = *op; /* exec may read the next batch over it */
    const bool forks = copy.kind == VM_FORK || copy.kind == VM_VFORK;
    const bool starts = forks || copy.kind == VM_THREAD;
    if ((starts || copy.kind == VM_EXEC || copy.kind == VM_WAIT) &&
        (copy.stream >= thread->process->nstreams || (starts && copy.stream == 0))) {
        char what[160];
        snprintf(what, sizeof what,
                 "%s names stream %u, and the process has %zu in `streams`",
                 forks                    ? "a fork"
                 : copy.kind == VM_THREAD ? "the start of a thread"
                 : copy.kind == VM_EXEC   ? "an exec"
                                          : "a wait",
                 copy.stream, thread->process->nstreams - 1);
        return bad_operation(thread, err, what);
    }
    thread->cursor.op++;
    return run(thread, &copy, ended, err);
}
