#include "base/text.h"
#include "cli/command.h"
#include "service/service_private.h"

#include <string.h>

static const hs_option options[] = {
    {"name", "NAME", "set the city's name", "设置城市名称"},
    {"name-en", "NAME", "set the city's English name", "设置城市英文名称"},
    {"timezone", "ZONE", "set the time zone (IANA name)", "设置时区（IANA 名称）"},
    {"lang", "zh|en", "set the language that the page opens in", "设置页面默认语言"},
    {"center", "LON,LAT", "fix the centre of the city's plane", "固定城市平面坐标的中心"},
    {NULL, NULL, NULL, NULL},
};

static hs_status set(hs_store *store, const char *key, const char *value, hs_error *error) {
    return value ? hs_store_set_setting(store, key, hs_str_of(value), error) : HS_OK;
}

static hs_status set_timezone(hs_store *store, const char *name, hs_error *error) {
    if (!name) return HS_OK;
    hs_timezone *zone = NULL;
    hs_status status = hs_timezone_new(name, error, &zone);
    hs_timezone_unref(zone);
    if (status == HS_E_NOT_FOUND)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "--timezone %s: no such zone; IANA names are expected, as Asia/Shanghai", name);
    if (status == HS_OK) status = set(store, "timezone", name, error);
    return status == HS_OK ? set(store, "timezone_guessed", "0", error) : status;
}

static hs_status set_center(hs_store *store, const char *text, hs_error *error) {
    if (!text) return HS_OK;
    hs_str rest = hs_str_of(text);
    hs_str lon = hs_str_cut(&rest, ',');
    double lon_deg, lat_deg;
    if (!hs_str_to_double(lon, &lon_deg) || !hs_str_to_double(rest, &lat_deg) || lon_deg < -180 ||
        lon_deg > 180 || lat_deg < -90 || lat_deg > 90)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "--center %s: LON,LAT in degrees is expected, as 100.45,38.93", text);
    hs_status status = hs_store_set_setting(store, "center_lon", lon, error);
    if (status == HS_OK) status = hs_store_set_setting(store, "center_lat", rest, error);
    return status == HS_OK ? set(store, "center_fixed", "1", error) : status;
}

static hs_status apply(hs_store *store, const hs_arguments *arguments, hs_error *error) {
    hs_status status = set(store, "name", hs_arguments_get(arguments, "name"), error);
    if (status == HS_OK) status = set(store, "name_en", hs_arguments_get(arguments, "name-en"), error);
    if (status == HS_OK) status = set(store, "lang", hs_arguments_get(arguments, "lang"), error);
    if (status == HS_OK) status = set_timezone(store, hs_arguments_get(arguments, "timezone"), error);
    if (status == HS_OK) status = set_center(store, hs_arguments_get(arguments, "center"), error);
    return status;
}

static void print(const hs_arguments *arguments, const hs_snapshot *snapshot) {
    const hs_city_info *info = &snapshot->info;
    const hs_geography *g = snapshot->geography;
    bool zh = arguments->chinese;
    printf("%s  %s%s%s%s\n", zh ? "名称" : "name", info->name,
           strcmp(info->name, info->name_en) == 0 ? "" : " / ",
           strcmp(info->name, info->name_en) == 0 ? "" : info->name_en,
           info->synthetic ? (zh ? "（虚构数据）" : " (synthetic)") : "");
    printf("%s  %s%s\n", zh ? "时区" : "time zone", info->timezone,
           info->timezone_guessed ? (zh ? "（由位置推测）" : " (guessed from the position)") : "");
    printf("%s  %.7f,%.7f%s\n", zh ? "平面中心" : "centre", snapshot->plane.center_lon_deg,
           snapshot->plane.center_lat_deg, info->center_fixed ? (zh ? "（已固定）" : " (fixed)") : "");
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t count = g->units.level_start[level + 1] - g->units.level_start[level];
        if (count) printf("%s  %u\n", hs_level_name((hs_level)level), count);
    }
    printf("%s  %u (%u %s)\n", zh ? "街道线" : "streets", g->streets.count, g->segments.count,
           zh ? "路段" : "segments");
    printf("%s  %u\n%s  %u\n%s  %u\n", zh ? "地址点" : "addresses", g->addresses.count,
           zh ? "地点" : "places", g->places.count, zh ? "区域" : "zones", g->zones.count);
    printf("%s  %llu (%llu %s)\n", zh ? "事件" : "incidents", (unsigned long long)snapshot->incidents->count,
           (unsigned long long)snapshot->incidents->positioned, zh ? "已定位" : "positioned");
}

static int run(const hs_arguments *arguments) {
    hs_error error = {0};
    hs_service *service = NULL;
    bool writes = arguments->option_count > (hs_arguments_has(arguments, "progress") ? 1 : 0);
    hs_status status = hs_service_open(arguments->positional[0], writes ? HS_STORE_CREATE : HS_STORE_READ,
                                       NULL, &error, &service);
    if (status == HS_OK) status = apply(hs_service_store(service), arguments, &error);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) {
        hs_snapshot *snapshot = hs_service_snapshot(service);
        print(arguments, snapshot);
        hs_snapshot_unref(snapshot);
    }
    hs_service_close(service);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

const hs_command hs_command_city = {
    "city", "STORE", "show or set what the city is", "查看或设置城市信息", options, 1, 1, run, false,
};
