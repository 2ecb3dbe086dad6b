/* walk.c -- `faultline walk`: how a machine translates an address, access by access. */
#include "base/units.h"
#include "cli/command.h"
#include "cli/experiment_options.h"
#include "experiment/cell.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run(int argc, char **argv);

const struct command command_walk = {
    .name = "walk",
    .summary = "show how a machine translates addresses",
    .help =
        "usage: faultline walk [--set KEY=VALUE]... MACHINE ADDRESS[w]...\n"
        "\n"
        "Translates addresses one after the other as one process's loads, or stores where\n"
        "a 'w' follows, on a machine that begins with empty tables and TLBs: which TLBs\n"
        "miss, which entries of the tables the walk reads and writes, where these lie in\n"
        "physical memory, and what it takes.  A page is mapped to the next free frame "
        "when\n"
        "it is first used.\n"
        "\n"
        "MACHINE is a preset ('faultline list machines') or a page-table format\n"
        "('faultline list formats').\n"
        "\n"
        "  --set KEY=VALUE  set or override a key, as with `faultline run`\n"
        "  --help           this text\n"
        "\n"
        "Example: faultline walk vax-11-780 0x1000 0x1004w 0x1200\n",
    .run = run,
};

static const struct option long_options[] = {
    {"set", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

enum { LOG_MAX = 512 };

struct tour {
    struct mmu mmu;
    struct page_index index;
    struct page_space space;
    struct tlb_counts before[MMU_ARRAYS_MAX];
    struct walk_logged logged[LOG_MAX];
    struct walk_log log;
    pfn_t next; /* frame */
};

static enum status begin(struct tour *tour, const struct cell_config *cell,
                         struct error *err)
{
    struct pager_params params;
    cell_pager_params(&params, cell, NULL);
    tour->log = (struct walk_log){.all = tour->logged, .capacity = LOG_MAX};
    page_index_init(&tour->index);
    page_space_init(&tour->space, &tour->index, 0, params.mmu.page_shift,
                    params.mmu.page_shift);
    enum status status = mmu_init(&tour->mmu, &params.mmu, err);
    if (status != OK)
        return status;
    tour->mmu.log = &tour->log;
    return mmu_add_space(&tour->mmu, 0, err);
}

static void end(struct tour *tour)
{
    mmu_release(&tour->mmu);
    page_space_release(&tour->space);
    page_index_release(&tour->index);
    free(tour);
}

/* The page of an address, which is mapped if it is not yet. */
static enum status find_page(struct tour *tour, vaddr_t vaddr, page_t *page,
                             struct error *err)
{
    bool fresh;
    struct mmu *mmu = &tour->mmu;
    enum status status =
        page_space_page(&tour->space, page, vaddr >> mmu->page_shift, &fresh, err);
    if (status == OK)
        status = mmu_add_pages(mmu, &tour->index, tour->index.npages, err);
    if (status != OK || mmu->bits[*page] & PAGE_RESIDENT)
        return status;
    if (tour->next >= mmu->params.frames)
        return error_set(err, ERR_CELL, at_nowhere(),
                         "no frame is left for address 0x%" PRIx64 "; raise machine.frames",
                         vaddr);
    return mmu_map(mmu, *page, tour->next++, err);
}

/* "l1d missed, l2 hit": what the arrays say that were asked since `before`. */
static void print_tlbs(const struct tour *tour)
{
    const char *comma = "";
    printf("  TLB: ");
    for (size_t i = 0; i < tour->mmu.params.narrays; i++) {
        const struct tlb_counts *now = &tour->mmu.cpus[0].array_counts[i];
        const bool hit = now->hits > tour->before[i].hits;
        if (!hit && now->misses == tour->before[i].misses)
            continue;
        printf("%s%s %s", comma, tour->mmu.params.arrays[i].name, hit ? "hit" : "missed");
        comma = ", ";
    }
    printf("%s\n", *comma ? "" : "hit");
}

static void print_walk(const struct tour *tour)
{
    const size_t n = tour->log.n < LOG_MAX ? tour->log.n : LOG_MAX;
    for (size_t i = 0; i < n; i++)
        printf("  %-5s 0x%" PRIx64 "\n", tour->logged[i].write ? "write" : "read",
               tour->logged[i].paddr);
    if (tour->log.n > n)
        printf("  and %zu more\n", tour->log.n - n);
}

static enum status translate(struct tour *tour, vaddr_t vaddr, bool store,
                             struct error *err)
{
    struct mmu *mmu = &tour->mmu;
    page_t page;
    const enum status status = find_page(tour, vaddr, &page, err);
    if (status != OK)
        return status;
    struct mmu_cpu *cpu = &mmu->cpus[0];
    memcpy(tour->before, cpu->array_counts,
           mmu->params.narrays * sizeof *cpu->array_counts);
    tour->log.n = 0;
    const uint64_t instructions = cpu->counts.walk_instructions;
    const psec_t time = mmu_access(mmu, cpu, 1, page, store);
    char took[32], tables[32];
    printf("%s 0x%" PRIx64 ": page 0x%" PRIx64 " in frame %u\n", store ? "store" : "load",
           vaddr, vaddr >> mmu->page_shift, mmu->frame_of[page]);
    print_tlbs(tour);
    print_walk(tour);
    if (cpu->counts.walk_instructions > instructions)
        printf("  %" PRIu64 " instructions of a handler\n",
               cpu->counts.walk_instructions - instructions);
    printf("  %s; %s%s; tables of %s\n", format_time(time, took, sizeof took),
           mmu_has_referenced(mmu) && mmu_referenced(mmu, page) ? "referenced, " : "",
           mmu_modified(mmu, page) ? "modified" : "not modified",
           format_size(table_memory_bytes(mmu->memory), tables, sizeof tables));
    return OK;
}

/* An address with what follows it: "0x1000", "0x1000w". */
static enum status parse(const char *text, vaddr_t *vaddr, bool *store, struct error *err)
{
    char *rest;
    errno = 0;
    *vaddr = strtoull(text, &rest, 0);
    *store = *rest == 'w';
    if (errno == 0 && isdigit((unsigned char)*text) && rest[*store] == '\0')
        return OK;
    return error_set(
        err, ERR_CONFIG, at_nowhere(),
        "'%s' is no address: a number below 2^64 is expected, hexadecimal with "
        "0x, and 'w' after it for a store",
        text);
}

static enum status walk_all(const struct cell_config *cell, char **addresses,
                            struct error *err)
{
    struct tour *tour = calloc(1, sizeof *tour);
    if (!tour)
        return error_nomem(err);
    enum status status = begin(tour, cell, err);
    for (; status == OK && *addresses; addresses++) {
        vaddr_t vaddr;
        bool store;
        status = parse(*addresses, &vaddr, &store, err);
        if (status == OK)
            status = translate(tour, vaddr, store, err);
    }
    end(tour);
    return status;
}

static int walk(const char *machine, char **addresses, const char *const *set, size_t nset)
{
    struct experiment *experiment;
    struct error err;
    if (load_experiment(&experiment, NULL, set, nset, &err) != OK)
        return command_fail(&err);
    const struct cell_config *cell = &experiment->cells[0];
    int status = EXIT_DONE;
    if (!pagetable_find(cell->machine.mmu.name)->create)
        status = command_usage(&command_walk, "machine '%s' has no page tables", machine);
    else if (walk_all(cell, addresses, &err) != OK)
        status = command_fail(&err);
    experiment_free(experiment);
    return command_close_output(status);
}

struct walk_options {
    const char **set;
    size_t nset;
};

static enum status set_option(void *context, int option, struct error *err)
{
    struct walk_options *options = context;
    (void)option;
    (void)err;
    options->set[options->nset++] = optarg;
    return OK;
}

static int run_with(struct walk_options *options, int argc, char **argv)
{
    int status;
    char machine[300];
    options->set[0] = "trace=none";
    options->set[1] = machine;
    options->nset = 2;
    if (!command_options(&command_walk, argc, argv, long_options, set_option, options,
                         &status))
        return status;
    if (argc - optind < 2)
        return command_usage(&command_walk, "a machine and an address are needed");
    const char *name = argv[optind];
    snprintf(machine, sizeof machine, "machine.%s=%s",
             pagetable_find(name) ? "mmu" : "model", name);
    /* Formats with an entry for each frame want to know how many there are. */
    bool given = false;
    for (size_t i = 2; i < options->nset; i++)
        given = given || strncmp(options->set[i], "machine.memory=", 15) == 0 ||
                strncmp(options->set[i], "machine.frames=", 15) == 0 ||
                strncmp(options->set[i], "machine=", 8) == 0;
    if (!given)
        options->set[options->nset++] = "machine.frames=4096";
    return walk(name, argv + optind + 1, options->set, options->nset);
}

static int run(int argc, char **argv)
{
    struct walk_options options = {.set = calloc((size_t)argc + 4, sizeof *options.set)};
    struct error err;
    if (!options.set)
        return command_fail((error_nomem(&err), &err));
    const int status = run_with(&options, argc, argv);
    free(options.set);
    return status;
}
