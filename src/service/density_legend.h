/* The legend of a density as a picture. */
#ifndef SERVICE_DENSITY_LEGEND_H
#define SERVICE_DENSITY_LEGEND_H

#include "render/legend.h"
#include "service/density.h"

typedef struct hs_density_legend {
    const hs_density_request *request;
    const hs_ramp_classes *classes;
    hs_ramp_paper paper;
    bool chinese;
    double device_scale; /* 2 for fine screens and print */
} hs_density_legend;

/* Appends a PNG: the problems, the unit, the classes with their limits, how many incidents were counted in
 * which period, how. Texts lie in the arena meanwhile. Thread-safe; errors as hs_render_legend. */
hs_status hs_service_density_legend(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_legend *legend, hs_arena *arena, hs_error *error,
                                    hs_buffer *out);

/* Its words alone, in the arena. */
hs_status hs_service_density_legend_words(hs_service *service, const hs_snapshot *snapshot,
                                          const hs_density_legend *legend, hs_arena *arena, hs_error *error,
                                          hs_legend *out);

/* The problems of a filter by name, in the arena, NULL when memory is out. */
const char *hs_service_problem_words(const hs_snapshot *snapshot, const hs_filter *filter, bool chinese,
                                     hs_arena *arena);

#endif
