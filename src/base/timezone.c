#include "base/timezone.h"

#include "base/asset.h"
#include "base/text.h"
#include <glib.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One stretch of time over which the offset stays the same, up to the next one's beginning. */
typedef struct hs_stretch {
    int64_t from_s;
    int32_t offset_s;
} hs_stretch;

struct hs_timezone {
    atomic_uint refs;
    char *name;
    size_t count; /* at least 1; the first reaches back, the last forward for ever */
    hs_stretch stretches[];
};

enum { ZONE_MOST_STRETCHES = 4096 };

/* GLib numbers the intervals of a zone in order of time: the first second whose interval is `interval` or
 * later, by halving. */
static int64_t first_second(GTimeZone *glib, int interval, int64_t low_s, int64_t high_s) {
    while (high_s - low_s > 1) {
        int64_t middle_s = low_s + (high_s - low_s) / 2;
        if (g_time_zone_find_interval(glib, G_TIME_TYPE_UNIVERSAL, middle_s) >= interval)
            high_s = middle_s;
        else
            low_s = middle_s;
    }
    return high_s;
}

static size_t read_stretches(GTimeZone *glib, hs_stretch *stretches) {
    int64_t begin_s = hs_civil_days(1900, 1, 1) * 86400, end_s = hs_civil_days(2100, 1, 1) * 86400;
    int interval = g_time_zone_find_interval(glib, G_TIME_TYPE_UNIVERSAL, begin_s);
    int last = g_time_zone_find_interval(glib, G_TIME_TYPE_UNIVERSAL, end_s);
    int32_t offset_s = g_time_zone_get_offset(glib, interval);
    stretches[0] = (hs_stretch){INT64_MIN, offset_s};
    size_t count = 1;
    for (int64_t at_s = begin_s; interval < last && count < ZONE_MOST_STRETCHES;) {
        at_s = first_second(glib, interval + 1, at_s, end_s);
        interval = g_time_zone_find_interval(glib, G_TIME_TYPE_UNIVERSAL, at_s);
        if (g_time_zone_get_offset(glib, interval) == offset_s) continue;
        offset_s = g_time_zone_get_offset(glib, interval);
        stretches[count++] = (hs_stretch){at_s, offset_s};
    }
    return count;
}

hs_status hs_timezone_new(const char *name, hs_error *error, hs_timezone **zone) {
    GTimeZone *glib = name && name[0] != '\0' ? g_time_zone_new_identifier(name) : NULL;
    if (!glib)
        return hs_error_set(error, HS_E_NOT_FOUND,
                            "no time zone is called '%s': give an IANA name such as Asia/Shanghai",
                            name ? name : "");
    hs_stretch *stretches = malloc(ZONE_MOST_STRETCHES * sizeof *stretches);
    size_t count = stretches ? read_stretches(glib, stretches) : 0;
    g_time_zone_unref(glib);
    hs_timezone *made = stretches ? malloc(sizeof *made + count * sizeof *stretches) : NULL;
    char *kept = made ? strdup(name) : NULL;
    if (!kept) {
        free(made);
        free(stretches);
        return hs_error_set(error, HS_E_MEMORY, "no memory for the time zone '%s'", name);
    }
    atomic_init(&made->refs, 1);
    made->name = kept;
    made->count = count;
    memcpy(made->stretches, stretches, count * sizeof *stretches);
    free(stretches);
    *zone = made;
    return HS_OK;
}

hs_timezone *hs_timezone_ref(const hs_timezone *zone) {
    hs_timezone *held = (hs_timezone *)zone;
    atomic_fetch_add_explicit(&held->refs, 1, memory_order_relaxed);
    return held;
}

void hs_timezone_unref(hs_timezone *zone) {
    if (!zone || atomic_fetch_sub_explicit(&zone->refs, 1, memory_order_acq_rel) != 1) return;
    free(zone->name);
    free(zone);
}

const char *hs_timezone_name(const hs_timezone *zone) {
    return zone->name;
}

static size_t stretch_at(const hs_timezone *zone, int64_t utc_s) {
    size_t low = 0, high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->stretches[middle].from_s <= utc_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int32_t hs_timezone_offset(const hs_timezone *zone, int64_t utc_s) {
    return zone->stretches[stretch_at(zone, utc_s)].offset_s;
}

int32_t hs_timezone_interval(const hs_timezone *zone, int64_t utc_s, int64_t *from_s, int64_t *to_s) {
    size_t at = stretch_at(zone, utc_s);
    *from_s = zone->stretches[at].from_s;
    *to_s = at + 1 < zone->count ? zone->stretches[at + 1].from_s : INT64_MAX;
    return zone->stretches[at].offset_s;
}

int64_t hs_timezone_to_utc(const hs_timezone *zone, int64_t local_s) {
    /* No offset reaches 16 hours: the stretch in force that long before is the first that can hold it. */
    const int64_t widest_s = 16 * 3600;
    if (local_s < INT64_MIN + 2 * widest_s || local_s > INT64_MAX - 2 * widest_s) return local_s;
    for (size_t at = stretch_at(zone, local_s - widest_s);; at++) {
        int64_t utc_s = local_s - zone->stretches[at].offset_s;
        if (at + 1 == zone->count) return utc_s;
        int64_t next_s = zone->stretches[at + 1].from_s;
        if (utc_s < next_s) return utc_s;
        /* Behind this stretch and before the next one's first local second: the jump skipped it. */
        if (local_s < next_s + zone->stretches[at + 1].offset_s) return next_s;
    }
}

size_t hs_timezone_format(const hs_timezone *zone, int64_t utc_s, char text[HS_TIME_TEXT_SIZE]) {
    int32_t offset_s = hs_timezone_offset(zone, utc_s);
    if (offset_s % 60 != 0) return hs_time_format(utc_s, text);
    size_t size = hs_time_format(utc_s + offset_s, text) - 1; /* without the Z */
    unsigned minutes = (unsigned)abs(offset_s / 60) % 6000;
    size += (size_t)snprintf(text + size, HS_TIME_TEXT_SIZE - size, "%c%02u:%02u", offset_s < 0 ? '-' : '+',
                             minutes / 60, minutes % 60);
    return size;
}

/* Cosine of the angle between two directions on the sphere: the larger, the nearer. */
static double nearness(double lon_a_deg, double lat_a_deg, double lon_b_deg, double lat_b_deg) {
    const double radian = 0.017453292519943295;
    return sin(lat_a_deg * radian) * sin(lat_b_deg * radian) +
           cos(lat_a_deg * radian) * cos(lat_b_deg * radian) * cos((lon_a_deg - lon_b_deg) * radian);
}

/* Reads `lon TAB lat TAB name`; false for comments and anything else. */
static bool read_place(hs_str line, double *lon_deg, double *lat_deg, hs_str *name) {
    if (hs_str_starts(line, HS_STR("#"))) return false;
    hs_str lon = hs_str_cut(&line, '\t'), lat = hs_str_cut(&line, '\t');
    *name = hs_str_trim(line);
    return name->size > 0 && hs_str_to_double(lon, lon_deg) && hs_str_to_double(lat, lat_deg);
}

const char *hs_timezone_guess(double lon_deg, double lat_deg) {
    hs_str places, best = HS_STR("UTC");
    char name[64];
    if (!isfinite(lon_deg) || !isfinite(lat_deg) || !hs_asset_find("geodata/timezones.tsv", &places))
        return "UTC";
    double best_nearness = -2.0;
    while (places.size > 0) {
        hs_str line = hs_str_cut(&places, '\n'), zone;
        double place_lon_deg, place_lat_deg;
        if (!read_place(line, &place_lon_deg, &place_lat_deg, &zone)) continue;
        double near = nearness(lon_deg, lat_deg, place_lon_deg, place_lat_deg);
        if (near <= best_nearness || zone.size >= sizeof name) continue;
        best_nearness = near;
        best = zone;
    }
    memcpy(name, best.data, best.size);
    name[best.size] = '\0';
    /* GLib keeps interned texts for the life of the program, and the file has only some hundred names. */
    return g_intern_string(name);
}
