/* csv.c -- see render.h: for programs. */
#include "explain/render.h"

#include "stats/rows.h"

#include <inttypes.h>
#include <stdlib.h>

/* A row under way. */
struct sheet {
    const struct explanation *explanation;
    const struct explained_policy *policy;
    struct rows rows;
    pfn_t *frames; /* those that have a column                                            */
    pfn_t nframes;
    bool failed; /* memory ran out                                                      */
    FILE *field; /* the field that is put together                                      */
    char *text;
    size_t size;
};

/* --- fields of several words ---------------------------------------------------------- */

static FILE *begin_field(struct sheet *sheet)
{
    sheet->text = NULL;
    sheet->field = open_memstream(&sheet->text, &sheet->size);
    sheet->failed |= !sheet->field;
    return sheet->field;
}

static void end_field(struct sheet *sheet)
{
    sheet->failed |= fclose(sheet->field) != 0 || !sheet->text;
    rows_text(&sheet->rows, sheet->text ? sheet->text : "");
    free(sheet->text);
}

static void put_page(const struct sheet *sheet, const char *separator, vpn_t vpn)
{
    fputs(ftell(sheet->field) ? separator : "", sheet->field);
    fprintf(sheet->field, sheet->explanation->hex ? "0x%" PRIx64 : "%" PRIu64, vpn);
}

static void add_page(struct sheet *sheet, vpn_t vpn)
{
    if (!begin_field(sheet))
        return;
    put_page(sheet, "", vpn);
    end_field(sheet);
}

static void add_departures(struct sheet *sheet, const struct moment *moment, bool released)
{
    if (!begin_field(sheet))
        return;
    for (size_t i = 0; i < moment->ndepartures; i++)
        if (moment->departures[i].released == released)
            put_page(sheet, " ", moment->departures[i].vpn);
    end_field(sheet);
}

static void add_reasons(struct sheet *sheet, const struct moment *moment)
{
    if (!begin_field(sheet))
        return;
    for (size_t i = 0; i < moment->ndepartures; i++)
        fprintf(sheet->field, "%s%s", i ? "; " : "", moment->departures[i].why);
    end_field(sheet);
}

/* The pages in frames with a column that have the bit. */
static void add_bits(struct sheet *sheet, const struct moment *moment, bool dirty)
{
    if (!begin_field(sheet))
        return;
    for (pfn_t i = 0; i < sheet->nframes && sheet->frames[i] < moment->nheld; i++) {
        const struct held *held = &moment->held[sheet->frames[i]];
        if (dirty ? held->dirty : held->referenced)
            put_page(sheet, " ", held->vpn);
    }
    end_field(sheet);
}

static void add_hands(struct sheet *sheet, const struct moment *moment)
{
    if (!begin_field(sheet))
        return;
    for (size_t i = 0; i < moment->nhands; i++) {
        const struct shown_hand *hand = &moment->hands[i];
        if (hand->frame != PFN_NONE)
            fprintf(sheet->field, "%s%s: frame %u", i ? "; " : "", hand->name, hand->frame);
        else if (hand->points)
            fprintf(sheet->field,
                    sheet->explanation->hex ? "%s%s: page 0x%" PRIx64
                                            : "%s%s: page %" PRIu64,
                    i ? "; " : "", hand->name, hand->vpn);
    }
    end_field(sheet);
}

static void add_lists(struct sheet *sheet, const struct moment *moment)
{
    if (!begin_field(sheet))
        return;
    for (size_t i = 0; i < moment->nlists; i++) {
        const struct shown_list *list = &moment->lists[i];
        fprintf(sheet->field, "%s%s:", i ? "; " : "", list->name);
        for (size_t k = 0; k < list->n; k++)
            put_page(sheet, " ", list->pages[k]);
    }
    end_field(sheet);
}

static void add_numbers(struct sheet *sheet, const struct moment *moment)
{
    if (!begin_field(sheet))
        return;
    for (size_t i = 0; i < moment->nnumbers; i++) {
        const struct shown_number *number = &moment->numbers[i];
        fprintf(sheet->field, "%s%s", i ? "; " : "", number->name);
        if (number->of_page)
            put_page(sheet, " of ", number->vpn);
        fprintf(sheet->field, ": %" PRIu64, number->value);
    }
    end_field(sheet);
}

/* --- rows ----------------------------------------------------------------------------- */

static bool has_column(const struct explanation *explanation, pfn_t pfn)
{
    for (size_t i = 0; i < explanation->npolicies; i++)
        if (explained_frame(explanation, &explanation->policies[i], pfn))
            return true;
    return false;
}

/* The frames that are worth a column for one policy or another. */
static void choose_frames(struct sheet *sheet)
{
    const struct explanation *explanation = sheet->explanation;
    pfn_t most = 0;
    for (size_t i = 0; i < explanation->npolicies; i++) {
        const struct explained_policy *policy = &explanation->policies[i];
        const pfn_t held = policy->moments[explanation->n - 1].nheld;
        const pfn_t n = policy->nframes <= EXPLAIN_FRAMES_ALL ? policy->nframes : held;
        most = n > most ? n : most;
    }
    sheet->frames = calloc((size_t)most + 1, sizeof *sheet->frames);
    sheet->failed |= !sheet->frames;
    for (pfn_t pfn = 0; sheet->frames && pfn < most; pfn++)
        if (has_column(explanation, pfn))
            sheet->frames[sheet->nframes++] = pfn;
}

static void add_heading(struct sheet *sheet)
{
    static const char *const before[] = {"policy", "reference", "page",
                                         "access", "fault",     "loaded",
                                         "victim", "given_up",  "why"};
    static const char *const after[] = {"referenced", "dirty", "hands", "lists", "numbers"};
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        rows_text(&sheet->rows, before[i]);
    for (pfn_t i = 0; i < sheet->nframes; i++) {
        char name[32];
        snprintf(name, sizeof name, "frame_%u", sheet->frames[i]);
        rows_text(&sheet->rows, name);
    }
    for (size_t i = 0; i < ARRAY_LEN(after); i++)
        rows_text(&sheet->rows, after[i]);
    rows_end(&sheet->rows);
}

static void add_row(struct sheet *sheet, const struct explained_reference *reference,
                    const struct moment *moment)
{
    struct rows *rows = &sheet->rows;
    rows_text(rows, sheet->policy->label);
    rows_count(rows, reference->number);
    add_page(sheet, reference->vpn);
    rows_text(rows, reference->store ? "write" : reference->ifetch ? "fetch" : "read");
    rows_count(rows, moment->fault);
    rows_count(rows, moment->loaded);
    add_departures(sheet, moment, false);
    add_departures(sheet, moment, true);
    add_reasons(sheet, moment);
    for (pfn_t i = 0; i < sheet->nframes; i++) {
        const pfn_t pfn = sheet->frames[i];
        if (pfn < moment->nheld && moment->held[pfn].kind == HELD_PAGE)
            add_page(sheet, moment->held[pfn].vpn);
        else
            rows_blank(rows);
    }
    add_bits(sheet, moment, false);
    add_bits(sheet, moment, true);
    add_hands(sheet, moment);
    add_lists(sheet, moment);
    add_numbers(sheet, moment);
    rows_end(rows);
}

enum status render_csv(const struct explanation *explanation, FILE *out, struct error *err)
{
    struct sheet sheet = {.explanation = explanation};
    choose_frames(&sheet);
    add_heading(&sheet);
    for (size_t i = 0; i < explanation->npolicies && !sheet.failed; i++) {
        sheet.policy = &explanation->policies[i];
        for (size_t k = 0; k < explanation->n && !sheet.failed; k++)
            add_row(&sheet, &explanation->references[k], &sheet.policy->moments[k]);
    }
    const bool failed = sheet.failed || sheet.rows.failed;
    if (!failed)
        fwrite(sheet.rows.text, 1, sheet.rows.length, out);
    free(sheet.frames);
    rows_release(&sheet.rows);
    return failed ? error_nomem(err) : OK;
}
