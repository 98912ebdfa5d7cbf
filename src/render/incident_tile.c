#include "base/hash.h"
#include "base/text.h"
#include "render/tiles.h"
#include <stdio.h>
#include <string.h>

#define SINGLES_ZOOM   14
#define MAX_TILE_BYTES 500000u
#define MAX_SINGLES    8000u /* more than this are over the limit nearly always, and then not worth trying */
#define TEXT_LIMIT     128u
#define COARSE_GRID    16u /* cells a tile's side: 32 pixels of a tile shown at 512 */
#define FINE_GRID      64u
/* Ids of clusters stand above those of incidents and below 2^53, so that JavaScript keeps them apart. */
#define CLUSTER_ID (UINT64_C(1) << 52)

typedef struct incident_ref {
    const hs_incident_chunk *chunk;
    uint32_t row;
} incident_ref;

/* Sums over the incidents of one cell; whole, so that their order does not matter. */
typedef struct cluster {
    uint64_t count, dx, dy; /* distance from the tile's corner */
    incident_ref one;       /* the incident with the lowest row id */
} cluster;

typedef struct square {
    uint64_t x0, y0, side;
} square;

static bool in_square(const square *s, hs_mercator m) {
    return m.x >= s->x0 && m.y >= s->y0 && m.x - s->x0 < s->side && m.y - s->y0 < s->side;
}

static bool box_meets(const square *s, const hs_mercator_box *box) {
    return box->max_x >= s->x0 && box->min_x < s->x0 + s->side && box->max_y >= s->y0 &&
           box->min_y < s->y0 + s->side;
}

typedef bool (*visit_function)(void *context, incident_ref ref);

/* Calls visit for the selected rows of one chunk that lie in the square; false when visit stopped. */
static bool visit_chunk(const hs_incident_chunk *chunk, const uint64_t *bits, const square *s,
                        visit_function visit, void *context) {
    for (uint32_t begin = 0; begin < chunk->count; begin += HS_BLOCK_ROWS) {
        if (!box_meets(s, &chunk->block_box[begin / HS_BLOCK_ROWS])) continue;
        uint32_t left = chunk->count - begin;
        uint32_t end = begin + (left < HS_BLOCK_ROWS ? left : HS_BLOCK_ROWS);
        for (uint32_t i = begin; i < end; i++) {
            if (bits && !((bits[i >> 6] >> (i & 63)) & 1)) continue;
            if (!in_square(s, chunk->mercator[i])) continue;
            if (!visit(context, (incident_ref){chunk, i})) return false;
        }
    }
    return true;
}

static bool visit_tile(const hs_selection *selection, const square *s, visit_function visit, void *context) {
    const hs_incidents *incidents = selection->snapshot->incidents;
    for (uint32_t c = 0; c < selection->chunk_count && c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0 || !box_meets(s, &chunk->box)) continue;
        if (!visit_chunk(chunk, selection->bits[c], s, visit, context)) return false;
    }
    return true;
}

static void tag_text(hs_mvt *mvt, const char *key, hs_str text) {
    if (text.size > TEXT_LIMIT) text.size = hs_utf8_cut(text, TEXT_LIMIT);
    hs_mvt_tag_str(mvt, key, text);
}

static void tag_time(hs_mvt *mvt, const char *key, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    if (time_s == HS_NO_TIME) return;
    size_t size = hs_time_format(time_s, text);
    hs_mvt_tag_str(mvt, key, (hs_str){text, size});
}

static void tag_single(hs_mvt *mvt, const hs_snapshot *snapshot, incident_ref ref) {
    const hs_incidents *incidents = snapshot->incidents;
    const hs_incident_chunk *chunk = ref.chunk;
    uint32_t i = ref.row;
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    const hs_incident_attributes *attributes = hs_incident_attributes_of(chunk, i);
    hs_str code = incidents->category_code[hs_incident_category(chunk, i)];
    uint32_t category = hs_taxonomy_find(snapshot->taxonomy, code);
    tag_text(mvt, "id", texts.external_id);
    tag_text(mvt, "category", code);
    tag_text(mvt, "category_zh", category != HS_NONE ? snapshot->taxonomy->category[category].name : code);
    tag_text(mvt, "category_en", category != HS_NONE ? snapshot->taxonomy->category[category].name_en : code);
    tag_time(mvt, "reported", hs_incident_time(chunk, i, HS_TIME_REPORTED));
    tag_time(mvt, "occurred", hs_incident_time(chunk, i, HS_TIME_OCCURRED));
    tag_time(mvt, "closed", hs_incident_time(chunk, i, HS_TIME_CLOSED));
    tag_text(mvt, "source", incidents->source[attributes->source]);
    tag_text(mvt, "status", incidents->status[attributes->status]);
    hs_mvt_tag_str(mvt, "match_type", hs_str_of(hs_match_type_name((hs_match_type)attributes->match_type)));
    hs_mvt_tag_int(mvt, "accuracy_m", attributes->accuracy_m);
}

static void add_single(hs_mvt *mvt, const hs_snapshot *snapshot, incident_ref ref) {
    const hs_incident_chunk *chunk = ref.chunk;
    if (!hs_mvt_point(mvt, (uint64_t)hs_incident_row(chunk, ref.row), chunk->mercator[ref.row])) return;
    tag_single(mvt, snapshot, ref);
    hs_mvt_feature_end(mvt);
}

static bool visit_count(void *context, incident_ref ref) {
    uint32_t *count = context;
    (void)ref;
    return ++*count <= MAX_SINGLES;
}

typedef struct singles_context {
    hs_mvt *mvt;
    const hs_snapshot *snapshot;
} singles_context;

static bool visit_single(void *context, incident_ref ref) {
    singles_context *c = context;
    add_single(c->mvt, c->snapshot, ref);
    return hs_mvt_size(c->mvt) <= MAX_TILE_BYTES;
}

typedef struct cluster_context {
    square tile;
    uint32_t grid;
    cluster *cells;
} cluster_context;

static bool visit_cluster(void *context, incident_ref ref) {
    cluster_context *c = context;
    hs_mercator m = ref.chunk->mercator[ref.row];
    uint64_t dx = m.x - c->tile.x0;
    uint64_t dy = m.y - c->tile.y0;
    cluster *cell = &c->cells[dy * c->grid / c->tile.side * c->grid + dx * c->grid / c->tile.side];
    if (cell->count == 0 ||
        hs_incident_row(ref.chunk, ref.row) < hs_incident_row(cell->one.chunk, cell->one.row))
        cell->one = ref;
    cell->count++;
    cell->dx += dx;
    cell->dy += dy;
    return true;
}

/* 1234 is 1.2k, as counts on circles are written. */
static void tag_count(hs_mvt *mvt, uint64_t count) {
    static const char *const units[] = {"", "k", "M", "G"};
    char text[32];
    unsigned unit = 0;
    uint64_t tenths = count * 10;
    for (; tenths >= 10000 && unit < 3; unit++)
        tenths = (tenths + 500) / 1000;
    int size = tenths < 100 && unit > 0
                   ? snprintf(text, sizeof text, "%u.%u%s", (unsigned)(tenths / 10), (unsigned)(tenths % 10),
                              units[unit])
                   : snprintf(text, sizeof text, "%u%s", (unsigned)((tenths + 5) / 10), units[unit]);
    hs_mvt_tag_bool(mvt, "clustered", true);
    hs_mvt_tag_int(mvt, "point_count", (int64_t)count);
    hs_mvt_tag_str(mvt, "point_count_abbreviated", (hs_str){text, (size_t)size});
}

static void add_cluster(hs_mvt *mvt, hs_tile tile, const square *s, uint32_t grid, uint32_t at,
                        const cluster *cell) {
    uint64_t key[3] = {tile.z, (uint64_t)tile.x * grid + at % grid, (uint64_t)tile.y * grid + at / grid};
    uint64_t id = CLUSTER_ID | (hs_hash(key, sizeof key, grid) & (CLUSTER_ID - 1));
    hs_mercator mean = {(uint32_t)(s->x0 + cell->dx / cell->count),
                        (uint32_t)(s->y0 + cell->dy / cell->count)};
    if (!hs_mvt_point(mvt, id, mean)) return;
    tag_count(mvt, cell->count);
    hs_mvt_feature_end(mvt);
}

static hs_status clusters_of(const hs_selection *selection, hs_tile tile, const square *s, uint32_t grid,
                             hs_arena *arena, hs_error *error, hs_mvt **out) {
    cluster_context context = {*s, grid, hs_arena_array(arena, (size_t)grid * grid, sizeof(cluster))};
    hs_mvt *mvt = hs_mvt_new(tile, arena);
    if (!mvt || !context.cells) return hs_error_set(error, HS_E_MEMORY, "no memory for a vector tile");
    visit_tile(selection, s, visit_cluster, &context);
    hs_mvt_layer_begin(mvt, "incidents");
    for (uint32_t at = 0; at < grid * grid; at++) {
        const cluster *cell = &context.cells[at];
        if (cell->count == 1)
            add_single(mvt, selection->snapshot, cell->one);
        else if (cell->count > 1)
            add_cluster(mvt, tile, s, grid, at, cell);
    }
    *out = mvt;
    return HS_OK;
}

/* All as they are; *out stays NULL when they are too many. */
static hs_status singles_of(const hs_selection *selection, hs_tile tile, const square *s, hs_arena *arena,
                            hs_error *error, hs_mvt **out) {
    uint32_t count = 0;
    if (!visit_tile(selection, s, visit_count, &count)) return HS_OK;
    singles_context context = {hs_mvt_new(tile, arena), selection->snapshot};
    if (!context.mvt) return hs_error_set(error, HS_E_MEMORY, "no memory for a vector tile");
    hs_mvt_layer_begin(context.mvt, "incidents");
    if (visit_tile(selection, s, visit_single, &context)) *out = context.mvt;
    return HS_OK;
}

hs_status hs_render_incident_tile(const hs_selection *selection, hs_tile tile, hs_arena *arena,
                                  hs_error *error, hs_buffer *out) {
    if (!hs_tile_valid(tile))
        return hs_error_set(error, HS_E_ARGUMENT, "there is no tile %u/%u/%u", (unsigned)tile.z,
                            (unsigned)tile.x, (unsigned)tile.y);
    square s;
    hs_tile_square(tile, &s.x0, &s.y0, &s.side);
    hs_mvt *mvt = NULL;
    hs_status status = HS_OK;
    if (tile.z >= SINGLES_ZOOM) {
        status = singles_of(selection, tile, &s, arena, error, &mvt);
        if (status == HS_OK && !mvt) status = clusters_of(selection, tile, &s, FINE_GRID, arena, error, &mvt);
        if (mvt && hs_mvt_size(mvt) > MAX_TILE_BYTES) mvt = NULL;
    }
    if (status == HS_OK && !mvt) status = clusters_of(selection, tile, &s, COARSE_GRID, arena, error, &mvt);
    if (status != HS_OK) return status;
    hs_mvt_layer_end(mvt);
    return hs_mvt_finish(mvt, error, out);
}
