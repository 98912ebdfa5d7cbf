#include "base/text.h"
#include "city/filter.h"

#include <math.h>

/* Degrees to 1e-7 degree. A number that is meant to be a whole one is, in spite of its binary form; others
 * go inwards, so that no position outside the box counts. */
static int32_t edge_e7(double deg, double limit_deg, bool upper) {
    double clamped = deg < -limit_deg ? -limit_deg : deg > limit_deg ? limit_deg : deg;
    double e7 = clamped * 1e7, whole = round(e7);
    if (fabs(e7 - whole) > 1e-4) whole = upper ? floor(e7) : ceil(e7);
    return (int32_t)whole;
}

hs_status hs_bbox_parse(hs_str text, hs_error *error, hs_box *box) {
    double edge[6];
    int count = 0, shown = text.size > 100 ? 100 : (int)text.size;
    hs_str rest = text;
    while (rest.size > 0 && count < 6 && hs_str_to_double(hs_str_cut(&rest, ','), &edge[count]))
        count++;
    if (rest.size > 0 || (count != 4 && count != 6) || text.data[text.size - 1] == ',')
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "bbox '%.*s': four numbers minx,miny,maxx,maxy are expected (or six, with heights)", shown,
            text.data);
    int max = count / 2;
    if (edge[1] > edge[max + 1])
        return hs_error_set(error, HS_E_ARGUMENT,
                            "bbox '%.*s' is upside down: minx,miny,maxx,maxy, longitude before latitude",
                            shown, text.data);
    *box = (hs_box){edge_e7(edge[0], 180, false), edge_e7(edge[1], 90, false), edge_e7(edge[max], 180, true),
                    edge_e7(edge[max + 1], 90, true)};
    return HS_OK;
}

static int32_t outward(int32_t e7, int32_t limit_deg, bool upper) {
    const int64_t step = HS_COARSE_BOX_E7, limit = limit_deg * INT64_C(10000000);
    int64_t down = e7 / step * step;
    if (down > e7) down -= step;
    int64_t edge = upper && down < e7 ? down + step : down;
    return (int32_t)(edge < -limit ? -limit : edge > limit ? limit : edge);
}

void hs_filter_coarsen(hs_filter *filter) {
    hs_box *box = &filter->box;
    if (!filter->has_box) return;
    *box = (hs_box){outward(box->min_lon_e7, 180, false), outward(box->min_lat_e7, 90, false),
                    outward(box->max_lon_e7, 180, true), outward(box->max_lat_e7, 90, true)};
}
