/* seek_curve.c -- see seek_curve.h.
 *
 * A shape is a curve before it is scaled: 0 at distance 1, sqrt(d) - 1 up to the knee, and
 * beyond it either the tangent there or a constant.  Scaled so that its two
 * ends are seek_min and seek_max, its average is seek_min + (seek_max - seek_min) * level.
 * With the tangent the level grows with the knee, from a straight line (knee 1) to sqrt all
 * over; with the constant it grows on as the knee moves back. */
#include "swap/seek_curve.h"

#include "base/units.h"

#include <assert.h>
#include <math.h>

struct shape {
    double cylinders;
    bool flat; /* constant beyond the knee */
};

static double longest(const struct shape *shape)
{
    return shape->cylinders - 1.0;
}

/* The value of the shape beyond the knee. */
static double tail(const struct shape *shape, double knee, double distance)
{
    const double root = sqrt(knee);
    return shape->flat ? root - 1.0 : (distance + knee) / (2.0 * root) - 1.0;
}

/* Sum of sqrt(d) over the pairs of cylinders at distances above `from` up to `to`; at a
 * distance d there are cylinders - d pairs. */
static double sum_roots(const struct shape *shape, double from, double to)
{
    double sum = 0.0;
    for (uint64_t i = (uint64_t)from + 1; i <= (uint64_t)to; i++)
        sum += (shape->cylinders - (double)i) * sqrt((double)i);
    return sum;
}

/* The level of a shape; roots is sum_roots() up to the knee. */
static double level(const struct shape *shape, double knee, double roots)
{
    const double n = shape->cylinders;
    const double pairs = n * (n - 1.0) / 2.0;
    const double m = n - floor(knee); /* pairs at the last distance up to the knee */
    const double beyond = m * (m - 1.0) / 2.0; /* pairs farther than that */
    /* The tail is linear in the distance: its average is its value at the average one,
     * which for the distances n - m + 1 .. n - 1 is this. */
    const double distance = n - (2.0 * m - 1.0) / 3.0;
    const double sum = roots - (pairs - beyond) + beyond * tail(shape, knee, distance);
    return sum / (pairs * tail(shape, knee, longest(shape)));
}

/* The shortest knee that makes a shape other than the one a cylinder less. */
static double shortest_knee(const struct shape *shape)
{
    return shape->flat ? 2.0 : 1.0;
}

static double extreme_level(const struct shape *shape)
{
    const double knee = shortest_knee(shape);
    return level(shape, knee, sum_roots(shape, 0.0, knee));
}

/* The knee at which the shape has a level, by bisection; the sums are of the halves only,
 * so all steps together take as long as one sum over the disk. */
static double find_knee(const struct shape *shape, double wanted)
{
    double low = shortest_knee(shape), high = longest(shape);
    double roots = sum_roots(shape, 0.0, low);
    /* A fixed grid, so that the curve does not depend on how a machine rounds sums. */
    const double grid = 0x1p-20;
    while (high - low > grid / 2.0) {
        const double middle = (low + high) / 2.0;
        const double more = sum_roots(shape, low, middle);
        const bool above = level(shape, middle, roots + more) > wanted;
        if (above == shape->flat) {
            low = middle;
            roots += more;
        } else {
            high = middle;
        }
    }
    return round(high / grid) * grid;
}

static enum status refuse_average(psec_t least, psec_t average, psec_t most, double low,
                                  double high, struct error *err)
{
    /* Whole microseconds, and within the limits. */
    const psec_t us = 1000000, range = most - least;
    const psec_t from = least + (psec_t)ceil(low * (double)range);
    const psec_t to = least + (psec_t)(high * (double)range);
    char text[5][40];
    return error_set(
        err, ERR_CONFIG, at_nowhere(),
        "no seek curve has a 'seek_average' of %s between a 'seek_min' of %s and a "
        "'seek_max' of %s: it may be from %s to %s",
        format_time(average, text[0], sizeof text[0]),
        format_time(least, text[1], sizeof text[1]),
        format_time(most, text[2], sizeof text[2]),
        format_time((from + us - 1) / us * us, text[3], sizeof text[3]),
        format_time(to / us * us, text[4], sizeof text[4]));
}

static enum status check_order(uint64_t cylinders, psec_t least, psec_t average,
                               psec_t most, struct error *err)
{
    char text[3][40];
    format_time(least, text[0], sizeof text[0]);
    format_time(average, text[1], sizeof text[1]);
    format_time(most, text[2], sizeof text[2]);
    if (average < least)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'seek_average' (%s) is less than 'seek_min' (%s)", text[1],
                         text[0]);
    if (average > most)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'seek_average' (%s) is more than 'seek_max' (%s)", text[1],
                         text[2]);
    if (cylinders == 2 && least != most)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "between 2 'cylinders' there is one seek, but 'seek_min' (%s) and "
                         "'seek_max' (%s) differ",
                         text[0], text[2]);
    return OK;
}

enum status seek_curve_init(struct seek_curve *curve, uint64_t cylinders, psec_t least,
                            psec_t average, psec_t most, struct error *err)
{
    assert(cylinders >= 1);
    *curve = (struct seek_curve){.least = least, .most = most, .longest = cylinders - 1};
    const enum status status = check_order(cylinders, least, average, most, err);
    if (status != OK || cylinders <= 2 || least == most)
        return status;
    struct shape shape = {.cylinders = (double)cylinders};
    const double all_roots = sum_roots(&shape, 0.0, longest(&shape));
    const double straight = extreme_level(&shape);
    const double wanted = (double)(average - least) / (double)(most - least);
    shape.flat = wanted > level(&shape, longest(&shape), all_roots);
    const double utmost = extreme_level(&(struct shape){shape.cylinders, true});
    const double rounding = 1e-9; /* of the sums, and of times in whole picoseconds */
    if (wanted < straight - rounding || wanted > utmost + rounding)
        return refuse_average(least, average, most, straight, utmost, err);
    curve->knee = find_knee(&shape, wanted);
    curve->rise = (double)(most - least) / tail(&shape, curve->knee, longest(&shape));
    curve->slope = shape.flat ? 0.0 : curve->rise / (2.0 * sqrt(curve->knee));
    return OK;
}

psec_t seek_curve_time(const struct seek_curve *curve, uint64_t distance)
{
    assert(distance <= curve->longest);
    if (distance == 0)
        return 0;
    /* Measured from the ends, which are exact.  A product and no sum is rounded: that is
     * the same on every machine. */
    const double d = (double)distance;
    if (d <= curve->knee)
        return curve->least + (psec_t)llround(curve->rise * (sqrt(d) - 1.0));
    const double rest = (double)(curve->longest - distance);
    return curve->most - (psec_t)llround(curve->slope * rest);
}
