/* tics.c -- see tics.h. */
#include "report/tics.h"

#include "base/units.h"

#include <math.h>
#include <string.h>

static char *decimal_label(struct arena *arena, double value, double step)
{
    if (value == 0)
        return arena_strdup(arena, "0");
    int decimals = (int)ceil(-log10(step) - 1e-9);
    if (decimals < 0)
        decimals = 0;
    char buffer[64];
    if (decimals > 0 || fabs(value) >= 1e18 || value < 0)
        return arena_printf(arena, "%.*f", decimals, value);
    return arena_strdup(arena,
                        format_count((uint64_t)llround(value), buffer, sizeof buffer));
}

const char *tic_label(struct arena *arena, enum tic_kind kind, double value, double step)
{
    char buffer[64];
    if (kind == TIC_SIZE && value >= 0 && value < 1e18)
        return arena_strdup(arena,
                            format_size((uint64_t)llround(value), buffer, sizeof buffer));
    if (kind == TIC_NUMBER && step <= 0)
        return arena_printf(arena, "%.10g", value);
    return decimal_label(arena, value, kind == TIC_COUNT ? 1 : step);
}

static enum status start(struct axis *axis, struct arena *arena, size_t most,
                         struct error *err)
{
    axis->ntics = 0;
    axis->tics = arena_array(arena, most, sizeof *axis->tics);
    return axis->tics ? OK : error_nomem(err);
}

static enum status add(struct axis *axis, double at, const char *label, struct error *err)
{
    if (!label)
        return error_nomem(err);
    axis->tics[axis->ntics++] = (struct tic){at, label};
    return OK;
}

enum status tics_at(struct axis *axis, struct arena *arena, enum tic_kind kind,
                    const double *values, size_t n, struct error *err)
{
    enum status status = start(axis, arena, n + 1, err);
    for (size_t i = 0; status == OK && i < n; i++)
        status = add(axis, values[i], tic_label(arena, kind, values[i], 0), err);
    return status;
}

/* 1, 2 or 5 times a power of 10, so that about `most` of them fit into width; for sizes a
 * power of 2. */
static double round_step(double width, double most, enum tic_kind kind)
{
    const double least = width / most;
    if (kind == TIC_SIZE)
        return exp2(ceil(log2(least)));
    const double power = pow(10, floor(log10(least)));
    const double factor = least / power;
    const double step = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    return kind == TIC_COUNT && step < 1 ? 1 : step;
}

enum status tics_linear(struct axis *axis, struct arena *arena, enum tic_kind kind,
                        struct error *err)
{
    const size_t most = 8;
    const double step = round_step(axis->high - axis->low, (double)most, kind);
    const double first = ceil(axis->low / step - 1e-9);
    enum status status = start(axis, arena, 2 * most, err);
    for (size_t i = 0; status == OK && i < 2 * most; i++) {
        const double at = (first + (double)i) * step;
        if (at > axis->high * (1 + 1e-9))
            break;
        status = add(axis, at, tic_label(arena, kind, at, step), err);
    }
    return status;
}

enum status tics_log2(struct axis *axis, struct arena *arena, enum tic_kind kind,
                      struct error *err)
{
    const int first = (int)ceil(log2(axis->low)), last = (int)floor(log2(axis->high));
    const int every = 1 + (last - first) / (TICS_MOST - 1);
    enum status status = start(axis, arena, TICS_MOST + 2, err);
    for (int k = first; status == OK && k <= last; k += every)
        status = add(axis, exp2(k), tic_label(arena, kind, exp2(k), exp2(k)), err);
    return status;
}

/* "0.02", "20,000", and beyond what is read easily "2×10⁻⁵". */
static const char *log_label(struct arena *arena, int factor, int power, bool plain)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    if (plain)
        return decimal_label(arena, factor * pow(10, power), pow(10, power));
    const unsigned size = (unsigned)(power < 0 ? -power : power);
    const char *tens = size >= 10 ? digits[size / 10 % 10] : "";
    const char *lead = factor == 2 ? "2×" : factor == 5 ? "5×" : "";
    return arena_printf(arena, "%s10%s%s%s", lead, power < 0 ? "⁻" : "", tens,
                        digits[size % 10]);
}

enum status tics_log10(struct axis *axis, struct arena *arena, struct error *err)
{
    const int first = (int)floor(log10(axis->low)), last = (int)floor(log10(axis->high));
    const bool few = log10(axis->high / axis->low) < 2.5;
    const bool plain = axis->low > 0.5e-4 && last <= 6;
    const int every = 1 + (last - first) / TICS_MOST;
    enum status status = start(axis, arena, 9 * (size_t)(last - first + 1), err);
    for (int power = first; status == OK && power <= last; power++)
        for (int factor = 1; status == OK && factor <= 9; factor++) {
            const double at = factor * pow(10, power);
            const bool major = factor == 1 ? (power - first) % every == 0
                                           : few && (factor == 2 || factor == 5);
            if (at < axis->low * (1 - 1e-9) || at > axis->high * (1 + 1e-9))
                continue;
            status =
                add(axis, at, major ? log_label(arena, factor, power, plain) : "", err);
        }
    return status;
}
