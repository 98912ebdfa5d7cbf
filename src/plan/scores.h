/* What the files of the scores share. */
#ifndef PLAN_SCORES_H
#define PLAN_SCORES_H

#include <hotspot/error.h>

/* HS_E_ARGUMENT unless every measure is above 0 and every value is 0 or more, all finite. */
hs_status hs_scores_check(const double *value, const double *measure, uint32_t count, const char *what,
                          hs_error *error);
double hs_scores_sum(const double *values, uint32_t count);

#endif
