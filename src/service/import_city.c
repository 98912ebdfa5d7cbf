/* What an import settles of the city: its time zone and the centre of its plane. */
#include "service/import_private.h"

#include <stdlib.h>
#include <string.h>

static int compare_int32(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static hs_status set_center(hs_store *store, double lon_deg, double lat_deg, hs_error *error) {
    char text[32];
    int size = snprintf(text, sizeof text, "%.7f", lon_deg);
    hs_status status = hs_store_set_setting(store, "center_lon", (hs_str){text, (size_t)size}, error);
    if (status != HS_OK) return status;
    size = snprintf(text, sizeof text, "%.7f", lat_deg);
    return hs_store_set_setting(store, "center_lat", (hs_str){text, (size_t)size}, error);
}

/* The plane's centre: of the units' box once units are there, the median incident before; never moved once a
 * person or the units fixed it. */
hs_status hs_import_settle_center(hs_importing *work, hs_kind kind, hs_error *error) {
    hs_str fixed, lon, source;
    hs_status status = hs_store_get_setting(work->store, "center_fixed", work->arena, error, &fixed);
    if (status == HS_OK) status = hs_store_get_setting(work->store, "center_lon", work->arena, error, &lon);
    if (status == HS_OK)
        status = hs_store_get_setting(work->store, "center_source", work->arena, error, &source);
    if (status != HS_OK || hs_str_equal(fixed, HS_STR("1"))) return status;
    if (kind == HS_KIND_UNITS && !hs_str_equal(source, HS_STR("units"))) {
        hs_geography *geography = NULL;
        status = hs_load_geography(work->store, error, &geography);
        if (status != HS_OK) return status;
        const hs_box *box = &geography->box;
        if (geography->units.count > 0)
            status = set_center(work->store, ((double)box->min_lon_e7 + box->max_lon_e7) / 2e7,
                                ((double)box->min_lat_e7 + box->max_lat_e7) / 2e7, error);
        if (status == HS_OK && geography->units.count > 0)
            status = hs_store_set_setting(work->store, "center_source", HS_STR("units"), error);
        hs_geography_unref(geography);
        return status;
    }
    if (kind != HS_KIND_INCIDENTS || lon.size > 0 || work->position_count == 0) return HS_OK;
    qsort(work->lon_e7, work->position_count, sizeof *work->lon_e7, compare_int32);
    qsort(work->lat_e7, work->position_count, sizeof *work->lat_e7, compare_int32);
    size_t middle = work->position_count / 2;
    return set_center(work->store, work->lon_e7[middle] / 1e7, work->lat_e7[middle] / 1e7, error);
}

/* The zone that times without one are read in: the city's; guessed from where the city or the file lies. */
hs_status hs_import_timezone(hs_importing *work, hs_kind kind, const char *path, hs_error *error,
                             hs_timezone **zone) {
    hs_city_info info;
    hs_str stored, center;
    hs_status status = hs_store_get_setting(work->store, "timezone", work->arena, error, &stored);
    if (status == HS_OK)
        status = hs_store_get_setting(work->store, "center_lon", work->arena, error, &center);
    if (status == HS_OK) status = hs_load_info(work->store, path, work->geography, work->arena, error, &info);
    if (status != HS_OK) return status;
    hs_import_report *report = work->report;
    snprintf(report->timezone, sizeof report->timezone, "%s", info.timezone);
    report->timezone_guessed = info.timezone_guessed;
    bool has_ground = work->geography && work->geography->box.min_lon_e7 <= work->geography->box.max_lon_e7;
    if (stored.size == 0 && !has_ground && kind == HS_KIND_INCIDENTS) {
        hs_ingest *ingest = NULL;
        status = hs_ingest_open(path, kind, &work->options->ingest, error, &ingest);
        if (status != HS_OK) return status;
        double lon_deg, lat_deg;
        if (hs_ingest_sample_position(ingest, &lon_deg, &lat_deg))
            snprintf(report->timezone, sizeof report->timezone, "%s", hs_timezone_guess(lon_deg, lat_deg));
        else
            work->zone_unknown = center.size == 0;
        report->timezone_guessed = !work->zone_unknown;
        hs_ingest_close(ingest);
    }
    return hs_timezone_new(report->timezone, error, zone);
}

hs_status hs_import_keep_timezone(hs_importing *work, hs_error *error) {
    hs_str stored;
    if (work->zone_unknown) {
        hs_import_warn(
            work,
            hs_import_say(
                work,
                "neither the city nor the file says where it lies, so times were read as UTC; set the "
                "time zone (hotspotd city STORE --timezone ZONE) or import streets or units, then import "
                "the file again",
                "城市与文件都没有说明位置，时间按 UTC 读取；请设置时区（hotspotd city STORE --timezone "
                "时区），或导入道路或单元，再重新导入该文件"));
        return HS_OK;
    }
    hs_status status = hs_store_get_setting(work->store, "timezone", work->arena, error, &stored);
    if (status != HS_OK || stored.size > 0) return status;
    status = hs_store_set_setting(work->store, "timezone", hs_str_of(work->report->timezone), error);
    if (status == HS_OK) status = hs_store_set_setting(work->store, "timezone_guessed", HS_STR("1"), error);
    return status;
}
