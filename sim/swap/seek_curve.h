/* seek_curve.h -- the time to move a disk's arm, by the number of cylinders it moves.
 *
 * Short seeks accelerate and brake, a + b * sqrt(d); long ones coast between, c + e * d
 * (Ruemmler and Wilkes, "An introduction to disk drive modeling", IEEE Computer 27(3),
 * 1994).  A data sheet gives three times: of a seek to the next cylinder, of one over all
 * cylinders, and the average over all pairs of different cylinders, each pair alike (so IBM
 * and Hitachi define it in their drives' specifications).  They determine the curve, since
 * at the distance where the two parts meet neither the time nor its slope may jump: the arm
 * coasts at the speed that it has reached.
 *
 *     time                 . '        An average higher than sqrt all the way to the last
 *       |            . '              cylinder gives, is that of a disk whose long seeks
 *       |       . '  coasts           take no more time: there c = seek_max and e = 0.
 *       |    .
 *       |  .   sqrt
 *       +---------------- distance */
#ifndef FAULTLINE_SWAP_SEEK_CURVE_H
#define FAULTLINE_SWAP_SEEK_CURVE_H

#include "base/error.h"

struct seek_curve {
    psec_t least, most;
    uint64_t longest; /* cylinders of the longest seek                                  */
    double knee;      /* longest seek of the first part, cylinders                      */
    double rise;      /* of the first part, ps per square root of a cylinder            */
    double slope;     /* of the second part, ps per cylinder                            */
};

/* The curve of a disk of so many cylinders, at least 1.  ERR_CONFIG if no curve has these
 * times; the sentence speaks of them as seek_min, seek_average and seek_max. */
MUST_CHECK enum status seek_curve_init(struct seek_curve *curve, uint64_t cylinders,
                                       psec_t least, psec_t average, psec_t most,
                                       struct error *err);

/* Time to move by so many cylinders, fewer than there are. */
psec_t seek_curve_time(const struct seek_curve *curve, uint64_t distance);

#endif
