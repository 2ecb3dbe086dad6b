/* lackey.c -- what `valgrind --tool=lackey --trace-mem=yes` prints (Valgrind manual,
 * "Lackey: an example tool"):
 *
 *     I  0401ab70,3      instruction fetch, address in hexadecimal, size in bytes
 *      S 1fff0006e8,8    store
 *      L 1ffeffeb40,8    load
 *      M 04033e06,1      modify: a load and a store of one instruction
 *
 * Valgrind's own lines, ==pid== and --pid--, may stand between. */
#include "trace/detect.h"
#include "trace/format.h"
#include "trace/lines.h"

/* By letter: the kind plus one. */
static const unsigned char kinds[256] = {
    ['I'] = IFETCH + 1,
    ['L'] = LOAD + 1,
    ['S'] = STORE + 1,
    ['M'] = MODIFY + 1,
};

static bool valgrind_says(struct fields line)
{
    return line.end - line.at >= 2 && line.at[0] == line.at[1] &&
           (line.at[0] == '=' || line.at[0] == '-');
}

/* None of the four kinds: a line without a reference, or a mistake. */
static NOINLINE enum status other_line(struct fields line, struct error *err)
{
    if (valgrind_says(line) || fields_done(&line))
        return END;
    return fields_bad(line, line.at, "kind", "I, S, L or M expected", err);
}

ALWAYS_INLINE enum status parse(struct fields line, struct reference *ref,
                                struct error *err)
{
    fields_skip_blanks(&line);
    const unsigned char kind = line.at < line.end ? kinds[(unsigned char)*line.at] : 0;
    if (UNLIKELY(kind == 0 || !fields_between(line.at + 1, line.end)))
        return other_line(line, err);
    ref->kind = (enum reference_kind)(kind - 1);
    line.at++;
    fields_skip_blanks(&line);
    enum status status = fields_address(&line, &ref->vaddr, false, err);
    if (status != OK)
        return status;
    if (UNLIKELY(line.at == line.end || *line.at != ','))
        return fields_bad(line, line.at, "size",
                          "a comma and a number of bytes expected after the address", err);
    line.at++;
    status = fields_size(&line, &ref->size, err);
    if (status != OK || LIKELY(line.at == line.end))
        return status;
    return fields_finish(line, "size", err);
}

static enum status probe_line(struct fields line, void *notes)
{
    struct reference ref;
    (void)notes;
    return parse(line, &ref, NULL);
}

static unsigned lackey_probe(const char *head, size_t size)
{
    return detect_score(detect_lines(head, size, probe_line, NULL), DETECT_CERTAIN);
}

static enum status lackey_read(void *state, struct text *text, struct builder *builder,
                               const struct format_options *options, struct error *err)
{
    (void)state, (void)options;
    return lines_read(parse, text, builder, err);
}

const struct format_ops format_lackey = {
    .name = "lackey",
    .summary = "Valgrind's lackey with --trace-mem=yes: 'I  0401ab70,3'",
    .probe = lackey_probe,
    .read = lackey_read,
};
