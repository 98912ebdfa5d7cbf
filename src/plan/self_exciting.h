/* Self-exciting point process: a background that lies still in time, and incidents that set off others near
 * them soon after, rate triggered x omega exp(-omega t) x Gaussian(sigma) (Mohler, Short, Brantingham,
 * Schoenberg and Tita 2011), fitted by expectation and maximisation. */
#ifndef PLAN_SELF_EXCITING_H
#define PLAN_SELF_EXCITING_H

#include "plan/history.h"

typedef struct hs_self_exciting {
    double triggered; /* incidents that each sets off itself */
    double omega;     /* per day */
    double sigma_m;
} hs_self_exciting;

/* Fits what is known at an origin, the background smoothed by a Gaussian, and forecasts the share of each
 * cell in the horizon. O(incidents + near pairs x steps). HS_E_MEMORY. */
hs_status hs_self_exciting_forecast(const hs_history *history, int64_t origin_s, double background_m,
                                    hs_smoother *smoother, hs_error *error, hs_self_exciting *fitted,
                                    float *mass);

#endif
