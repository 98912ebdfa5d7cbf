#include "service/hotspots_view.h"

#include "base/hash.h"
#include "render/tiles.h"
#include "service/density_private.h"
#include "service/hotspots_method.h"
#include "service/service_private.h"

#include <stdlib.h>

#define REQUEST_MOST ((size_t)64 << 20)
#define NOTICE_BYTES 2000u
#define TAG_BYTES    4000u
/* About what a row of a result takes. */
#define ROW_BYTES 2048u

/* A shared answer. */
typedef struct view {
    hs_arena *arena; /* of the request */
    hs_snapshot *snapshot;
    hs_hotspot_run run;
    hs_hotspot_table table;
    hs_tile_shapes shapes;
    bool has_shapes;
} view;

typedef struct making {
    hs_service *service;
    const hs_hotspot_method *method;
    hs_snapshot *snapshot;
    const hs_str *names, *values;
    size_t count;
    bool aggregates;
    hs_progress progress;
} making;

static void free_view(void *value) {
    view *v = value;
    if (v->has_shapes) hs_tile_shapes_done(&v->shapes);
    hs_hotspots_done(&v->run);
    hs_arena_free(v->arena);
    hs_snapshot_unref(v->snapshot);
    free(v);
}

/* Texts that outlive the request that asked first. */
static hs_status parse_copy(const making *m, view *v, hs_error *error) {
    hs_str *names = hs_arena_array(v->arena, m->count + 1, sizeof *names);
    hs_str *values = hs_arena_array(v->arena, m->count + 1, sizeof *values);
    bool good = names && values;
    for (size_t i = 0; good && i < m->count; i++) {
        names[i] = hs_arena_str(v->arena, m->names[i]);
        values[i] = hs_arena_str(v->arena, m->values[i]);
        good = names[i].data && values[i].data;
    }
    if (!good) return hs_error_memory(error, "hotspots");
    return hs_hotspots_parse(m->method, m->snapshot, names, values, m->count, m->aggregates, v->arena, error,
                             &v->run);
}

/* Rows as shapes for tiles; points and rows without places have none. */
static hs_status make_shapes(view *v, hs_error *error) {
    v->run.method->table(&v->run, &v->table);
    if (v->table.type != HS_GEOMETRY_LINES && v->table.type != HS_GEOMETRY_POLYGONS) return HS_OK;
    hs_tile_shapes_builder *builder = hs_tile_shapes_builder_new(v->table.type);
    hs_arena *arena = hs_arena_new(REQUEST_MOST);
    bool good = builder && arena;
    for (uint32_t i = 0; good && i < v->table.rows; i++) {
        hs_value values[HS_HOTSPOT_MOST_FIELDS];
        const hs_geometry *geometry = NULL;
        v->table.read(&v->run, i, arena, values, &geometry);
        good = !geometry || hs_tile_shapes_add(builder, i, 0, 0, geometry);
        hs_arena_reset(arena);
    }
    hs_arena_free(arena);
    if (!good) {
        hs_tile_shapes_builder_free(builder);
        return hs_error_memory(error, "hotspots");
    }
    hs_status status = hs_tile_shapes_finish(builder, error, &v->shapes);
    v->has_shapes = status == HS_OK;
    return status;
}

static hs_status make_view(void *context, hs_error *error, void **value, size_t *bytes) {
    const making *m = context;
    view *v = calloc(1, sizeof *v);
    if (!v) return hs_error_memory(error, "hotspots");
    v->arena = hs_arena_new(REQUEST_MOST);
    v->snapshot = hs_snapshot_ref(m->snapshot);
    hs_status status = v->arena ? parse_copy(m, v, error) : hs_error_memory(error, "hotspots");
    v->run.progress = m->progress;
    if (status == HS_OK) status = hs_hotspots_compute(m->service, &v->run, error);
    v->run.progress = (hs_progress){0};
    if (status == HS_OK) status = make_shapes(v, error);
    if (status != HS_OK) {
        free_view(v);
        return status;
    }
    const hs_hotspot_head *head = v->run.result;
    *bytes = sizeof *v + hs_arena_used(v->arena) + hs_arena_used(head->arena) +
             (size_t)v->table.rows * ROW_BYTES + (v->has_shapes ? hs_tile_shapes_bytes(&v->shapes) : 0);
    *value = v;
    return HS_OK;
}

static bool decides(hs_str name) {
    return !hs_str_equal(name, HS_STR("v")) && !hs_str_equal(name, HS_STR("method"));
}

static hs_shared_key key_of(const hs_hotspot_method *method, const hs_snapshot *snapshot, const hs_str *names,
                            const hs_str *values, size_t count, bool aggregates) {
    uint64_t hash = hs_hash_str(hs_str_of(hs_hotspot_method_name(method)), aggregates);
    for (size_t i = 0; i < count; i++) {
        if (!decides(names[i])) continue;
        hash = hs_hash_str(names[i], hash);
        hash = hs_hash_str(values[i], hash ^ names[i].size);
    }
    return (hs_shared_key){{HS_CACHED_HOTSPOTS, hash, snapshot->serial, snapshot->version}};
}

hs_status hs_hotspots_shared(hs_service *service, const hs_hotspot_method *method, hs_snapshot *snapshot,
                             const hs_str *names, const hs_str *values, size_t count, bool aggregates,
                             hs_progress progress, hs_error *error, hs_shared_entry **entry) {
    making m = {service, method, snapshot, names, values, count, aggregates, progress};
    const hs_shared_key key = key_of(method, snapshot, names, values, count, aggregates);
    const hs_shared_maker maker = {make_view, free_view, &m};
    /* A view holds its snapshot: none of an older one is kept. */
    hs_hotspots_drop_old(service, snapshot);
    return hs_shared_cache_get(service->shared, &key, &maker, error, entry);
}

bool hs_hotspots_is_shared(hs_service *service, const hs_hotspot_method *method, const hs_snapshot *snapshot,
                           const hs_str *names, const hs_str *values, size_t count, bool aggregates) {
    const hs_shared_key key = key_of(method, snapshot, names, values, count, aggregates);
    return hs_shared_cache_has(service->shared, &key);
}

const hs_hotspot_run *hs_hotspots_shared_run(const hs_shared_entry *entry) {
    return &((const view *)hs_shared_value(entry))->run;
}

/* One tile on its way. */
typedef struct drawing {
    const view *view;
    hs_mvt *mvt;
    hs_tile tile;
    hs_arena *arena;
} drawing;

static void tag_row(const drawing *d, uint32_t row) {
    const hs_hotspot_table *t = &d->view->table;
    hs_value values[HS_HOTSPOT_MOST_FIELDS];
    const hs_geometry *geometry = NULL;
    t->read(&d->view->run, row, d->arena, values, &geometry);
    for (uint32_t f = 0; f < t->field_count - t->file_only; f++) {
        if (values[f].absent) continue;
        if (t->fields[f].type == HS_FIELD_TEXT)
            hs_mvt_tag_str(d->mvt, t->fields[f].name, values[f].text);
        else if (t->fields[f].type == HS_FIELD_INTEGER)
            hs_mvt_tag_int(d->mvt, t->fields[f].name, values[f].integer);
        else
            hs_mvt_tag_double(d->mvt, t->fields[f].name, values[f].real);
    }
}

static bool begin_shape(const drawing *d, uint32_t at) {
    hs_tile_shape shape = hs_tile_shapes_at(&d->view->shapes, at);
    uint64_t id = (uint64_t)d->view->shapes.row[at] + 1;
    return d->view->table.type == HS_GEOMETRY_LINES ? hs_mvt_lines(d->mvt, id, &shape, d->tile.z)
                                                    : hs_mvt_polygons(d->mvt, id, &shape, d->tile.z);
}

/* What is drawn first where not all fits. */
typedef struct candidate {
    uint32_t at;
    int64_t rank;
} candidate;

static int best_first(const void *left, const void *right) {
    const candidate *a = left;
    const candidate *b = right;
    if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

static int64_t rank_of(const drawing *d, uint32_t row) {
    const hs_hotspot_table *t = &d->view->table;
    hs_value values[HS_HOTSPOT_MOST_FIELDS];
    const hs_geometry *geometry = NULL;
    t->read(&d->view->run, row, d->arena, values, &geometry);
    for (uint32_t f = 0; f < t->field_count; f++)
        if (t->fields[f].type == HS_FIELD_INTEGER && strcmp(t->fields[f].name, "rank") == 0)
            return values[f].absent ? INT64_MAX : values[f].integer;
    return INT64_MAX;
}

static hs_mercator_box box_of(hs_tile tile) {
    uint64_t x0, y0, side;
    hs_tile_square(tile, &x0, &y0, &side);
    uint64_t margin = side * HS_MVT_BUFFER / HS_MVT_EXTENT + 1, east = x0 + side + margin,
             south = y0 + side + margin;
    return (hs_mercator_box){
        x0 > margin ? (uint32_t)(x0 - margin) : 0, y0 > margin ? (uint32_t)(y0 - margin) : 0,
        east > UINT32_MAX ? UINT32_MAX : (uint32_t)east, south > UINT32_MAX ? UINT32_MAX : (uint32_t)south};
}

static candidate *find_candidates(const drawing *d, size_t *found) {
    const hs_tile_shapes *s = &d->view->shapes;
    hs_mercator_box box = box_of(d->tile);
    candidate *list = hs_arena_array(d->arena, (size_t)s->count + 1, sizeof *list);
    *found = 0;
    for (uint32_t at = 0; list && at < s->count; at++) {
        const hs_mercator_box *b = &s->box[at];
        if (b->min_x <= box.max_x && b->max_x >= box.min_x && b->min_y <= box.max_y && b->max_y >= box.min_y)
            list[(*found)++] = (candidate){at, 0};
    }
    return list;
}

/* Draws what fits, in order; how many are left out. */
static size_t draw(drawing *d, const candidate *list, size_t count) {
    size_t left_out = 0;
    hs_mvt_layer_begin(d->mvt, "hotspots");
    for (size_t i = 0; i < count; i++) {
        if (!begin_shape(d, list[i].at)) continue;
        if (!hs_mvt_fits(d->mvt, TAG_BYTES, HS_TILE_BYTES_MOST - NOTICE_BYTES)) {
            left_out++;
            continue;
        }
        tag_row(d, d->view->shapes.row[list[i].at]);
        hs_mvt_feature_end(d->mvt);
    }
    hs_mvt_layer_end(d->mvt);
    return left_out;
}

static void tell_left_out(const drawing *d, size_t left_out) {
    uint64_t x0, y0, side;
    hs_tile_square(d->tile, &x0, &y0, &side);
    hs_mvt_layer_begin(d->mvt, HS_REDUCED_LAYER);
    if (hs_mvt_point(d->mvt, 1, (hs_mercator){(uint32_t)(x0 + side / 2), (uint32_t)(y0 + side / 2)})) {
        hs_mvt_tag_str(d->mvt, "layer", HS_STR("hotspots"));
        hs_mvt_tag_int(d->mvt, "left_out", (int64_t)left_out);
        hs_mvt_feature_end(d->mvt);
    }
    hs_mvt_layer_end(d->mvt);
}

hs_status hs_hotspots_tile(const hs_shared_entry *entry, hs_tile tile, hs_arena *arena, hs_error *error,
                           hs_buffer *out) {
    const view *v = hs_shared_value(entry);
    if (!v->has_shapes && v->table.rows > 0)
        return hs_error_set(error, HS_E_UNSUPPORTED, "%s has no places to draw: ask for /hotspots/%s",
                            v->run.method->name, v->run.method->name);
    if (!v->has_shapes) return HS_OK;
    drawing d = {v, hs_mvt_new(tile, arena), tile, arena};
    size_t count = 0;
    candidate *list = d.mvt ? find_candidates(&d, &count) : NULL;
    if (!list) return hs_error_memory(error, "a vector tile");
    size_t left_out = draw(&d, list, count);
    if (left_out > 0) {
        for (size_t i = 0; i < count; i++)
            list[i].rank = rank_of(&d, v->shapes.row[list[i].at]);
        qsort(list, count, sizeof *list, best_first);
        d.mvt = hs_mvt_new(tile, arena);
        if (!d.mvt) return hs_error_memory(error, "a vector tile");
        tell_left_out(&d, draw(&d, list, count));
    }
    return hs_mvt_finish(d.mvt, error, out);
}

void hs_hotspots_tile_fields(const hs_hotspot_run *run, hs_json *json) {
    hs_hotspot_table table = {0};
    run->method->table(run, &table);
    hs_json_object(json);
    for (uint32_t f = 0; f < table.field_count - table.file_only; f++)
        hs_json_pair_text(json, table.fields[f].name,
                          table.fields[f].type == HS_FIELD_TEXT ? "String" : "Number");
    hs_json_object_end(json);
}

void hs_hotspots_drop_old(hs_service *service, const hs_snapshot *current) {
    hs_shared_cache_drop(service->shared, HS_CACHED_HOTSPOTS, current->serial);
    hs_shared_cache_drop(service->shared, HS_CACHED_FOCUS, current->serial);
}
