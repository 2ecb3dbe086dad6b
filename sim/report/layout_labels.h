/* layout_labels.h -- names beside the bands of a picture, so that none covers another. */
#ifndef FAULTLINE_REPORT_LAYOUT_LABELS_H
#define FAULTLINE_REPORT_LAYOUT_LABELS_H

#include "layout/bands.h"

/* A label beside a stretch of bands of one region. */
struct label {
    double wanted;   /* the middle of the stretch, in rows                               */
    double up, down; /* two places that are free                                        */
    uint32_t rows;   /* of the stretch                                                  */
    vaddr_t start, last; /* of the stretch                                              */
    size_t region;
    uint64_t references; /* of the region                                               */
    bool wished; /* it is looked for first: stack and heap                               */
    bool tried, shown;
};

struct labels {
    struct label *labels;
    size_t n;
    double least; /* rows from one to the next                                           */
};

/* Give each stretch of bands of one region a label, in order of address, and place them at
 * least so many rows apart.  Release them also after an error.  ERR_NOMEM. */
MUST_CHECK enum status labels_init(struct labels *labels, const struct bands *bands,
                                   const struct layout_map *map, double least,
                                   struct error *err);
void labels_release(struct labels *labels);

/* Where the middle of a label is, in rows. */
static inline double label_place(const struct label *label)
{
    return (label->up + label->down) / 2;
}

#endif
