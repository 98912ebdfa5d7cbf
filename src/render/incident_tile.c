#include "base/hash.h"
#include "base/text.h"
#include "base/time_text.h"
#include "render/tiles.h"
#include <stdio.h>
#include <string.h>

#define SINGLES_ZOOM        14
#define INCIDENT_BYTES_MOST (HS_TILE_BYTES_MOST - 1000u) /* keys and frames come to it */
#define SINGLES_TRIED       256u
#define MAX_SINGLES         8000u /* more than this are over the limit nearly always, and then not worth trying */
#define TEXT_LIMIT          128u
#define COARSE_GRID         16u /* cells a tile's side: 32 pixels of a tile shown at 512 */
#define FINE_GRID           64u
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

/* A tile being written: numbers of its keys, and the values that many incidents share, by their codes. */
typedef struct writing {
    hs_mvt *mvt;
    const hs_snapshot *snapshot;
    uint32_t id, category, category_zh, category_en, reported, occurred, closed, source, status, match_type,
        accuracy_m;
    hs_day_text day;
} writing;

/* What a value is known by in the layer: its kind above, its code below. */
enum {
    OF_CATEGORY = 1,
    OF_CATEGORY_ZH,
    OF_CATEGORY_EN,
    OF_SOURCE,
    OF_STATUS,
    OF_MATCH,
    OF_ACCURACY,
    OF_TIME
};
#define KNOWN_AS(kind, code) ((uint64_t)(kind) << 56 | (code))

static hs_str cut(hs_str text) {
    if (text.size > TEXT_LIMIT) text.size = hs_utf8_cut(text, TEXT_LIMIT);
    return text;
}

static void tag_known(writing *w, uint32_t key, uint64_t known_as, hs_str text) {
    uint32_t value;
    if (text.size == 0) return;
    if (!hs_mvt_value_known(w->mvt, known_as, &value))
        value = hs_mvt_value_keep(w->mvt, known_as, hs_mvt_value_str(w->mvt, cut(text)));
    hs_mvt_tag(w->mvt, key, value);
}

static void tag_time(writing *w, uint32_t key, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    uint32_t value;
    if (time_s == HS_NO_TIME) return;
    uint64_t known_as = KNOWN_AS(OF_TIME, (uint64_t)time_s & ((UINT64_C(1) << 56) - 1));
    if (!hs_mvt_value_known(w->mvt, known_as, &value)) {
        size_t size = hs_time_text(&w->day, time_s, text);
        value = hs_mvt_value_keep(w->mvt, known_as, hs_mvt_value_own_str(w->mvt, (hs_str){text, size}));
    }
    hs_mvt_tag(w->mvt, key, value);
}

static void tag_category(writing *w, uint32_t number) {
    hs_str code = w->snapshot->incidents->category_code[number];
    uint32_t value;
    hs_str name = code;
    hs_str name_en = code;
    if (!hs_mvt_value_known(w->mvt, KNOWN_AS(OF_CATEGORY, number), &value)) {
        uint32_t row = hs_taxonomy_find(w->snapshot->taxonomy, code);
        if (row != HS_NONE) {
            name = w->snapshot->taxonomy->category[row].name;
            name_en = w->snapshot->taxonomy->category[row].name_en;
        }
    }
    tag_known(w, w->category, KNOWN_AS(OF_CATEGORY, number), code);
    tag_known(w, w->category_zh, KNOWN_AS(OF_CATEGORY_ZH, number), name);
    tag_known(w, w->category_en, KNOWN_AS(OF_CATEGORY_EN, number), name_en);
}

static void tag_single(writing *w, incident_ref ref) {
    const hs_incidents *incidents = w->snapshot->incidents;
    const hs_incident_chunk *chunk = ref.chunk;
    uint32_t i = ref.row;
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    hs_str id = cut(texts.external_id);
    const hs_incident_attributes *a = hs_incident_attributes_of(chunk, i);
    if (id.size > 0) hs_mvt_tag(w->mvt, w->id, hs_mvt_value_own_str(w->mvt, id));
    tag_category(w, hs_incident_category(chunk, i));
    tag_time(w, w->reported, hs_incident_time(chunk, i, HS_TIME_REPORTED));
    tag_time(w, w->occurred, hs_incident_time(chunk, i, HS_TIME_OCCURRED));
    tag_time(w, w->closed, hs_incident_time(chunk, i, HS_TIME_CLOSED));
    tag_known(w, w->source, KNOWN_AS(OF_SOURCE, a->source), incidents->source[a->source]);
    tag_known(w, w->status, KNOWN_AS(OF_STATUS, a->status), incidents->status[a->status]);
    tag_known(w, w->match_type, KNOWN_AS(OF_MATCH, a->match_type),
              hs_str_of(hs_match_type_name((hs_match_type)a->match_type)));
    uint32_t accuracy;
    uint64_t known_as = KNOWN_AS(OF_ACCURACY, a->accuracy_m);
    if (!hs_mvt_value_known(w->mvt, known_as, &accuracy))
        accuracy = hs_mvt_value_keep(w->mvt, known_as, hs_mvt_value_int(w->mvt, a->accuracy_m));
    hs_mvt_tag(w->mvt, w->accuracy_m, accuracy);
}

static void add_single(writing *w, incident_ref ref) {
    const hs_incident_chunk *chunk = ref.chunk;
    if (!hs_mvt_point(w->mvt, (uint64_t)hs_incident_row(chunk, ref.row), chunk->mercator[ref.row])) return;
    tag_single(w, ref);
    hs_mvt_feature_end(w->mvt);
}

/* Begins the layer of a new tile; false when the arena is out. */
static bool begin_writing(writing *w, const hs_snapshot *snapshot, hs_tile tile, hs_arena *arena) {
    hs_mvt *mvt = hs_mvt_new(tile, arena);
    if (!mvt) return false;
    hs_mvt_layer_begin(mvt, "incidents");
    *w = (writing){.mvt = mvt, .snapshot = snapshot};
    w->id = hs_mvt_key(mvt, "id");
    w->category = hs_mvt_key(mvt, "category");
    w->category_zh = hs_mvt_key(mvt, "category_zh");
    w->category_en = hs_mvt_key(mvt, "category_en");
    w->reported = hs_mvt_key(mvt, "reported");
    w->occurred = hs_mvt_key(mvt, "occurred");
    w->closed = hs_mvt_key(mvt, "closed");
    w->source = hs_mvt_key(mvt, "source");
    w->status = hs_mvt_key(mvt, "status");
    w->match_type = hs_mvt_key(mvt, "match_type");
    w->accuracy_m = hs_mvt_key(mvt, "accuracy_m");
    return true;
}

static bool visit_count(void *context, incident_ref ref) {
    uint32_t *count = context;
    (void)ref;
    return ++*count <= MAX_SINGLES;
}

typedef struct singles_context {
    writing w;
    uint64_t total, done;
} singles_context;

/* Stops when the tile is too large, or will be by a fifth as its first incidents tell. */
static bool visit_single(void *context, incident_ref ref) {
    singles_context *c = context;
    add_single(&c->w, ref);
    c->done++;
    size_t size = hs_mvt_size(c->w.mvt);
    if (c->done == SINGLES_TRIED && size * c->total > c->done * (HS_TILE_BYTES_MOST / 5 * 6)) return false;
    return size <= INCIDENT_BYTES_MOST;
}

typedef struct cluster_context {
    square tile;
    unsigned shift; /* the grid's cells are 2^shift wide */
    uint32_t grid;
    cluster *cells;
} cluster_context;

static bool visit_cluster(void *context, incident_ref ref) {
    cluster_context *c = context;
    hs_mercator m = ref.chunk->mercator[ref.row];
    uint64_t dx = m.x - c->tile.x0;
    uint64_t dy = m.y - c->tile.y0;
    cluster *cell = &c->cells[(dy >> c->shift) * c->grid + (dx >> c->shift)];
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

/* Where single incidents belong but were too many. */
static void tell_merged(hs_mvt *mvt, const square *s, uint64_t merged) {
    hs_mvt_layer_begin(mvt, HS_REDUCED_LAYER);
    hs_mvt_point(mvt, 1, (hs_mercator){(uint32_t)(s->x0 + s->side / 2), (uint32_t)(s->y0 + s->side / 2)});
    hs_mvt_tag_str(mvt, "layer", HS_STR("incidents"));
    hs_mvt_tag_int(mvt, "merged", (int64_t)merged);
    hs_mvt_feature_end(mvt);
    hs_mvt_layer_end(mvt);
}

static hs_status clusters_of(const hs_selection *selection, hs_tile tile, const square *s, uint32_t grid,
                             hs_arena *arena, hs_error *error, hs_mvt **out) {
    writing w;
    cluster_context context = {.tile = *s, .grid = grid};
    context.shift = 32 - tile.z - (unsigned)__builtin_ctz(grid);
    context.cells = hs_arena_array(arena, (size_t)grid * grid, sizeof(cluster));
    if (!context.cells || !begin_writing(&w, selection->snapshot, tile, arena))
        return hs_error_set(error, HS_E_MEMORY, "no memory for a vector tile");
    visit_tile(selection, s, visit_cluster, &context);
    uint64_t merged = 0;
    for (uint32_t at = 0; at < grid * grid; at++) {
        const cluster *cell = &context.cells[at];
        if (cell->count == 1) add_single(&w, cell->one);
        if (cell->count < 2) continue;
        add_cluster(w.mvt, tile, s, grid, at, cell);
        merged += cell->count;
    }
    hs_mvt_layer_end(w.mvt);
    if (tile.z >= SINGLES_ZOOM && merged > 0) tell_merged(w.mvt, s, merged);
    *out = w.mvt;
    return HS_OK;
}

/* All as they are; *out stays NULL when they are too many. */
static hs_status singles_of(const hs_selection *selection, hs_tile tile, const square *s, hs_arena *arena,
                            hs_error *error, hs_mvt **out) {
    uint32_t count = 0;
    if (!visit_tile(selection, s, visit_count, &count)) return HS_OK;
    singles_context context = {.total = count};
    if (!begin_writing(&context.w, selection->snapshot, tile, arena))
        return hs_error_set(error, HS_E_MEMORY, "no memory for a vector tile");
    if (!visit_tile(selection, s, visit_single, &context)) return HS_OK;
    hs_mvt_layer_end(context.w.mvt);
    *out = context.w.mvt;
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
        if (mvt && hs_mvt_size(mvt) > HS_TILE_BYTES_MOST) mvt = NULL;
    }
    if (status == HS_OK && !mvt) status = clusters_of(selection, tile, &s, COARSE_GRID, arena, error, &mvt);
    return status == HS_OK ? hs_mvt_finish(mvt, error, out) : status;
}
