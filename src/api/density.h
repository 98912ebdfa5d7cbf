/* Parameters of density that tiles, legend and value share. */
#ifndef API_DENSITY_H
#define API_DENSITY_H

#include "api/endpoint.h"

#define HS_MIN_BANDWIDTH_M 10.0
#define HS_MAX_BANDWIDTH_M 20000.0

/* Bandwidth, kernel, ramp, breaks and period of a request. */
hs_status hs_call_density_style(hs_call *call, const hs_filter *filter, hs_density_style *style);

#endif
