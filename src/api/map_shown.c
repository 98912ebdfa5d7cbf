/* Which part of the Earth a map shows. */
#include "api/map.h"

#include "base/text.h"
#include <math.h>

enum { MOST_ZOOM = 22 };

/* Where a city has nothing the world is shown. */
static const hs_box whole_world = {-1700000000, -600000000, 1700000000, 750000000};

static hs_status parse_center(hs_call *call, hs_str center, hs_map_shown *what) {
    hs_str first = hs_str_cut(&center, ',');
    if (hs_str_to_double(first, &what->lon_deg) && hs_str_to_double(center, &what->lat_deg) &&
        fabs(what->lon_deg) <= 180 && fabs(what->lat_deg) <= HS_MERCATOR_MAX_LAT_DEG)
        return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "center: LON,LAT in degrees is expected, as 121.5,31.2");
}

/* A whole city does not touch the picture's edge. */
static hs_box with_margin(const hs_map_shown *what) {
    hs_box box = what->box;
    if (!what->whole_city) return box;
    int32_t wide = (int32_t)(((int64_t)box.max_lon_e7 - box.min_lon_e7) / 32);
    int32_t tall = (int32_t)(((int64_t)box.max_lat_e7 - box.min_lat_e7) / 32);
    return (hs_box){box.min_lon_e7 - wide, box.min_lat_e7 - tall, box.max_lon_e7 + wide,
                    box.max_lat_e7 + tall};
}

/* center=LON,LAT with zoom, or bbox, or the city. */
hs_status hs_call_map_shown(hs_call *call, const hs_box *box, bool has_box, hs_map_shown *what) {
    hs_str center = hs_call_text(call, "center");
    *what = (hs_map_shown){.centred = center.size > 0, .whole_city = !has_box && center.size == 0};
    hs_status status = hs_call_number(call, "zoom", -1, MOST_ZOOM, 12, &what->zoom);
    if (status != HS_OK) return status;
    if (what->centred && has_box)
        return hs_error_set(call->error, HS_E_ARGUMENT, "center: bbox says where already; give one");
    if (!what->centred && hs_call_text(call, "zoom").size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, "zoom: it goes with center=LON,LAT");
    what->box = has_box ? *box : call->snapshot->geography->box;
    if (what->box.min_lon_e7 > what->box.max_lon_e7) what->box = whole_world;
    what->box = with_margin(what);
    return what->centred ? parse_center(call, center, what) : HS_OK;
}

hs_status hs_call_flag(hs_call *call, const char *name, bool fallback, bool *flag) {
    hs_str text = hs_call_text(call, name);
    *flag = text.size == 0 ? fallback : hs_str_equal_nocase(text, HS_STR("true"));
    if (*flag || text.size == 0 || hs_str_equal_nocase(text, HS_STR("false"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "%s: true or false is expected", name);
}
