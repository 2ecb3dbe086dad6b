/* flash.c -- see flash.h.  Reads come before programs: the scheduling with suspension of Wu
 * and He, "Reducing SSD read latency via NAND flash program and erase suspension", FAST
 * 2012, without the small cost of a suspension. */
#include "swap/flash.h"

#include "swap/duration.h"

#include <stdlib.h>

enum status flash_init(struct flash *flash, const struct flash_params *params,
                       struct error *err)
{
    const size_t nlanes = (size_t)params->channels + params->layout.dies;
    struct ftl *ftl;
    const enum status status = ftl_create(&ftl, &params->layout, err);
    if (status != OK)
        return status;
    *flash = (struct flash){.params = *params, .ftl = ftl};
    flash->channels = calloc(nlanes, sizeof *flash->channels);
    if (!flash->channels) {
        flash_release(flash);
        return error_nomem(err);
    }
    flash->dies = flash->channels + params->channels;
    flash->page_transfer =
        transfer_time(params->layout.page_units * params->unit, params->channel_rate);
    return OK;
}

void flash_release(struct flash *flash)
{
    ftl_free(flash->ftl);
    free(flash->channels);
    *flash = (struct flash){0};
}

/* Neighbouring dies lie on different channels, so that pages written one after the other
 * do. */
static struct lane *channel_of(const struct flash *flash, uint32_t die)
{
    return &flash->channels[die % flash->params.channels];
}

psec_t flash_read(struct flash *flash, psec_t now, uint32_t page, uint64_t bytes)
{
    const uint32_t die = ftl_die(flash->ftl, page);
    const psec_t transfer = transfer_time(bytes, flash->params.channel_rate);
    psec_t (*turn)(struct lane *, psec_t, psec_t) =
        flash->params.suspend ? lane_urgent : lane_in_turn;
    const psec_t read = turn(&flash->dies[die], now, flash->params.read);
    const psec_t moved = turn(channel_of(flash, die), now, transfer);
    return later(read + transfer, moved + flash->params.read);
}

psec_t flash_program(struct flash *flash, psec_t now, const uint32_t *units, uint32_t n)
{
    const struct flash_params *params = &flash->params;
    const struct ftl_work work = ftl_write(flash->ftl, units, n);
    const psec_t busy = work.reads * params->read + work.programs * params->program +
                        work.erases * params->erase;
    const psec_t transfers = (work.reads + work.programs) * flash->page_transfer;
    const psec_t programmed = lane_background(&flash->dies[work.die], now, busy);
    const psec_t moved = lane_background(channel_of(flash, work.die), now, transfers);
    return later(programmed + flash->page_transfer, moved + params->program);
}
