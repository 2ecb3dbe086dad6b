/* trace_info_text.c -- `faultline trace info` for people. */
#include "cli/trace_info.h"

#include "base/units.h"

#include <stdio.h>

static void print_count(const char *label, uint64_t count)
{
    char text[32];
    printf("  %-22s %s\n", label, format_count(count, text, sizeof text));
}

static void print_ratio(const char *label, uint64_t part, uint64_t whole)
{
    printf("  %-22s %.3f\n", label, whole ? (double)part / (double)whole : 0.0);
}

/* "4,096 (2 MiB)" */
static void print_area(const char *label, uint64_t count, uint64_t each)
{
    char text[32], bytes[32];
    printf("  %-22s %s (%s)\n", label, format_count(count, text, sizeof text),
           format_size(count * each, bytes, sizeof bytes));
}

static void print_ops(const struct survey *survey)
{
    uint64_t all = 0;
    for (int i = 0; i < VM_OP_KINDS; i++)
        all += survey->ops[i];
    if (all)
        print_count("operations", all);
    for (int i = 0; i < VM_OP_KINDS; i++) {
        char label[16];
        snprintf(label, sizeof label, "  %s", vm_op_names[i]);
        if (survey->ops[i])
            print_count(label, survey->ops[i]);
    }
}

/* "SAD, exact for lru and opt with 64 frames or more of 4 KiB or more" */
static void print_reduction(const struct trace_info *info, const struct survey *survey)
{
    char frames[32], size[32];
    if (info->reduction.method == REDUCTION_NONE)
        return;
    printf("  %-22s %s, exact for %s with %s %s or more of %s or more\n", "reduced by",
           reduction_titles[info->reduction.method],
           reduction_policies[info->reduction.method],
           format_count(info->reduction.frames, frames, sizeof frames),
           info->reduction.frames == 1 ? "frame" : "frames",
           format_size(UINT64_C(1) << info->granule_shift, size, sizeof size));
    print_count("accesses kept", survey->kept);
}

void trace_info_print(const struct trace_info *info, const struct survey *survey)
{
    const uint64_t references = survey_references(survey);
    const uint64_t granule = UINT64_C(1) << info->granule_shift;
    char size[32], label[64];
    printf("%s\n", info->path);
    printf("  %-22s %s\n", "format", info->format);
    printf("  %-22s %s\n", "origin",
           info->origin && info->origin[0] ? info->origin : "not said");
    printf("  %-22s %s\n", "granule", format_size(granule, size, sizeof size));
    print_reduction(info, survey);
    print_count("references", references);
    print_count("  instruction fetches", survey->counts.ifetches);
    print_count("  loads", survey->counts.loads);
    print_count("  stores", survey->counts.stores);
    print_count("modifies among them", survey->counts.modifies);
    print_count("steps", survey->steps);
    print_ratio("references per step", references, survey->steps);
    print_area("distinct blocks", survey->map.blocks, granule);
    snprintf(label, sizeof label, "distinct %s pages",
             format_size(survey->page_size, size, sizeof size));
    print_area(label, survey->map.pages, survey->page_size);
    print_ops(survey);
    print_count("bytes of file", survey->file_bytes);
    print_ratio("bytes per reference", survey->file_bytes, references);
    print_count("chunks", survey->chunks);
    if (info->lost_batches || info->lost_bytes) {
        print_count("chunks lost", info->lost_batches);
        print_count("bytes lost", info->lost_bytes);
    }
    if (survey->map.n > 0)
        region_table_print(&survey->map);
}
