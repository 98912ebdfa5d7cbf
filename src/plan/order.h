/* Order of cells by a rate, highest first: what selection, curve and calibration share. */
#ifndef PLAN_ORDER_H
#define PLAN_ORDER_H

#include <hotspot/error.h>

/* Indexes of the cells by value / measure falling, equal ones by index: malloc'ed, NULL when memory is out.
 */
uint32_t *hs_order_by_rate(const double *value, const double *measure, uint32_t count);

#endif
