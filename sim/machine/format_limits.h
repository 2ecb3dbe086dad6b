/* format_limits.h -- what a page-table format has no room for, told alike by the formats
 * that are no radix trees: a page size, an address, a frame. */
#ifndef FAULTLINE_MACHINE_FORMAT_LIMITS_H
#define FAULTLINE_MACHINE_FORMAT_LIMITS_H

#include "machine/pagetable.h"

/* ERR_CONFIG if the hardware has no pages of this size and its tables are not to be
 * adapted, or if a page does not fit into its addresses. */
MUST_CHECK enum status format_check_page_size(const struct pagetable_ops *format,
                                              const struct pagetable_params *params,
                                              struct error *err);

/* ERR_CELL if a page's address has more bits than those of `owner` ("a VAX process"). */
MUST_CHECK enum status format_check_address(const struct pagetable_ops *format,
                                            const char *owner, unsigned page_shift,
                                            vpn_t vpn, struct error *err);

/* ERR_CELL if a frame's number has more bits than its field in an entry or its physical
 * address. */
MUST_CHECK enum status format_check_frame(const struct pagetable_ops *format,
                                          unsigned page_shift, unsigned field_bits,
                                          pfn_t pfn, struct error *err);

/* The size of a table of so many bytes in table memory, which takes powers of two and
 * multiples of 4096. */
uint64_t format_table_bytes(uint64_t bytes);

#endif
