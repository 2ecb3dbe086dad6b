/* addresses.c -- lists of addresses in hexadecimal, one a line, as courses hand them out:
 *
 *     07b243a0 R           address, kind
 *     s 0x1fffff50 1       kind, address, cycles since the reference before (not used)
 *     I 401a000            kind, address
 *     0x1234               address alone: a load
 *
 * A # begins a comment.  There are no sizes: a reference is one byte.  A line is one
 * reference, as the courses' own programs count, so a modify (M) is a write; only where an
 * instruction's accesses are recorded, as by lackey, is it a load and a store. */
#include "trace/detect.h"
#include "trace/format.h"
#include "trace/lines.h"

static const char letters_expected[] = "I, L, R, S, W or M expected";

/* By letter: the kind plus one. */
static const unsigned char kinds[256] = {
    ['I'] = IFETCH + 1, ['L'] = LOAD + 1,  ['l'] = LOAD + 1,  ['R'] = LOAD + 1,
    ['r'] = LOAD + 1,   ['S'] = STORE + 1, ['s'] = STORE + 1, ['W'] = STORE + 1,
    ['w'] = STORE + 1,  ['M'] = STORE + 1,
};

/* Read a kind that stands alone between blanks; false if there is none. */
static bool take_kind(struct fields *line, enum reference_kind *kind)
{
    const unsigned char found = kinds[(unsigned char)*line->at];
    if (found == 0 || !fields_between(line->at + 1, line->end))
        return false;
    *kind = (enum reference_kind)(found - 1);
    line->at++;
    fields_skip_blanks(line);
    return true;
}

/* True if nothing but a comment is left. */
static bool finished(struct fields *line)
{
    return fields_done(line) || *line->at == '#';
}

static enum status parse(struct fields line, struct reference *ref, struct error *err)
{
    if (finished(&line))
        return END;
    *ref = (struct reference){.kind = LOAD, .size = 1};
    const char *const first = line.at;
    const bool kind_first = take_kind(&line, &ref->kind);
    if (!kind_first && fields_hex_digit[(unsigned char)*first] == 0)
        return fields_bad(line, first, "address or kind",
                          "hexadecimal digits or one of I, L, R, S, W and M expected", err);
    const enum status status = fields_address(&line, &ref->vaddr, true, err);
    if (status != OK || finished(&line))
        return status;
    uint64_t cycles;
    if (kind_first) {
        const enum status s = fields_decimal(&line, &cycles, UINT64_MAX, "cycles", err);
        if (s != OK)
            return s;
    } else if (!take_kind(&line, &ref->kind)) {
        return fields_bad(line, line.at, "kind", letters_expected, err);
    }
    return finished(&line) ? OK : fields_finish(line, kind_first ? "cycles" : "kind", err);
}

static enum status probe_line(struct fields line, void *notes)
{
    bool *hexadecimal = notes;
    struct reference ref;
    const enum status status = parse(line, &ref, NULL);
    const char *begin;
    /* The kind letters are no digits, so a kind in front counts as well. */
    const char *end = fields_next(&line, &begin);
    if (status == OK)
        *hexadecimal |= fields_looks_hexadecimal(begin, end);
    return status;
}

static unsigned addresses_probe(const char *head, size_t size)
{
    bool hexadecimal = false;
    const enum detect_fit fit = detect_lines(head, size, probe_line, &hexadecimal);
    return detect_score(fit, hexadecimal ? DETECT_LIKELY : DETECT_POSSIBLE);
}

static enum status addresses_read(void *state, struct text *text, struct builder *builder,
                                  const struct format_options *options, struct error *err)
{
    (void)state, (void)options;
    return lines_read(parse, text, builder, err);
}

const struct format_ops format_addresses = {
    .name = "addresses",
    .summary = "hex addresses with or without a kind: '07b243a0 R', 's 0x1fffff50 1'",
    .probe = addresses_probe,
    .read = addresses_read,
};
