/* din.c -- the traditional input of the cache simulator Dinero (Hill and Edler, Dinero IV,
 * input format `d`): a label and an address in hexadecimal.
 *
 *     0 1fff0006e8      read
 *     1 0x1fff0006e0    write
 *     2 401ab70 3       instruction fetch, with a size in bytes
 *
 * Labels 3 and 4 (escape records: unknown access, cache flush) are no references.  The
 * original has no sizes; where none is given a reference is one byte, so that it never
 * reaches into a block which the program may not have touched. */
#include "trace/detect.h"
#include "trace/format.h"
#include "trace/lines.h"

static const enum reference_kind kinds[] = {LOAD, STORE, IFETCH};

static enum status parse(struct fields line, struct reference *ref, struct error *err)
{
    if (fields_done(&line))
        return END;
    const char label = *line.at;
    if (label < '0' || label > '4' || !fields_between(line.at + 1, line.end))
        return fields_bad(line, line.at, "label",
                          "0 (read), 1 (write) or 2 (instruction fetch) expected", err);
    line.at++;
    fields_skip_blanks(&line);
    enum status status = fields_address(&line, &ref->vaddr, true, err);
    if (status != OK)
        return status;
    ref->size = 1;
    if (!fields_done(&line)) {
        status = fields_size(&line, &ref->size, err);
        if (status == OK)
            status = fields_finish(line, "size", err);
        if (status != OK)
            return status;
    }
    if (label > '2')
        return END;
    ref->kind = kinds[label - '0'];
    return OK;
}

struct notes {
    bool sized;    /* some line has a third field            */
    bool distinct; /* some address is no small decimal        */
};

static enum status probe_line(struct fields line, void *data)
{
    struct notes *notes = data;
    struct reference ref;
    const enum status status = parse(line, &ref, NULL);
    if (status != OK)
        return status;
    const char *begin;
    fields_next(&line, &begin);
    const char *end = fields_next(&line, &begin);
    notes->distinct |= end - begin >= 5 || fields_looks_hexadecimal(begin, end);
    notes->sized |= !fields_done(&line);
    return OK;
}

static unsigned din_probe(const char *head, size_t size)
{
    struct notes notes = {0};
    const enum detect_fit fit = detect_lines(head, size, probe_line, &notes);
    const bool likely = notes.distinct && !notes.sized;
    return detect_score(fit, likely ? DETECT_LIKELY : DETECT_POSSIBLE);
}

static enum status din_read(void *state, struct text *text, struct builder *builder,
                            const struct format_options *options, struct error *err)
{
    (void)state, (void)options;
    return lines_read(parse, text, builder, err);
}

const struct format_ops format_din = {
    .name = "din",
    .summary = "Dinero: label (0 read, 1 write, 2 instruction fetch) and hex address",
    .probe = din_probe,
    .read = din_read,
};
