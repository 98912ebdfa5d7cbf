#include "geo/crs_axes.h"

#include <proj.h>
#include <string.h>

static bool is_one_of(const char *direction, const char *a, const char *b) {
    return direction && (strcmp(direction, a) == 0 || strcmp(direction, b) == 0);
}

static bool turned(PJ_CONTEXT *context, const PJ *system) {
    const char *first = NULL;
    const char *second = NULL;
    PJ *axes = proj_crs_get_coordinate_system(context, system);
    bool both = axes && proj_cs_get_axis_info(context, axes, 0, NULL, NULL, &first, NULL, NULL, NULL, NULL) &&
                proj_cs_get_axis_info(context, axes, 1, NULL, NULL, &second, NULL, NULL, NULL, NULL);
    bool made = both && is_one_of(first, "north", "south") && is_one_of(second, "east", "west");
    proj_destroy(axes);
    return made;
}

hs_status hs_crs_northing_first(const char *crs, hs_error *error, bool *northing_first) {
    PJ_CONTEXT *context = proj_context_create();
    if (!context) return hs_error_memory(error, "a reference system");
    proj_log_level(context, PJ_LOG_NONE);
    proj_context_set_enable_network(context, 0);
    PJ *system = proj_create(context, crs);
    /* From the Earth's centre three numbers are counted, and none of them lies on a map. */
    bool known = system && proj_is_crs(system) && proj_get_type(system) != PJ_TYPE_GEOCENTRIC_CRS;
    if (known) *northing_first = turned(context, system);
    proj_destroy(system);
    proj_context_destroy(context);
    return known ? HS_OK : hs_error_set(error, HS_E_ARGUMENT, "reference system '%.100s' is not known", crs);
}
