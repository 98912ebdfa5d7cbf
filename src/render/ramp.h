/* Colour ramps and class breaks: styles/ramps.json, one truth for page, PNG, legend and print. */
#ifndef RENDER_RAMP_H
#define RENDER_RAMP_H

#include "base/arena.h"
#include "base/json_writer.h"
#include "render/png.h"

#define HS_RAMP_MAX_CLASSES 12

/* Classes of a density picture: class 0 is below breaks[0] and transparent; class i is
 * [breaks[i-1], breaks[i]); the last is open above. */
typedef struct hs_ramp_classes {
    uint32_t break_count;
    double breaks[HS_RAMP_MAX_CLASSES];      /* ascending, in the unit shown */
    hs_rgba colour[HS_RAMP_MAX_CLASSES + 1]; /* break_count + 1 */
    const char *ramp;                        /* its name, from the asset */
} hs_ramp_classes;

typedef struct hs_ramps hs_ramps;
/* Loads and checks styles/ramps.json; errors name the JSON pointer. Immutable. */
hs_status hs_ramps_new(hs_error *error, hs_ramps **ramps);
void hs_ramps_free(hs_ramps *ramps);
/* The same from a text: what hs_ramps_new does with the asset. */
hs_status hs_ramps_parse(hs_str text, hs_error *error, hs_ramps **out);
/* Classes of the ramp `name`, a sequential one by id (`light` or `dark`: the default on that; empty: on
 * light), over `breaks` (`1,2,5,10`; empty: the fixed default ones of the unit, `per_month` or not). Colours
 * are sampled evenly from the ramp when there are not as many breaks as colours. HS_E_ARGUMENT names what is
 * accepted. */
hs_status hs_ramps_classes(const hs_ramps *ramps, hs_str name, hs_str breaks, bool per_month, hs_error *error,
                           hs_ramp_classes *classes);
/* {"ramp":..., "unit":..., "classes":[{"from":..,"to":..,"colour":"#rrggbb","opacity":..}]}; `to` of the last
 * is null, the opacity of the first 0. */
void hs_ramp_legend_json(const hs_ramp_classes *classes, bool per_month, hs_json *json);

#endif
