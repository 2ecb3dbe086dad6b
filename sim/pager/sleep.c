/* sleep.c -- faults that wait for something of the kernel's own, and what goes wrong in its
 * events. */
#include "pager/pager.h"

#include <assert.h>

void pager_sleep(struct pager *pager, struct fault *fault, struct fault_list *list)
{
    assert(pager->storage.engine && !fault->next && !fault->ready);
    (void)pager;
    fault->slept = true;
    *(list->last ? &list->last->next : &list->first) = fault;
    list->last = fault;
    list->n++;
}

void pager_wakeup(struct pager *pager, struct fault_list *list)
{
    struct fault_list *granted = &pager->granted;
    if (!list->first)
        return;
    *(granted->last ? &granted->last->next : &granted->first) = list->first;
    granted->last = list->last;
    granted->n += list->n;
    *list = (struct fault_list){0};
}

void pager_fail(struct pager *pager, const struct error *err)
{
    if (pager->failed.code != OK)
        return;
    error_copy(&pager->failed, err);
}
