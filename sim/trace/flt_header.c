/* flt_header.c -- see flt_header.h. */
#include "trace/flt_header.h"

#include <xxhash.h>

size_t flt_header_put(unsigned char *h, const struct flt_writer_options *options)
{
    const char *origin = options->origin ? options->origin : "";
    const bool reduced = options->reduction.method != REDUCTION_NONE;
    const size_t length = strnlen(origin, FLT_ORIGIN_MAX);
    const size_t size = FLT_HEADER_FIXED + length + (reduced ? FLT_REDUCTION : 0) + 8;
    unsigned char *reduction = h + FLT_HEADER_FIXED + length;
    memcpy(h, FLT_MAGIC, 8);
    put32(h + 8, reduced ? FLT_VERSION_REDUCED : FLT_VERSION_FULL);
    put32(h + 12, (uint32_t)size);
    put32(h + 16, options->granule_shift);
    put32(h + 20, 64);
    put32(h + 24, (uint32_t)length);
    memcpy(h + FLT_HEADER_FIXED, origin, length);
    if (reduced) {
        put32(reduction, (uint32_t)options->reduction.method);
        put64(reduction + 4, options->reduction.frames);
    }
    put64(h + size - 8, XXH3_64bits(h, size - 8));
    return size;
}

uint32_t flt_header_rest(const unsigned char *fixed)
{
    const uint32_t length = get32(fixed + 24);
    const bool reduced = get32(fixed + 8) == FLT_VERSION_REDUCED;
    const uint32_t rest = length + (reduced ? FLT_REDUCTION : 0) + 8;
    const bool sane =
        length <= FLT_ORIGIN_MAX && get32(fixed + 12) == FLT_HEADER_FIXED + rest;
    return sane ? rest : 0;
}

static bool get_reduction(struct reduction *reduction, const unsigned char *p)
{
    const uint32_t method = get32(p);
    if (method == REDUCTION_NONE || method >= REDUCTION_METHODS)
        return false;
    *reduction =
        (struct reduction){.method = (enum reduction_method)method, .frames = get64(p + 4)};
    return reduction->frames >= 1 && reduction->frames <= REDUCTION_FRAMES_MAX;
}

const char *flt_header_parse(struct flt_header *header, const unsigned char *h)
{
    static const char damaged[] = "damaged: the header at byte 0 does not match its "
                                  "checksum";
    const uint32_t rest = flt_header_rest(h), size = FLT_HEADER_FIXED + rest;
    if (!rest || get64(h + size - 8) != XXH3_64bits(h, size - 8))
        return damaged;
    *header = (struct flt_header){
        .version = get32(h + 8),
        .granule_shift = get32(h + 16),
        .address_bits = get32(h + 20),
        .origin = (const char *)h + FLT_HEADER_FIXED,
        .origin_length = get32(h + 24),
    };
    if (header->granule_shift < GRANULE_SHIFT_MIN ||
        header->granule_shift > GRANULE_SHIFT_MAX)
        return damaged;
    if (header->version == FLT_VERSION_REDUCED &&
        !get_reduction(&header->reduction, h + size - 8 - FLT_REDUCTION))
        return "reduced in a way that this program does not know";
    return NULL;
}
