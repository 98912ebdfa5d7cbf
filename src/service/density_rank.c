/* Where a value stands among those of the whole city: picture cells at one zoom, sorted and kept. */
#include "service/density_private.h"

#include "base/hash.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TILE_PX     256
#define MOST_TILES  2.0 /* a side: then cells become wider */
#define FINEST_ZOOM 24

typedef struct ranks {
    size_t count;
    double cell_m;
    float value[]; /* ascending */
} ranks;

typedef struct ranking {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_density_request *request;
} ranking;

static void extend(hs_mercator_box *box, const hs_mercator_box *by) {
    if (by->min_x < box->min_x) box->min_x = by->min_x;
    if (by->min_y < box->min_y) box->min_y = by->min_y;
    if (by->max_x > box->max_x) box->max_x = by->max_x;
    if (by->max_y > box->max_y) box->max_y = by->max_y;
}

/* The city, or where it has no units its incidents; false where there is neither. */
static bool extent_of(const hs_snapshot *snapshot, hs_mercator_box *box) {
    const hs_geography *g = snapshot->geography;
    const hs_incidents *incidents = snapshot->incidents;
    uint32_t end;
    hs_mercator_box made = {UINT32_MAX, UINT32_MAX, 0, 0};
    uint32_t unit = hs_city_units(g, &end);
    bool has_units = unit < end;
    for (; unit < end; unit++) {
        const hs_box *b = &g->units.box[unit];
        hs_mercator nw = hs_mercator_from_position((hs_position){b->min_lon_e7, b->max_lat_e7});
        hs_mercator se = hs_mercator_from_position((hs_position){b->max_lon_e7, b->min_lat_e7});
        extend(&made, &(hs_mercator_box){nw.x, nw.y, se.x, se.y});
    }
    for (uint32_t c = 0; !has_units && c < incidents->chunk_count; c++)
        if (incidents->chunk[c]->positioned && incidents->chunk[c]->count > 0)
            extend(&made, &incidents->chunk[c]->box);
    *box = made;
    return made.min_x <= made.max_x && made.min_y <= made.max_y;
}

/* The coarsest zoom whose pixels are fine enough, unless that takes too many tiles. */
static uint32_t zoom_of(const hs_mercator_box *box, double bandwidth_m, double *cell_m) {
    double mx;
    double my;
    hs_mercator_ground_m(((double)box->min_y + (double)box->max_y) / 2, &mx, &my);
    double side = fmax((double)box->max_x - (double)box->min_x, (double)box->max_y - (double)box->min_y);
    uint32_t z = 0;
    while (z < FINEST_ZOOM && ldexp(0x1p32, -(int)z) / TILE_PX * mx > bandwidth_m / 4 &&
           side / ldexp(0x1p32, -(int)z - 1) <= MOST_TILES)
        z++;
    *cell_m = ldexp(0x1p32, -(int)z) / TILE_PX * mx;
    return z;
}

static int ascending(const void *left, const void *right) {
    float a = *(const float *)left;
    float b = *(const float *)right;
    return (a > b) - (a < b);
}

static hs_status add_tile(const ranking *work, hs_tile tile, float *pixels, hs_error *error, ranks *made) {
    hs_density_view view = {tile.z, tile.x, tile.y, TILE_PX};
    uint32_t end;
    hs_status status =
        hs_service_density_tile(work->service, work->snapshot, work->request, tile, TILE_PX, error, pixels);
    if (status == HS_OK && hs_city_units(work->snapshot->geography, &end) < end)
        status = hs_cut_tile(work->service, work->snapshot, &view, error, pixels);
    for (size_t i = 0; status == HS_OK && i < (size_t)TILE_PX * TILE_PX; i++)
        if (!isnan(pixels[i])) made->value[made->count++] = pixels[i];
    return status;
}

static hs_status fill(const ranking *work, const hs_mercator_box *box, uint32_t z, hs_error *error,
                      ranks *made) {
    float *pixels = malloc((size_t)TILE_PX * TILE_PX * sizeof *pixels);
    if (!pixels) return hs_error_memory(error, "ranks");
    hs_status status = HS_OK;
    unsigned shift = 32 - z;
    uint32_t first_x = z ? box->min_x >> shift : 0;
    uint32_t last_x = z ? box->max_x >> shift : 0;
    uint32_t last_y = z ? box->max_y >> shift : 0;
    for (uint32_t y = z ? box->min_y >> shift : 0; y <= last_y && status == HS_OK; y++)
        for (uint32_t x = first_x; x <= last_x && status == HS_OK; x++)
            status = add_tile(work, (hs_tile){z, x, y}, pixels, error, made);
    free(pixels);
    if (status == HS_OK) qsort(made->value, made->count, sizeof *made->value, ascending);
    return status;
}

static hs_status make_ranks(void *context, hs_error *error, void **value, size_t *bytes) {
    const ranking *work = context;
    hs_mercator_box box;
    double cell_m = 0;
    bool any = extent_of(work->snapshot, &box);
    uint32_t z = any ? zoom_of(&box, work->request->bandwidth_m, &cell_m) : 0;
    size_t tiles = any ? (size_t)(MOST_TILES + 2) * (size_t)(MOST_TILES + 2) : 0;
    ranks *made = malloc(sizeof *made + tiles * TILE_PX * TILE_PX * sizeof *made->value);
    if (!made) return hs_error_memory(error, "ranks");
    made->count = 0;
    made->cell_m = cell_m;
    hs_status status = any ? fill(work, &box, z, error, made) : HS_OK;
    if (status != HS_OK) {
        free(made);
        return status;
    }
    *bytes = sizeof *made + made->count * sizeof *made->value;
    ranks *kept = realloc(made, *bytes);
    *value = kept ? kept : made;
    return HS_OK;
}

/* How many of ascending values are above one. */
static size_t above(const float *value, size_t count, float than) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (value[middle] <= than)
            low = middle + 1;
        else
            high = middle;
    }
    return count - low;
}

hs_status hs_service_density_rank(hs_service *service, const hs_snapshot *snapshot,
                                  const hs_density_request *request, double value, hs_error *error,
                                  hs_density_rank *rank) {
    hs_density_request quick = *request;
    quick.exact = false;
    quick.tolerance = 0;
    ranking work = {service, snapshot, &quick};
    hs_shared_key key = {
        {HS_CACHED_RANKS, hs_density_request_hash(&quick), snapshot->serial, snapshot->geography_version}};
    hs_shared_maker maker = {make_ranks, free, &work};
    hs_shared_entry *entry;
    hs_status status = hs_shared_cache_get(service->shared, &key, &maker, error, &entry);
    if (status != HS_OK) return status;
    const ranks *all = hs_shared_value(entry);
    *rank = (hs_density_rank){0, all->count, all->cell_m};
    if (!isnan(value) && all->count > 0) rank->rank = above(all->value, all->count, (float)value) + 1;
    hs_shared_unref(entry);
    return HS_OK;
}

void hs_density_street_rank(const hs_density_request *request, const hs_density_streets *streets,
                            double value, hs_density_rank *rank) {
    *rank = (hs_density_rank){.cell_m = hs_density_lixel_m(request)};
    uint64_t higher = 0;
    for (uint32_t l = 0; l < hs_network_lixel_count(streets->network); l++) {
        rank->of += !isnan(streets->values[l]);
        higher += (double)streets->values[l] > value;
    }
    if (!isnan(value)) rank->rank = higher + 1;
}
