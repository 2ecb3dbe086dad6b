/* replay.c -- replays page patterns on the running kernel, in a memory cgroup that is there.
 *
 * usage: linux-live-replay [OPTION...] --group FOLDER PATTERN.u32...
 *
 * What scripts/linux-live runs, which sets the group and swap up; docs/kernels/linux-live.md
 * says how it measures and why so.  Each PATTERN is a process of its own; they take turns.
 *
 *   --group FOLDER     of the cgroup, with cgroup.procs and memory.stat
 *   --flush-every N    read memory.stat before every Nth reference; default 0, never
 *   --anon-pages N     pages from N on are of the file; default: all are anonymous
 *   --file FILE        that file, on a disk, long enough
 *   --read-ahead       leave the kernel's read-ahead of the file on
 *   --turn N           references of a process at a time; default 1
 *   --keep-tlb         do not empty the TLB after faults
 *   --series FILE      write counts there, as CSV, one line every ...
 *   --series-every N   ... N references; default 100
 *
 * Prints counts, a name and a number a line.  Exit status: 0; 1 it does not work; 2 usage;
 * 3 the kernel killed a process for want of memory, and the counts are those till then. */
#include "fail.h"
#include "session.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_KILLED = 3, PAGES_MAX = INT32_MAX };

struct options {
    struct session_params session;
    const char *group, *series;
    uint64_t anon_pages;
};

__attribute__((noreturn)) static void usage(const char *what, const char *word)
{
    fprintf(stderr, "linux-live-replay: %s '%s'; its first lines say what there is\n", what,
            word);
    exit(EXIT_USAGE);
}

static uint64_t number(const char *text, uint64_t least)
{
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value < least)
        usage("bad number", text);
    return value;
}

static void read_options(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"group", required_argument, NULL, 'g'},
        {"flush-every", required_argument, NULL, 'f'},
        {"anon-pages", required_argument, NULL, 'a'},
        {"file", required_argument, NULL, 'd'},
        {"read-ahead", no_argument, NULL, 'r'},
        {"turn", required_argument, NULL, 't'},
        {"keep-tlb", no_argument, NULL, 'k'},
        {"series", required_argument, NULL, 's'},
        {"series-every", required_argument, NULL, 'e'},
        {0},
    };
    struct session_params *session = &options->session;
    uint64_t series_every = 100;
    int letter;
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
        switch (letter) {
        case 'g':
            options->group = optarg;
            break;
        case 'f':
            session->flush_every = number(optarg, 0);
            break;
        case 'a':
            options->anon_pages = number(optarg, 0);
            break;
        case 'd':
            session->memory.file = optarg;
            break;
        case 'r':
            session->memory.read_ahead = true;
            break;
        case 't':
            session->turn = number(optarg, 1);
            break;
        case 'k':
            session->keep_tlb = true;
            break;
        case 's':
            options->series = optarg;
            break;
        case 'e':
            series_every = number(optarg, 1);
            break;
        default:
            exit(EXIT_USAGE);
        }
    session->series_every = options->series ? series_every : 0;
    if (!options->group)
        usage("missing option", "--group");
    if (optind == argc || argc - optind > SESSION_PROCESSES_MAX)
        usage("1 to 64 patterns expected, not", optind == argc ? "none" : argv[argc - 1]);
}

/* Read the patterns, and see which memory they need. */
static void read_patterns(struct options *options, char **paths, unsigned n,
                          struct pattern *patterns)
{
    struct memory_params *memory = &options->session.memory;
    uint32_t pages = 0;
    for (unsigned i = 0; i < n; i++) {
        pattern_read(&patterns[i], paths[i], options->anon_pages);
        if (patterns[i].pages > pages)
            pages = patterns[i].pages;
    }
    memory->anon_pages = pages;
    if (options->anon_pages < pages)
        memory->anon_pages = (uint32_t)options->anon_pages;
    memory->file_pages = pages - memory->anon_pages;
    if (memory->file_pages > 0 && !memory->file)
        usage("missing option", "--file");
    for (unsigned i = 0; i < n; i++)
        memory->file_written |= pattern_writes(&patterns[i], memory->anon_pages);
    options->session.patterns = patterns;
    options->session.processes = n;
}

static void print_counts(const struct sample *end)
{
    printf("references %llu\nmajor_faults %llu\nminor_faults %llu\n",
           (unsigned long long)end->references, (unsigned long long)end->major_faults,
           (unsigned long long)end->minor_faults);
    for (unsigned i = 0; end->has_values && i < GROUP_VALUES; i++)
        if (i >= GROUP_REFAULT_ANON && i <= GROUP_PGMAJFAULT) /* lists are empty by now */
            printf("%s %llu\n", group_value_names[i], (unsigned long long)end->values[i]);
}

/* One line a sample; lists in pages.  Columns that were not read then are empty. */
static void write_series(const struct session *session, const char *path)
{
    const uint64_t page_size = 4096;
    FILE *file = fopen(path, "w");
    if (!file)
        fail("cannot write '%s':", path);
    fputs("references,major_faults,minor_faults", file);
    for (unsigned i = 0; i < GROUP_VALUES; i++)
        fprintf(file, ",%s", group_value_names[i]);
    fputc('\n', file);
    for (size_t i = 0; i < session->nseries; i++) {
        const struct sample *sample = &session->series[i];
        fprintf(file, "%llu,%llu,%llu", (unsigned long long)sample->references,
                (unsigned long long)sample->major_faults,
                (unsigned long long)sample->minor_faults);
        for (unsigned v = 0; v < GROUP_VALUES; v++) {
            const uint64_t unit = v <= GROUP_ACTIVE_FILE ? page_size : 1;
            if (sample->has_values)
                fprintf(file, ",%llu", (unsigned long long)(sample->values[v] / unit));
            else
                fputc(',', file);
        }
        fputc('\n', file);
    }
    const bool failed = ferror(file);
    if (fclose(file) != 0 || failed)
        fail("cannot write '%s':", path);
}

int main(int argc, char **argv)
{
    struct options options = {.session.turn = 1, .anon_pages = PAGES_MAX};
    struct pattern patterns[SESSION_PROCESSES_MAX] = {0};
    struct group group;
    struct session session;
    read_options(&options, argc, argv);
    read_patterns(&options, argv + optind, (unsigned)(argc - optind), patterns);
    group_open(&group, options.group);
    session_run(&session, &group, &options.session);
    print_counts(&session.end);
    if (options.series)
        write_series(&session, options.series);
    if (fflush(stdout) != 0)
        fail("cannot write the counts:");
    return session.killed ? EXIT_KILLED : 0;
}
