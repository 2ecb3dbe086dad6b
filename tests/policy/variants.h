/* variants.h -- a policy under several settings, each against its model on a few random
 * strings; together they see as many as model_compare_many() makes. */
#ifndef FAULTLINE_TESTS_POLICY_VARIANTS_H
#define FAULTLINE_TESTS_POLICY_VARIANTS_H

#include "policy/list_model.h"

enum { VARIANT_STRINGS = 14, VARIANT_FRAMES_MAX = 40, VARIANT_PAGES_MAX = 256 };

/* Variant `number` of a policy's; the setting is all but the memory. */
static inline void variant_compare(const struct policy_model *model, const char *setting,
                                   int number)
{
    const char *const set[] = {setting, NULL};
    for (uint64_t i = 1; i <= VARIANT_STRINGS; i++) {
        const uint64_t seed = (uint64_t)number * VARIANT_STRINGS + i;
        const uint64_t frames = 1 + seed * 7 % VARIANT_FRAMES_MAX;
        const vpn_t npages = frames + 1 + seed * 5 % (2 * frames + 3);
        ck_assert_uint_le(npages, VARIANT_PAGES_MAX);
        model_compare(model, set, frames, npages, 300 + 40 * i, seed);
    }
}

#endif
