#include "service/import_check.h"

#include "base/text.h"

#include "geo/plane.h"
#include <hotspot/coordinates.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE = 1024, LEAST = 30, LEAST_ADDRESSES = 20 };

/* A shift is named where under it the median distance falls to less than this part of what it is, and what it
 * is is more than streets' own width and survey errors explain. */
#define FALLS_TO           0.5
#define OFF_STREETS_M      10.0
#define OFF_ADDRESSES_M    60.0
#define ADDRESS_ACCURACY_M 60.0

typedef struct sampled {
    hs_position position, address;
    bool has_address;
} sampled;

struct hs_import_check {
    const hs_geography *geography;
    const hs_geocoder *geocoder;
    uint64_t seen, stride; /* each stride-th is kept */
    size_t count;
    sampled at[SAMPLE];
};

hs_import_check *hs_import_check_new(const hs_geography *geography, const hs_geocoder *geocoder) {
    hs_import_check *check = calloc(1, sizeof *check);
    if (check) *check = (hs_import_check){.geography = geography, .geocoder = geocoder, .stride = 1};
    return check;
}

void hs_import_check_free(hs_import_check *check) {
    free(check);
}

static bool find_address(const hs_geocoder *geocoder, hs_str address, hs_position *position) {
    hs_geocode_result result;
    size_t count = 0;
    if (!geocoder || address.size == 0) return false;
    if (hs_geocode(geocoder, address, &result, 1, NULL, &count) != HS_OK || count == 0) return false;
    if (result.match_type == HS_MATCH_NONE || result.ambiguous || result.accuracy_m > ADDRESS_ACCURACY_M)
        return false;
    *position = result.position;
    return true;
}

void hs_import_check_add(hs_import_check *check, hs_position position, hs_str address) {
    if (check->seen++ % check->stride != 0) return;
    if (check->count == SAMPLE) {
        check->count /= 2;
        for (size_t i = 0; i < check->count; i++)
            check->at[i] = check->at[2 * i];
        check->stride *= 2;
        if ((check->seen - 1) % check->stride != 0) return;
    }
    sampled *kept = &check->at[check->count++];
    *kept = (sampled){.position = position};
    kept->has_address = find_address(check->geocoder, address, &kept->address);
}

/* What positions may be besides what they were read as. */
typedef enum hypothesis { AS_READ, IS_GCJ02, IS_BD09, IS_WGS84, HYPOTHESIS_COUNT } hypothesis;

static hs_position moved(hs_position position, hypothesis which) {
    double lon = position.lon_e7 / 1e7, lat = position.lat_e7 / 1e7;
    hs_position result = position;
    if (which == IS_BD09) hs_gcj02_from_bd09(lon, lat, &lon, &lat);
    if (which == IS_BD09 || which == IS_GCJ02) hs_wgs84_from_gcj02(lon, lat, &lon, &lat);
    if (which == IS_WGS84) hs_gcj02_from_wgs84(lon, lat, &lon, &lat);
    return hs_position_from_degrees(lon, lat, &result) ? result : position;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* The median distance of addresses from where they lie. */
static double off_addresses_m(const hs_import_check *check, hypothesis which) {
    double values[SAMPLE];
    size_t count = 0;
    for (size_t i = 0; i < check->count; i++)
        if (check->at[i].has_address)
            values[count++] = hs_ground_distance_m(moved(check->at[i].position, which), check->at[i].address);
    return median(values, count);
}

/* The median distance from the nearest street; beyond its limit it is the limit. */
static double off_streets_m(const hs_import_check *check, hypothesis which) {
    double values[SAMPLE];
    for (size_t i = 0; i < check->count; i++) {
        hs_placement placement;
        hs_geography_place(check->geography, moved(check->at[i].position, which), &placement);
        values[i] = placement.segment == HS_NONE ? HS_SEGMENT_LIMIT_M : placement.segment_distance_m;
    }
    return median(values, check->count);
}

static hypothesis best_fit(const hs_import_check *check,
                           double (*off_m)(const hs_import_check *check, hypothesis which), double least_m,
                           double *as_read_m, double *best_m) {
    hypothesis best = AS_READ;
    *as_read_m = *best_m = off_m(check, AS_READ);
    if (*as_read_m < least_m) return AS_READ;
    for (int which = AS_READ + 1; which < HYPOTHESIS_COUNT; which++) {
        double tried_m = off_m(check, (hypothesis)which);
        if (tried_m >= *best_m) continue;
        *best_m = tried_m;
        best = (hypothesis)which;
    }
    return *best_m < FALLS_TO * *as_read_m ? best : AS_READ;
}

static size_t address_count(const hs_import_check *check) {
    size_t count = 0;
    for (size_t i = 0; i < check->count; i++)
        count += check->at[i].has_address;
    return count;
}

/* GCJ-02 is used in China alone; elsewhere a better fit is chance. */
static bool in_china(const hs_geography *geography) {
    return geography->center_lon_deg > 72 && geography->center_lon_deg < 138 &&
           geography->center_lat_deg > 0.8 && geography->center_lat_deg < 55.9;
}

static void check_offset(const hs_import_check *check, bool zh, const char *name, const char *crs,
                         void (*warn)(void *context, const char *message), void *context) {
    static const char *const words[HYPOTHESIS_COUNT][2] = {
        [IS_GCJ02] = {"look like GCJ-02; if they are, import the file with --crs GCJ-02",
                      "像是 GCJ-02；若确实如此，请用 --crs GCJ-02 导入"},
        [IS_BD09] = {"look like BD-09; if they are, import the file with --crs BD-09",
                     "像是 BD-09；若确实如此，请用 --crs BD-09 导入"},
        [IS_WGS84] = {
            "look like WGS 84 beside streets that are in GCJ-02; import what is in GCJ-02 with --crs "
            "GCJ-02, and nothing else",
            "像是 WGS 84，而道路是 GCJ-02；请只对 GCJ-02 的数据用 --crs GCJ-02 导入"}};
    double as_read_m = 0, best_m = 0;
    bool by_address = address_count(check) >= LEAST_ADDRESSES;
    if (!in_china(check->geography) || (!by_address && check->geography->segments.count == 0)) return;
    hypothesis best = by_address ? best_fit(check, off_addresses_m, OFF_ADDRESSES_M, &as_read_m, &best_m)
                                 : best_fit(check, off_streets_m, OFF_STREETS_M, &as_read_m, &best_m);
    if (best == AS_READ) return;
    char text[480];
    snprintf(
        text, sizeof text,
        hs_in_language(zh,
                       "%.120s: positions, read as %.40s, %s (half of a sample lie more than %.0f m off "
                       "%s as they are, %.0f m then)",
                       "%.120s：坐标按 %.40s 读取，%s（现在抽样中有一半偏离超过 %.0f 米，对照%s；换算后为 "
                       "%.0f 米）"),
        name, crs, words[best][zh], as_read_m,
        by_address ? hs_in_language(zh, "their addresses", "其地址")
                   : hs_in_language(zh, "the streets", "道路"),
        best_m);
    warn(context, text);
}

static hs_box grown(hs_box box) {
    int64_t width = (int64_t)box.max_lon_e7 - box.min_lon_e7,
            height = (int64_t)box.max_lat_e7 - box.min_lat_e7;
    return (hs_box){(int32_t)(box.min_lon_e7 - width / 2), (int32_t)(box.min_lat_e7 - height / 2),
                    (int32_t)(box.max_lon_e7 + width / 2), (int32_t)(box.max_lat_e7 + height / 2)};
}

/* How many of the sample lie in a box when moved east by degrees, or with axes swapped. */
static size_t count_inside(const hs_import_check *check, const hs_box *box, double east_deg, bool swapped) {
    size_t inside = 0;
    for (size_t i = 0; i < check->count; i++) {
        hs_position at = check->at[i].position;
        int64_t lon = (swapped ? at.lat_e7 : at.lon_e7) + (int64_t)(east_deg * 1e7);
        int64_t lat = swapped ? at.lon_e7 : at.lat_e7;
        inside += lon >= box->min_lon_e7 && lon <= box->max_lon_e7 && lat >= box->min_lat_e7 &&
                  lat <= box->max_lat_e7;
    }
    return inside;
}

static void check_place(const hs_import_check *check, bool zh, const char *name,
                        void (*warn)(void *context, const char *message), void *context) {
    hs_box box = grown(check->geography->box);
    char text[480], likely[200];
    size_t inside = count_inside(check, &box, 0, false);
    if (inside * 2 >= check->count) return;
    snprintf(likely, sizeof likely, "%s", hs_in_language(zh, "check --crs", "请检查 --crs"));
    if (count_inside(check, &box, 0, true) * 2 >= check->count)
        snprintf(likely, sizeof likely, "%s",
                 hs_in_language(zh, "longitude and latitude look swapped: check the order of the columns",
                                "经纬度像是颠倒了：请检查列的顺序"));
    for (int degrees = -18; degrees <= 18; degrees += 3)
        if (degrees != 0 && count_inside(check, &box, degrees, false) * 2 >= check->count)
            snprintf(
                likely, sizeof likely,
                hs_in_language(zh,
                               "%d degrees further %s they would: the zone of the reference system looks "
                               "wrong, check --crs",
                               "移动 %d 度（向%s）就会落入：坐标系的分带像是错了，请检查 --crs"),
                abs(degrees),
                degrees > 0 ? hs_in_language(zh, "east", "东") : hs_in_language(zh, "west", "西"));
    snprintf(
        text, sizeof text,
        hs_in_language(zh,
                       "%.120s: of %zu sampled positions %zu lie in or near the city; %s, or whether the "
                       "file is of another city",
                       "%.120s：抽样 %zu 个坐标，%zu 个在城市内或附近；%s，或文件属于另一个城市"),
        name, check->count, inside, likely);
    warn(context, text);
}

void hs_import_check_end(const hs_import_check *check, bool chinese, const char *name, const char *crs,
                         void (*warn)(void *context, const char *message), void *context) {
    const hs_box *box = &check->geography->box;
    if (check->count < LEAST || box->min_lon_e7 > box->max_lon_e7) return;
    check_place(check, chinese, name, warn, context);
    check_offset(check, chinese, name, crs, warn, context);
}
