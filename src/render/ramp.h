/* Colour ramps and class breaks: styles/ramps.json, one truth for page, PNG, legend and print. */
#ifndef RENDER_RAMP_H
#define RENDER_RAMP_H

#include "base/text.h"
#include "render/png.h"

#define HS_RAMP_MAX_CLASSES 48 /* fine enough to look continuous; indices with covers of lines fit a byte */

/* What the values are, and with it which breaks and kind of ramp they have by default. */
typedef enum hs_ramp_scale {
    HS_RAMP_PER_KM2 = 0,
    HS_RAMP_PER_KM2_MONTH,
    HS_RAMP_CHANGE,        /* of a density per km^2 per month; diverging, as the next one */
    HS_RAMP_RELATIVE_RISK, /* log2 of a ratio */
    HS_RAMP_PER_KM,        /* of street */
    HS_RAMP_PER_KM_MONTH,
    HS_RAMP_CHANGE_KM, /* of a density per km per month; diverging */
    HS_RAMP_SCALES
} hs_ramp_scale;
static inline bool hs_ramp_diverges(hs_ramp_scale scale) {
    return scale == HS_RAMP_CHANGE || scale == HS_RAMP_RELATIVE_RISK || scale == HS_RAMP_CHANGE_KM;
}

/* Classes of a density picture: class i is [breaks[i-1], breaks[i]), the last is open above and the first
 * below. Transparent is the first one, or with a diverging ramp the one about 0. */
typedef struct hs_ramp_classes {
    uint32_t break_count;
    double breaks[HS_RAMP_MAX_CLASSES];      /* ascending, in the unit shown */
    hs_rgba colour[HS_RAMP_MAX_CLASSES + 1]; /* break_count + 1 */
    const char *ramp;                        /* its name, from the asset */
    const char *breaks_of;                   /* `general`, a problem's code, or `request` */
} hs_ramp_classes;

/* Opaque colours: the map's ground, which ramps with opacity are seen on, words, lesser words, thin lines. */
typedef struct hs_ramp_paper {
    hs_rgba paper, ink, soft, line;
} hs_ramp_paper;

typedef struct hs_ramps hs_ramps;
/* Loads and checks styles/ramps.json; errors name the JSON pointer. Immutable. */
hs_status hs_ramps_new(hs_error *error, hs_ramps **ramps);
void hs_ramps_free(hs_ramps *ramps);
/* The same from a text: what hs_ramps_new does with the asset. */
hs_status hs_ramps_parse(hs_str text, hs_error *error, hs_ramps **out);
/* Classes of the ramp `name`, of the scale's kind by id (`light` or `dark`: the default on that; empty: on
 * light), over `breaks` (`1,2,5,10`; empty: the scale's fixed default ones, those of the problem with this
 * code where it has its own, else the general ones). Colours are sampled evenly from the ramp when there are
 * not as many breaks as colours. HS_E_ARGUMENT names what is accepted. O(problems). */
hs_status hs_ramps_classes(const hs_ramps *ramps, hs_str name, hs_str breaks, hs_ramp_scale scale,
                           hs_str problem_code, hs_error *error, hs_ramp_classes *classes);
/* What pictures with words in a theme are drawn on and with. */
hs_ramp_paper hs_ramps_paper(const hs_ramps *ramps, bool dark);

/* A colour laid over an opaque one; itself over a transparent one. */
hs_rgba hs_rgba_over(hs_rgba colour, hs_rgba ground);

#endif
