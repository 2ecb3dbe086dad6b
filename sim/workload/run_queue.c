/* run_queue.c -- the threads that are ready, by falling priority, then by arrival. */
#include "workload/thread.h"

void run_queue_add(struct run_queue *queue, struct thread *thread)
{
    const uint64_t priority = thread->process->priority;
    struct thread **at = queue->last && queue->last->process->priority >= priority
                             ? &queue->last->next /* mostly, and the queue may be long */
                             : &queue->first;
    while (*at && (*at)->process->priority >= priority)
        at = &(*at)->next;
    thread->next = *at;
    *at = thread;
    if (!thread->next)
        queue->last = thread;
    queue->n++;
}

struct thread *run_queue_take(struct run_queue *queue)
{
    struct thread *thread = queue->first;
    if (thread) {
        queue->first = thread->next;
        if (!queue->first)
            queue->last = NULL;
        thread->next = NULL;
        queue->n--;
    }
    return thread;
}

void run_queue_drop(struct run_queue *queue, struct thread *thread)
{
    struct thread *before = NULL;
    while ((before ? before->next : queue->first) != thread)
        before = before ? before->next : queue->first;
    *(before ? &before->next : &queue->first) = thread->next;
    if (queue->last == thread)
        queue->last = before;
    thread->next = NULL;
    queue->n--;
}
