/* Which incidents of a chunk a density counts, and how much. */
#include "service/density_adaptive.h"

#include "base/hash.h"
#include "service/duplicates.h"
#include <hotspot/time_kernel.h>
#include <math.h>
#include <stdlib.h>

bool hs_layer_points_share(layer_points *points) {
    if (points->share) return true;
    points->share = malloc(((size_t)points->columns.count + 1) * sizeof *points->share);
    for (uint32_t i = 0; points->share && i < points->columns.count; i++)
        points->share[i] = 1.0;
    return points->share != NULL;
}

static hs_status share_by_time(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                               layer_points *points) {
    if (!(layer->time_bandwidth_s > 0)) return HS_OK;
    int64_t *time_s = malloc(((size_t)chunk->count + 1) * sizeof *time_s);
    double *share = malloc(((size_t)chunk->count + 1) * sizeof *share);
    bool made = time_s && share && hs_layer_points_share(points);
    if (made) {
        for (uint32_t i = 0; i < chunk->count; i++) {
            int64_t t = hs_incident_time(chunk, i, layer->filter->time);
            time_s[i] = t == HS_NO_TIME ? INT64_MIN : t;
        }
        hs_time_shares(layer->time_kernel, layer->at_s, layer->time_bandwidth_s, time_s, chunk->count, share);
        for (uint32_t i = 0; i < points->columns.count; i++)
            points->share[i] *= share[i];
    }
    free(time_s);
    free(share);
    return made ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for times");
}

/* Incidents outside the city do not count. */
static void leave_out(layer_points *points, uint32_t row) {
    uint64_t bit = UINT64_C(1) << (row % 64);
    if (!(points->bits[row / 64] & bit)) return;
    points->bits[row / 64] &= ~bit;
    points->selected--;
}

static hs_status share_by_edge(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                               layer_points *points) {
    if (!layer->edge_correction) return HS_OK;
    hs_shared_entry *entry;
    hs_status status = hs_edge_shares_of(layer, chunk, error, &entry);
    if (status != HS_OK) return status;
    const edge_shares *shares = hs_shared_value(entry);
    if (shares->count > 0 && !hs_layer_points_share(points))
        status = hs_error_set(error, HS_E_MEMORY, "out of memory for edge correction");
    for (uint32_t k = 0; status == HS_OK && k < shares->count; k++) {
        uint32_t row = shares->row[k];
        if (shares->share[k] == 0.0)
            leave_out(points, row);
        else if (!layer->whole)
            points->share[row] *= shares->share[k];
    }
    hs_shared_unref(entry);
    return status;
}

/* (weight x share)^2 = weight x (weight x share^2). */
static hs_status square_shares(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                               layer_points *points) {
    if (!layer->squares || (!points->share && !chunk->weight)) return HS_OK;
    if (!hs_layer_points_share(points)) return hs_error_set(error, HS_E_MEMORY, "out of memory for weights");
    for (uint32_t i = 0; i < points->columns.count; i++) {
        double weight = (double)hs_incident_weight(chunk, i);
        points->share[i] *= points->share[i] * (weight > 0.0 ? weight : 0.0);
    }
    return HS_OK;
}

double hs_layer_weight(const layer_points *points, const hs_incident_chunk *chunk, uint32_t i) {
    double weight = (double)hs_incident_weight(chunk, i);
    if (!(weight > 0.0)) return 0.0;
    return points->share ? weight * points->share[i] : weight;
}

/* Shares as tiles add them: rounded to 1/65536. */
static hs_status round_shares(hs_error *error, layer_points *points) {
    if (!points->share) return HS_OK;
    points->factor = malloc(((size_t)points->columns.count + 1) * sizeof *points->factor);
    if (!points->factor) return hs_error_set(error, HS_E_MEMORY, "out of memory for weights");
    for (uint32_t i = 0; i < points->columns.count; i++) {
        double units = points->share[i] * 65536.0 + 0.5;
        points->factor[i] = units < (double)UINT32_MAX ? (uint32_t)units : UINT32_MAX;
    }
    points->columns.factor = points->factor;
    return HS_OK;
}

/* w s'^2 = s: shares whose squares, with the weight's, are what the rows weigh. */
hs_status hs_layer_points_root(const hs_incident_chunk *chunk, hs_error *error, layer_points *points) {
    if (!hs_layer_points_share(points)) return hs_error_set(error, HS_E_MEMORY, "out of memory for weights");
    for (uint32_t i = 0; i < chunk->count; i++) {
        double weight = (double)hs_incident_weight(chunk, i);
        points->share[i] = weight > 0.0 ? sqrt(points->share[i] / weight) : 0.0;
    }
    free(points->factor);
    points->factor = NULL;
    return round_shares(error, points);
}

hs_status hs_layer_points_of(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                             layer_points *points) {
    layer_points made = {.columns = {.mercator = chunk->mercator,
                                     .weight = chunk->weight,
                                     .count = chunk->count,
                                     .block_box = chunk->block_box,
                                     .block_rows = HS_BLOCK_ROWS}};
    made.bits = malloc(((size_t)chunk->count + 63) / 64 * sizeof *made.bits);
    if (!made.bits) {
        (void)hs_error_set(error, HS_E_MEMORY, "out of memory for a selection");
        return HS_E_MEMORY;
    }
    made.columns.selected = made.bits;
    uint32_t selected = 0;
    hs_status status = hs_service_filter_chunk(layer->service, layer->snapshot, layer->filter, chunk, error,
                                               made.bits, &selected);
    made.selected = selected;
    if (status == HS_OK) status = share_by_time(layer, chunk, error, &made);
    if (status == HS_OK) status = share_by_edge(layer, chunk, error, &made);
    if (status == HS_OK) status = square_shares(layer, chunk, error, &made);
    if (status == HS_OK && layer->ladder) status = hs_adaptive_restrict(layer, chunk, error, &made);
    if (status == HS_OK) status = round_shares(error, &made);
    if (status == HS_OK)
        *points = made;
    else
        hs_layer_points_done(&made);
    return status;
}

void hs_layer_points_done(layer_points *points) {
    free(points->bits);
    free(points->share);
    free(points->factor);
}

uint64_t hs_density_layer_hash(const density_layer *layer) {
    struct {
        uint64_t filter, geography, squares, whole;
        double time_bandwidth_s;
        int64_t at_s, time_kernel;
        double edge_bandwidth_m; /* 0: no correction */
        uint64_t edge_kernel, ladder, rung;
    } parts = {.filter = layer->filter->hash,
               .geography = layer->snapshot->geography_version,
               .squares = layer->squares,
               .whole = layer->whole};
    if (layer->time_bandwidth_s > 0) {
        parts.time_bandwidth_s = layer->time_bandwidth_s;
        parts.at_s = layer->at_s;
        parts.time_kernel = (int64_t)layer->time_kernel;
    }
    if (layer->edge_correction) {
        parts.edge_bandwidth_m = layer->edge_bandwidth_m;
        parts.edge_kernel = (uint64_t)layer->edge_kernel;
    }
    if (layer->ladder) {
        parts.ladder = layer->ladder->hash;
        parts.rung = (uint64_t)layer->rung << 2 | (uint64_t)layer->part;
    }
    return hs_hash(&parts, sizeof parts, 0);
}

hs_status hs_service_density_counted(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error, uint64_t *count) {
    density_layer layer = hs_density_layer_of(service, snapshot, request, false);
    const hs_incidents *incidents = snapshot->incidents;
    uint64_t counted = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        layer_points points = {0};
        hs_status status = hs_layer_points_of(&layer, chunk, error, &points);
        if (status != HS_OK) return status;
        for (uint32_t i = 0; points.share && i < chunk->count; i++)
            counted += (points.bits[i / 64] >> (i % 64) & 1) && points.share[i] != 0.0;
        if (!points.share) counted += points.selected;
        hs_layer_points_done(&points);
    }
    *count = counted;
    return HS_OK;
}
