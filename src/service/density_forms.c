/* A raster of density as files and documents. */
#include "service/density.h"

#include "export/isobands.h"
#include "export/raster_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_SIZE = 160, CODES_SIZE = 4096 };

/* What a picture was made of, as pairs of texts. */
typedef struct description {
    char bandwidth[TEXT_SIZE], period[TEXT_SIZE], other[TEXT_SIZE], n[TEXT_SIZE], version[TEXT_SIZE],
        text[TEXT_SIZE], tolerance[TEXT_SIZE], category[CODES_SIZE], over[CODES_SIZE];
    hs_raster_text pairs[16];
} description;

static void write_period(const hs_filter *filter, char *out) {
    char from[HS_TIME_TEXT_SIZE] = "..";
    char to[HS_TIME_TEXT_SIZE] = "..";
    if (filter->from_s != HS_NO_TIME) hs_time_format(filter->from_s, from);
    if (filter->to_s != HS_NO_TIME) hs_time_format(filter->to_s, to);
    (void)snprintf(out, TEXT_SIZE, "%s/%s", from, to);
}

/* The codes asked for, as many as there is room for; `all` where none is. */
static void write_codes(const hs_filter *filter, char *out) {
    size_t used = (size_t)snprintf(out, CODES_SIZE, "%s", filter->problem_count > 0 ? "" : "all");
    for (uint32_t i = 0; i < filter->problem_count; i++) {
        hs_str code = filter->problem[i];
        if (used + code.size + 8 > CODES_SIZE) {
            (void)snprintf(out + used, CODES_SIZE - used, ",...");
            return;
        }
        used += (size_t)snprintf(out + used, CODES_SIZE - used, "%s%.*s", i > 0 ? "," : "", (int)code.size,
                                 code.data);
    }
}

static const char *const measure_names[] = {"density", "difference", "relative-risk"};

static void describe(const hs_snapshot *snapshot, const hs_density_request *request, size_t n,
                     description *d) {
    (void)snprintf(d->bandwidth, TEXT_SIZE, "%g", request->bandwidth_m);
    (void)snprintf(d->n, TEXT_SIZE, "%zu", n);
    (void)snprintf(d->version, TEXT_SIZE, "%llu", (unsigned long long)snapshot->version);
    (void)snprintf(d->text, TEXT_SIZE, "%s, %s kernel, %g m, %s", measure_names[request->measure],
                   hs_kernel_name(request->kernel), request->bandwidth_m, hs_density_unit_en(request));
    write_period(&request->filter, d->period);
    size_t at = 0;
    d->pairs[at++] = (hs_raster_text){"MEASURE", measure_names[request->measure]};
    d->pairs[at++] = (hs_raster_text){"KERNEL", hs_kernel_name(request->kernel)};
    d->pairs[at++] = (hs_raster_text){"BANDWIDTH_M", d->bandwidth};
    d->pairs[at++] = (hs_raster_text){"BANDWIDTH_SOURCE", hs_density_bandwidth_source(request)};
    d->pairs[at++] = (hs_raster_text){"INCIDENTS", d->n};
    d->pairs[at++] = (hs_raster_text){"VERSION", d->version};
    write_codes(&request->filter, d->category);
    d->pairs[at++] = (hs_raster_text){"CATEGORY", d->category};
    d->pairs[at++] = (hs_raster_text){"ADAPTIVE", request->adaptive ? "true" : "false"};
    d->pairs[at++] = (hs_raster_text){"EDGE_CORRECTION", request->edge_correction ? "true" : "false"};
    if (request->months > 0) d->pairs[at++] = (hs_raster_text){"PERIOD", d->period};
    if (request->measure == HS_MEASURE_DIFFERENCE) {
        write_period(&request->other, d->other);
        d->pairs[at++] = (hs_raster_text){"COMPARE", d->other};
    }
    if (request->population.size > 0) {
        (void)snprintf(d->other, TEXT_SIZE, "population (%.*s)", (int)request->population.size,
                       request->population.data);
        d->pairs[at++] = (hs_raster_text){"OVER", d->other};
    } else if (request->measure == HS_MEASURE_RELATIVE_RISK) {
        write_codes(&request->other, d->over);
        d->pairs[at++] = (hs_raster_text){"OVER", d->over};
    }
    if (request->tolerance > 0) {
        (void)snprintf(d->tolerance, TEXT_SIZE, "%g", request->tolerance);
        d->pairs[at++] = (hs_raster_text){"TOLERANCE", d->tolerance};
    }
    d->pairs[at] = (hs_raster_text){NULL, NULL};
}

static float *p_values_of(const hs_density_raster *raster) {
    size_t cells = (size_t)raster->grid.rows * raster->grid.columns;
    float *values = malloc((cells + 1) * sizeof *values);
    for (size_t i = 0; values && i < cells; i++)
        values[i] = (float)hs_risk_p_value((double)raster->z[i]);
    return values;
}

hs_status hs_density_tif(const hs_snapshot *snapshot, const hs_density_request *request,
                         const hs_density_raster *raster, const char *path, hs_error *error, hs_buffer *out) {
    description d;
    describe(snapshot, request, raster->n, &d);
    hs_raster_band band = {.grid = raster->grid,
                           .values = raster->values,
                           .unit = hs_density_unit_en(request),
                           .description = d.text,
                           .texts = d.pairs};
    float *p_values = NULL;
    if (raster->z) {
        p_values = p_values_of(raster);
        if (!p_values) return hs_error_set(error, HS_E_MEMORY, "out of memory for p-values");
        band.second = p_values;
        band.second_unit = "";
        band.second_description = "p_value";
    }
    hs_status status = path ? hs_raster_write(&band, &snapshot->plane, path, error)
                            : hs_raster_write_buffer(&band, &snapshot->plane, error, out);
    free(p_values);
    return status;
}

/* Bands begin at the first break; those of a diverging ramp are open below too. */
static void colour_of(const hs_ramp_classes *classes, uint32_t i, char *out) {
    hs_rgba c = classes->colour[i + 1];
    (void)snprintf(out, 8, "#%02x%02x%02x", c.r, c.g, c.b);
}

/* Where z passes the tolerance on one side: the contour of the p-value. */
static hs_status write_side(const hs_density_request *request, const hs_density_raster *raster,
                            const hs_plane *plane, bool above, int64_t id, hs_error *error, hs_json *json) {
    size_t cells = (size_t)raster->grid.rows * raster->grid.columns;
    float *turned = malloc((cells + 1) * sizeof *turned);
    if (!turned) return hs_error_set(error, HS_E_MEMORY, "out of memory for a tolerance contour");
    for (size_t i = 0; i < cells; i++)
        turned[i] = above ? raster->z[i] : -raster->z[i];
    double least = hs_risk_z_of(request->tolerance);
    hs_isobands bands = {.grid = raster->grid,
                         .values = turned,
                         .breaks = &least,
                         .break_count = 1,
                         .x_m = raster->x_m,
                         .y_m = raster->y_m,
                         .points = raster->n,
                         .adaptive = request->adaptive,
                         .tolerance = request->tolerance,
                         .side = above ? "above" : "below",
                         .first_id = id};
    hs_status status = hs_isobands_write(&bands, plane, error, json);
    free(turned);
    return status;
}

hs_status hs_density_isobands(const hs_snapshot *snapshot, const hs_density_request *request,
                              const hs_ramp_classes *classes, const hs_density_raster *raster,
                              hs_error *error, hs_json *json) {
    char colours[HS_RAMP_MAX_CLASSES][8];
    const char *names[HS_RAMP_MAX_CLASSES];
    for (uint32_t i = 0; i < classes->break_count; i++) {
        colour_of(classes, i, colours[i]);
        names[i] = colours[i];
    }
    hs_isobands bands = {.grid = raster->grid,
                         .values = raster->values,
                         .breaks = classes->breaks,
                         .break_count = classes->break_count,
                         .x_m = raster->x_m,
                         .y_m = raster->y_m,
                         .points = raster->n,
                         .colours = names,
                         .unit_zh = hs_density_unit_zh(request),
                         .unit_en = hs_density_unit_en(request),
                         .adaptive = request->adaptive,
                         .first_id = 1};
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_pair_text(json, "measure", measure_names[request->measure]);
    hs_json_pair_text(json, "unit", hs_density_unit_en(request));
    hs_json_pair_text(json, "unit_zh", hs_density_unit_zh(request));
    hs_json_pair_text(json, "kernel", hs_kernel_name(request->kernel));
    hs_density_write_bandwidth(json, request);
    hs_json_pair_bool(json, "adaptive", request->adaptive);
    hs_json_pair_bool(json, "edge_correction", request->edge_correction);
    hs_json_pair_double(json, "cell_m", raster->grid.cell_m);
    hs_json_pair_int(json, "n", (int64_t)raster->n);
    hs_json_pair_int(json, "version", (int64_t)snapshot->version);
    if (request->tolerance > 0) hs_json_pair_double(json, "tolerance", request->tolerance);
    hs_json_key(json, "features");
    hs_json_array(json);
    hs_status status = hs_isobands_write(&bands, &snapshot->plane, error, json);
    for (int side = 0; side < 2 && status == HS_OK && raster->z; side++)
        status = write_side(request, raster, &snapshot->plane, side == 0,
                            (int64_t)classes->break_count + 1 + side, error, json);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return status;
}
