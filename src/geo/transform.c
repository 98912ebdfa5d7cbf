#include "base/text.h"
#include <hotspot/coordinates.h>
#include <math.h>
#include <proj.h>
#include <stdlib.h>

typedef enum transform_kind { BY_PROJ, FROM_GCJ02, FROM_BD09 } transform_kind;

struct hs_transform {
    transform_kind kind;
    PJ_CONTEXT *context;
    PJ *operation;
};

static transform_kind kind_of(hs_str crs) {
    if (hs_str_equal_nocase(crs, HS_STR("GCJ-02")) || hs_str_equal_nocase(crs, HS_STR("GCJ02")))
        return FROM_GCJ02;
    if (hs_str_equal_nocase(crs, HS_STR("BD-09")) || hs_str_equal_nocase(crs, HS_STR("BD09")))
        return FROM_BD09;
    return BY_PROJ;
}

static const char *proj_words(PJ_CONTEXT *context) {
    int code = proj_context_errno(context);
    const char *words = code ? proj_context_errno_string(context, code) : NULL;
    return words ? words : "PROJ does not know it";
}

static hs_status open_proj(hs_transform *transform, const char *crs, hs_error *error) {
    transform->context = proj_context_create();
    if (!transform->context) return hs_error_set(error, HS_E_MEMORY, "out of memory for a reference system");
    /* A library neither prints nor reaches out to the network. */
    proj_log_level(transform->context, PJ_LOG_NONE);
    proj_context_set_enable_network(transform->context, 0);
    PJ *as_given = proj_create_crs_to_crs(transform->context, crs, "EPSG:4326", NULL);
    if (as_given) {
        transform->operation = proj_normalize_for_visualization(transform->context, as_given);
        proj_destroy(as_given);
    }
    if (!transform->operation)
        return hs_error_set(error, HS_E_ARGUMENT, "reference system '%.200s': %s", crs,
                            proj_words(transform->context));
    return HS_OK;
}

hs_status hs_transform_new(const char *crs, hs_error *error, hs_transform **transform) {
    hs_str name = hs_str_trim(hs_str_of(crs));
    if (name.size == 0) return hs_error_set(error, HS_E_ARGUMENT, "the reference system is empty");
    hs_transform *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for a reference system");
    made->kind = kind_of(name);
    if (made->kind == BY_PROJ) {
        hs_status status = open_proj(made, crs, error);
        if (status != HS_OK) {
            hs_transform_free(made);
            return status;
        }
    }
    *transform = made;
    return HS_OK;
}

void hs_transform_free(hs_transform *transform) {
    if (!transform) return;
    proj_destroy(transform->operation);
    if (transform->context) proj_context_destroy(transform->context);
    free(transform);
}

static void wgs84_from_bd09(double bd_lon, double bd_lat, double *lon_deg, double *lat_deg) {
    hs_gcj02_from_bd09(bd_lon, bd_lat, lon_deg, lat_deg);
    hs_wgs84_from_gcj02(*lon_deg, *lat_deg, lon_deg, lat_deg);
}

static void bd09_from_wgs84(double lon, double lat, double *bd_lon_deg, double *bd_lat_deg) {
    hs_gcj02_from_wgs84(lon, lat, bd_lon_deg, bd_lat_deg);
    hs_bd09_from_gcj02(*bd_lon_deg, *bd_lat_deg, bd_lon_deg, bd_lat_deg);
}

static void apply_each(void (*step)(double, double, double *, double *), double *x, double *y, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (isfinite(x[i]) && isfinite(y[i])) step(x[i], y[i], &x[i], &y[i]);
}

/* Coordinates without a result become HUGE_VAL in both axes. */
static size_t mark_failures(double *x, double *y, size_t count) {
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(x[i]) && isfinite(y[i])) continue;
        x[i] = y[i] = HUGE_VAL;
        failed++;
    }
    return failed;
}

static void apply_proj(hs_transform *transform, PJ_DIRECTION direction, double *x, double *y, size_t count) {
    proj_trans_generic(transform->operation, direction, x, sizeof *x, count, y, sizeof *y, count, NULL, 0, 0,
                       NULL, 0, 0);
}

size_t hs_transform_forward(hs_transform *transform, double *x, double *y, size_t count) {
    if (transform->kind == FROM_GCJ02)
        apply_each(hs_wgs84_from_gcj02, x, y, count);
    else if (transform->kind == FROM_BD09)
        apply_each(wgs84_from_bd09, x, y, count);
    else
        apply_proj(transform, PJ_FWD, x, y, count);
    return mark_failures(x, y, count);
}

size_t hs_transform_inverse(hs_transform *transform, double *x, double *y, size_t count) {
    if (transform->kind == FROM_GCJ02)
        apply_each(hs_gcj02_from_wgs84, x, y, count);
    else if (transform->kind == FROM_BD09)
        apply_each(bd09_from_wgs84, x, y, count);
    else
        apply_proj(transform, PJ_INV, x, y, count);
    return mark_failures(x, y, count);
}
