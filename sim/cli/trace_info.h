/* trace_info.h -- what `faultline trace info` finds in a trace, and how it is printed. */
#ifndef FAULTLINE_CLI_TRACE_INFO_H
#define FAULTLINE_CLI_TRACE_INFO_H

#include "layout/layout.h"
#include "trace/trace.h"

#include <jansson.h>

/* What reading a trace through finds, whether or not its index tells it too. */
struct survey {
    struct reference_counts counts;
    uint64_t steps, chunks, page_size;
    uint64_t kept; /* references that a reduced trace has itself                          */
    uint64_t ops[VM_OP_KINDS];
    uint64_t file_bytes; /* of the file, or what came through the pipe                  */
    struct layout_map map;
};

static inline uint64_t survey_references(const struct survey *survey)
{
    return survey->counts.ifetches + survey->counts.loads + survey->counts.stores;
}

void trace_info_print(const struct trace_info *info, const struct survey *survey);
json_t *trace_info_json(const struct trace_info *info, const struct survey *survey);

/* The map of the address space: a table of what its regions are, and one of what was used of
 * them, no wider than a hundred characters if names can be made short enough. */
void region_table_print(const struct layout_map *map);

#endif
