/* The city's border: its outline, what lies outside, and the masses that incidents are divided by. */
#include "service/density_private.h"

#include "base/hash.h"
#include "geo/outline.h"
#include <math.h>
#include <stdlib.h>

uint32_t hs_city_units(const hs_geography *geography, uint32_t *end) {
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        if (geography->units.level_start[level] == geography->units.level_start[level + 1]) continue;
        *end = geography->units.level_start[level + 1];
        return geography->units.level_start[level];
    }
    return *end = 0;
}

bool hs_in_city(const hs_geography *geography, hs_position position) {
    uint32_t end;
    uint32_t first = hs_city_units(geography, &end);
    if (first == end) return false;
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    return placement.unit[geography->units.level[first]] != HS_NONE;
}

/* Versions are not unique where a backup is put back, so what the outline is made of is looked at too. */
static uint64_t city_hash(const hs_snapshot *snapshot) {
    const hs_units *units = &snapshot->geography->units;
    uint32_t end;
    uint32_t first = hs_city_units(snapshot->geography, &end);
    struct {
        uint64_t version, count;
        double center_lon_deg, center_lat_deg;
    } parts = {snapshot->geography_version, end - first, snapshot->plane.center_lon_deg,
               snapshot->plane.center_lat_deg};
    uint64_t hash = hs_hash(&parts, sizeof parts, 0);
    if (end > first) hash = hs_hash(&units->box[first], (end - first) * sizeof *units->box, hash);
    for (uint32_t unit = first; unit < end; unit++) {
        const hs_geometry *g = &units->geometry[unit];
        hash = hs_hash(&g->ring_start[g->ring_count], sizeof *g->ring_start, hash);
    }
    return hash;
}

static void free_outline(void *value) {
    city_outline *outline = value;
    if (!outline) return;
    free(outline->plane);
    free(outline->mercator);
    free(outline);
}

typedef struct outlining {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_outline *outline;
    city_outline *made;
} outlining;

static void project_edges(void *context, size_t begin, size_t end) {
    const outlining *work = context;
    hs_outline_on_plane(work->outline, &work->snapshot->plane, begin, end, work->made->plane);
    hs_outline_on_mercator(work->outline, begin, end, work->made->mercator);
}

static hs_status make_outline(void *context, hs_error *error, void **value, size_t *bytes) {
    outlining *work = context;
    const hs_geography *geography = work->snapshot->geography;
    uint32_t end;
    uint32_t first = hs_city_units(geography, &end);
    hs_outline *outline;
    hs_status status = hs_outline_new(&geography->units.geometry[first], end - first, error, &outline);
    if (status != HS_OK) return status;
    city_outline *made = calloc(1, sizeof *made);
    if (made) {
        made->count = outline->count;
        made->plane = malloc(((size_t)made->count + 1) * sizeof *made->plane);
        made->mercator = malloc(((size_t)made->count + 1) * sizeof *made->mercator);
    }
    if (!made || !made->plane || !made->mercator) {
        free_outline(made);
        hs_outline_free(outline);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the city's outline");
    }
    outlining projecting = {work->service, work->snapshot, outline, made};
    hs_pool_for(work->service->pool, made->count, 1024, project_edges, &projecting);
    hs_outline_free(outline);
    *value = made;
    *bytes = sizeof *made + 2 * (size_t)made->count * sizeof *made->plane;
    return HS_OK;
}

hs_status hs_city_outline(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                          hs_shared_entry **entry) {
    outlining work = {service, snapshot, NULL, NULL};
    hs_shared_key key = {{HS_CACHED_OUTLINE, city_hash(snapshot)}};
    hs_shared_maker maker = {make_outline, free_outline, &work};
    return hs_shared_cache_get(service->shared, &key, &maker, error, entry);
}

typedef struct cutting {
    size_t columns;
    double *doubles; /* one of the two */
    float *floats;
} cutting;

static void leave_nothing(void *context, uint32_t row, uint32_t begin, uint32_t end) {
    const cutting *work = context;
    for (size_t i = row * work->columns + begin; i < row * work->columns + end; i++) {
        if (work->doubles)
            work->doubles[i] = (double)NAN;
        else
            work->floats[i] = NAN;
    }
}

static hs_status cut(hs_service *service, const hs_snapshot *snapshot, bool plane, const hs_scan_grid *grid,
                     cutting *work, hs_error *error) {
    hs_shared_entry *entry;
    hs_status status = hs_city_outline(service, snapshot, error, &entry);
    if (status != HS_OK) return status;
    const city_outline *outline = hs_shared_value(entry);
    status = hs_scan_outside(plane ? outline->plane : outline->mercator, outline->count, grid, leave_nothing,
                             work, error);
    hs_shared_unref(entry);
    return status;
}

hs_status hs_cut_raster(hs_service *service, const hs_snapshot *snapshot, const hs_raster_grid *grid,
                        hs_error *error, double *values) {
    hs_scan_grid centres = {.x = grid->west_m + 0.5 * grid->cell_m,
                            .y = grid->north_m - 0.5 * grid->cell_m,
                            .dx = grid->cell_m,
                            .dy = -grid->cell_m,
                            .columns = grid->columns,
                            .rows = grid->rows};
    cutting work = {grid->columns, values, NULL};
    return cut(service, snapshot, true, &centres, &work, error);
}

hs_status hs_cut_tile(hs_service *service, const hs_snapshot *snapshot, const hs_density_view *view,
                      hs_error *error, float *values) {
    double pixel = ldexp(0x1p32, -(int)view->z) / (double)view->size;
    hs_scan_grid centres = {.x = ((double)view->x * view->size + 0.5) * pixel,
                            .y = ((double)view->y * view->size + 0.5) * pixel,
                            .dx = pixel,
                            .dy = pixel,
                            .columns = view->size,
                            .rows = view->size};
    cutting work = {view->size, NULL, values};
    return cut(service, snapshot, false, &centres, &work, error);
}

static void free_area(void *value) {
    hs_study_area_free(value);
}

static hs_status make_area(void *context, hs_error *error, void **value, size_t *bytes) {
    const density_layer *layer = context;
    hs_shared_entry *entry;
    hs_status status = hs_city_outline(layer->service, layer->snapshot, error, &entry);
    if (status != HS_OK) return status;
    const city_outline *outline = hs_shared_value(entry);
    hs_study_area *area;
    status = hs_study_area_new(outline->plane, outline->count, layer->edge_kernel, layer->edge_bandwidth_m,
                               error, &area);
    hs_shared_unref(entry);
    if (status != HS_OK) return status;
    *value = area;
    *bytes = hs_study_area_bytes(area);
    return HS_OK;
}

/* Less would make one incident in a spike of the border a hot spot of its own. */
#define LEAST_MASS 0x1p-14

typedef struct sharing {
    const density_layer *layer;
    const hs_incident_chunk *chunk;
    const hs_study_area *area;
    double *share; /* [count] 1 to begin with */
} sharing;

#define WIDEST_BLOCK_M 20000.0
#define BLOCK_MARGIN   0.01

/* Whether a block's box lies so far inside that all its incidents have mass 1: by its corners on the plane,
 * where its sides bend by far less than the margin. */
static bool block_is_inside(const sharing *work, const hs_mercator_box *box) {
    double west = INFINITY;
    double south = INFINITY;
    double east = -INFINITY;
    double north = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        hs_mercator at = {corner % 2 ? box->min_x : box->max_x, corner / 2 ? box->min_y : box->max_y};
        double x;
        double y;
        hs_plane_forward(&work->layer->snapshot->plane, hs_mercator_to_position(at), &x, &y);
        west = fmin(west, x);
        east = fmax(east, x);
        south = fmin(south, y);
        north = fmax(north, y);
    }
    double size = (east - west) + (north - south);
    double margin = BLOCK_MARGIN * size + 1.0;
    return size < WIDEST_BLOCK_M &&
           hs_study_area_holds(work->area, west - margin, south - margin, east + margin, north + margin);
}

static double share_at(const sharing *work, hs_position position) {
    double x;
    double y;
    bool inside;
    hs_plane_forward(&work->layer->snapshot->plane, position, &x, &y);
    double mass = hs_study_area_mass(work->area, x, y, &inside);
    if (!inside) return 0.0;
    return 1.0 / (mass > LEAST_MASS ? mass : LEAST_MASS);
}

static void share_blocks(void *context, size_t begin, size_t end) {
    sharing *work = context;
    const hs_incident_chunk *chunk = work->chunk;
    for (size_t block = begin; block < end; block++) {
        if (!chunk->wide_position && block_is_inside(work, &chunk->block_box[block])) continue;
        uint32_t first = (uint32_t)block * HS_BLOCK_ROWS;
        uint32_t last = first + HS_BLOCK_ROWS < chunk->count ? first + HS_BLOCK_ROWS : chunk->count;
        for (uint32_t i = first; i < last; i++) {
            /* Those of one address follow one another. */
            bool again = i > first && chunk->mercator[i].x == chunk->mercator[i - 1].x &&
                         chunk->mercator[i].y == chunk->mercator[i - 1].y && !chunk->wide_position;
            work->share[i] = again ? work->share[i - 1] : share_at(work, hs_incident_position(chunk, i));
        }
    }
}

static void free_shares(void *value) {
    free(value);
}

static hs_status keep_shares(const double *share, uint32_t count, hs_error *error, void **value,
                             size_t *bytes) {
    size_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        kept += share[i] != 1.0;
    size_t size = sizeof(edge_shares) + kept * (sizeof(double) + sizeof(uint32_t));
    edge_shares *made = malloc(size);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for edge correction");
    made->count = 0;
    made->share = (double *)(made + 1);
    made->row = (uint32_t *)(made->share + kept);
    for (uint32_t i = 0; i < count; i++) {
        if (share[i] == 1.0) continue;
        made->row[made->count] = i;
        made->share[made->count++] = share[i];
    }
    *value = made;
    *bytes = size;
    return HS_OK;
}

static hs_status make_shares(void *context, hs_error *error, void **value, size_t *bytes) {
    sharing *work = context;
    const density_layer *layer = work->layer;
    hs_shared_key key = {{HS_CACHED_STUDY_AREA, city_hash(layer->snapshot), (uint64_t)layer->edge_kernel,
                          hs_hash(&layer->edge_bandwidth_m, sizeof layer->edge_bandwidth_m, 0)}};
    density_layer copy = *layer;
    hs_shared_maker maker = {make_area, free_area, &copy};
    hs_shared_entry *entry;
    hs_status status = hs_shared_cache_get(layer->service->shared, &key, &maker, error, &entry);
    if (status != HS_OK) return status;
    uint32_t count = work->chunk->count;
    work->area = hs_shared_value(entry);
    work->share = malloc(((size_t)count + 1) * sizeof *work->share);
    if (work->share) {
        for (uint32_t i = 0; i < count; i++)
            work->share[i] = 1.0;
        hs_pool_for(layer->service->pool, (count + HS_BLOCK_ROWS - 1) / HS_BLOCK_ROWS, 8, share_blocks, work);
        status = keep_shares(work->share, count, error, value, bytes);
    } else {
        status = hs_error_set(error, HS_E_MEMORY, "out of memory for edge correction");
    }
    free(work->share);
    hs_shared_unref(entry);
    return status;
}

hs_status hs_edge_shares_of(const density_layer *layer, const hs_incident_chunk *chunk, hs_error *error,
                            hs_shared_entry **entry) {
    struct {
        uint64_t city, kernel;
        double bandwidth_m;
    } parts = {city_hash(layer->snapshot), (uint64_t)layer->edge_kernel, layer->edge_bandwidth_m};
    sharing work = {layer, chunk, NULL, NULL};
    hs_shared_key key = {{HS_CACHED_EDGE_SHARES, hs_hash(&parts, sizeof parts, 0), 0, chunk->id}};
    hs_shared_maker maker = {make_shares, free_shares, &work};
    return hs_shared_cache_get(layer->service->shared, &key, &maker, error, entry);
}

hs_status hs_service_density_outside(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, hs_error *error, uint64_t *count) {
    density_layer inside = hs_density_layer_of(service, snapshot, request, false);
    density_layer all = inside;
    inside.edge_correction = true;
    all.edge_correction = false;
    const hs_incidents *incidents = snapshot->incidents;
    uint64_t outside = 0;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        layer_points counted;
        layer_points passed;
        hs_status status = hs_layer_points_of(&inside, chunk, error, &counted);
        if (status != HS_OK) return status;
        uint32_t left = counted.selected;
        hs_layer_points_done(&counted);
        status = hs_layer_points_of(&all, chunk, error, &passed);
        if (status != HS_OK) return status;
        outside += passed.selected - left;
        hs_layer_points_done(&passed);
    }
    *count = outside;
    return HS_OK;
}
