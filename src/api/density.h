/* Parameters of density that tiles, legend and value share. */
#ifndef API_DENSITY_H
#define API_DENSITY_H

#include "api/endpoint.h"
#include "render/map_plane.h"
#include "service/density.h"

/* What a request asks for and how it is drawn. */
typedef struct hs_density_ask {
    hs_density_request request;
    hs_ramp_scale scale;
    hs_ramp_classes classes;
    bool dark; /* what it is drawn on, by `style` or `theme` */
} hs_density_ask;

/* A value and what it rests on. */
typedef struct hs_density_standing {
    hs_density_interval_request how;
    hs_density_value value;
    hs_density_bounds bounds;
    hs_density_rank rank;
} hs_density_standing;

/* Filters, bandwidth, kernel, comparison, ramp, breaks and period of a request (density_request.c). */
hs_status hs_call_density(hs_call *call, hs_density_ask *ask);

/* The same where `bbox` is a picture's extent and no filter. */
hs_status hs_call_density_extent(hs_call *call, hs_density_ask *ask, hs_box *box, bool *has_box);

/* The same with `network` set and bbox as the part that is wanted. */
hs_status hs_call_lixels(hs_call *call, hs_density_ask *ask, hs_box *box, bool *has_box);

/* A tile's picture into the response, with its caching (tiles.c); the object of the value at a position, once
 * the answer is begun (density.c). */
hs_status hs_call_density_tile(hs_call *call, hs_tile tile, uint32_t size_px);
hs_status hs_call_density_value(hs_call *call, const hs_density_ask *ask, hs_position position);

/* Streets (density_streets.c): a tile's picture into the response, and the value at a position. */
hs_status hs_call_street_tile(hs_call *call, const hs_density_ask *ask, hs_tile tile, uint32_t size_px);
/* The same as a picture of any view, on a ground. */
hs_status hs_call_street_view(hs_call *call, const hs_density_ask *ask, const hs_map_view *view,
                              hs_rgba ground);
hs_status hs_call_street_value(hs_call *call, const hs_density_ask *ask, hs_position position,
                               hs_density_standing *standing);

/* Pairs of an answer's object (density.c): unit, how the values come about, months, where a position lies. */
void hs_density_write_unit(hs_json *json, const hs_density_ask *ask);
void hs_density_write_method(hs_json *json, const hs_density_request *request);
void hs_density_write_months(hs_json *json, double months);
void hs_density_write_where(hs_call *call, hs_position position);

/* Uncertainty (density_uncertainty.c): `interval`, `replications` and `seed` of a request, and members of an
 * answer: the value with its interval, test, counts and rank, the tolerance of what is drawn, where residents
 * are from. */
hs_status hs_call_interval(hs_call *call, hs_density_interval_request *how);
void hs_write_number(hs_json *json, const char *key, double value);
void hs_write_standing(hs_json *json, const hs_density_ask *ask, const hs_density_standing *standing);
void hs_write_tolerance(hs_json *json, const hs_density_request *request);
hs_status hs_write_population(hs_call *call, const hs_density_request *request);

#endif
