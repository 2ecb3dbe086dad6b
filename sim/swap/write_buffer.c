/* write_buffer.c -- see write_buffer.h. */
#include "swap/write_buffer.h"

#include "swap/duration.h"

#include <stdlib.h>

enum status write_buffer_init(struct write_buffer *buffer, struct flash *flash,
                              uint64_t places, struct error *err)
{
    *buffer = (struct write_buffer){.flash = flash, .places = places};
    buffer->programmed = calloc(places, sizeof *buffer->programmed);
    return buffer->programmed ? OK : error_nomem(err);
}

void write_buffer_release(struct write_buffer *buffer)
{
    free(buffer->programmed);
}

/* The unit's place in the page that is being filled, or n. */
static uint32_t find(const struct write_buffer *buffer, uint32_t unit)
{
    uint32_t i = 0;
    while (i < buffer->n && buffer->units[i] != unit)
        i++;
    return i;
}

static void program(struct write_buffer *buffer, psec_t now)
{
    const struct flash *flash = buffer->flash;
    const psec_t end = flash_program(buffer->flash, now, buffer->units, buffer->n);
    /* Not before its bytes were there, however free the die is. */
    buffer->programmed[buffer->place] =
        later(end, buffer->filled + flash->page_transfer + flash->params.program);
    buffer->place = buffer->place + 1 < buffer->places ? buffer->place + 1 : 0;
    buffer->n = 0;
}

psec_t write_buffer_put(struct write_buffer *buffer, uint32_t unit, uint64_t bytes,
                        psec_t now)
{
    struct flash *flash = buffer->flash;
    if (find(buffer, unit) < buffer->n)
        return later(now, buffer->filled);
    const uint32_t page = ftl_page(flash->ftl, unit);
    if (bytes < flash->params.unit && page != FTL_NONE)
        flash_read(flash, now, page, flash->params.unit - bytes);
    ftl_discard(flash->ftl, unit);
    if (buffer->n == 0)
        buffer->filled = buffer->programmed[buffer->place];
    buffer->filled = later(now, buffer->filled);
    const psec_t stored = buffer->filled;
    buffer->units[buffer->n++] = unit;
    if (buffer->n == flash->params.layout.page_units)
        program(buffer, now);
    return stored;
}

void write_buffer_discard(struct write_buffer *buffer, uint32_t unit)
{
    const uint32_t i = find(buffer, unit);
    if (i < buffer->n)
        buffer->units[i] = buffer->units[--buffer->n];
    else
        ftl_discard(buffer->flash->ftl, unit);
}
