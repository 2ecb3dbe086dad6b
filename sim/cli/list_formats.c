/* list_formats.c -- see list_formats.h. */
#include "cli/list_formats.h"

#include "base/units.h"
#include "cli/print_params.h"
#include "machine/pagetable.h"
#include "trace/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool list_trace_formats(const char *name)
{
    bool found = !name || strcmp(name, "flt") == 0;
    if (found)
        printf("%-16s %s\n", "flt", "the native format: compressed, checked, seekable");
    for (const struct format_ops *const *f = format_table; *f; f++)
        if (!name || strcmp(name, (*f)->name) == 0) {
            found = true;
            printf("%-16s %s\n", (*f)->name, (*f)->summary);
        }
    return found;
}

static void print_page_sizes(const struct pagetable_ops *format)
{
    char size[32];
    printf("  page sizes: ");
    if (!format->page_shifts)
        printf("any");
    for (const unsigned *shift = format->page_shifts; shift && *shift; shift++)
        printf("%s%s", shift == format->page_shifts ? "" : ", ",
               format_size(UINT64_C(1) << *shift, size, sizeof size));
    putchar('\n');
}

/* Which bits the hardware keeps, and where. */
static const char *bits_text(unsigned features)
{
    if (features & PAGETABLE_FRAME_BITS)
        return "referenced and modified, of each frame, set by every access";
    switch (features & (PAGETABLE_REFERENCED | PAGETABLE_MODIFIED)) {
    case PAGETABLE_REFERENCED | PAGETABLE_MODIFIED:
        return "referenced and modified, set by walks";
    case PAGETABLE_REFERENCED:
        return "referenced, set by walks; software keeps modified";
    case PAGETABLE_MODIFIED:
        return "modified, set by walks; software keeps referenced";
    default:
        return "none; software keeps referenced and modified";
    }
}

static void print_format(const struct pagetable_ops *format)
{
    printf("  source: %s\n", format->source);
    if (!format->create)
        return;
    print_page_sizes(format);
    printf("  addresses: %u bits virtual%s, %u bits physical\n  bits of hardware: %s\n",
           format->address_bits, format->address_bits == 64 ? " (canonical ones)" : "",
           format->paddr_bits, bits_text(format->features));
    if (format->features & PAGETABLE_PER_FRAME)
        puts("  one entry for each frame: machine.memory or machine.frames must be given");
    print_all_params(format->params);
}

static bool list_page_tables(const char *name, bool in_full)
{
    bool found = false;
    for (const struct pagetable_ops *const *f = pagetable_table; *f; f++) {
        if (name && strcmp(name, (*f)->name) != 0)
            continue;
        found = true;
        printf("%-16s %s\n", (*f)->name, (*f)->summary);
        if (in_full)
            print_format(*f);
    }
    return found;
}

bool list_formats(const char *name, bool in_full)
{
    if (name)
        return list_trace_formats(name) || list_page_tables(name, in_full);
    puts("of traces:");
    list_trace_formats(NULL);
    puts("\nof page tables (machine.mmu):");
    return list_page_tables(NULL, in_full);
}
