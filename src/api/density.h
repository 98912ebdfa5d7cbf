/* Parameters of density that tiles, legend and value share. */
#ifndef API_DENSITY_H
#define API_DENSITY_H

#include "api/endpoint.h"
#include "service/density.h"

/* What a request asks for and how it is drawn. */
typedef struct hs_density_ask {
    hs_density_request request;
    hs_ramp_scale scale;
    hs_ramp_classes classes;
} hs_density_ask;

/* Filters, bandwidth, kernel, comparison, ramp, breaks and period of a request (density_request.c). */
hs_status hs_call_density(hs_call *call, hs_density_ask *ask);

#endif
