/* Features of a collection, page by page. A page begins behind a key (the store's row id of incidents, the
 * row of everything else) in the version of the data that the first page was of, which is kept for a while.
 */
#include "api/crs.h"
#include "api/feature.h"
#include "api/query.h"

#include "base/clock.h"
#include "base/text.h"
#include "http/percent.h"
#include "render/geojson.h"
#include "render/geojson_rewrite.h"
#include "service/duplicates.h"
#include <stdlib.h>
#include <string.h>

/* From KEEPING_PAYS incidents on, what they share is kept ready. */
enum { DEFAULT_LIMIT = 10, MAX_LIMIT = 10000, KEEPING_PAYS = 100 };

typedef struct incident_row {
    int64_t id;
    uint32_t chunk, row;
} incident_row;

typedef struct page {
    const hs_collection *collection;
    int64_t limit, after;
    hs_row_filter filter; /* of all but incidents */
    hs_ogc_crs crs;
    uint64_t version;         /* that the links to other pages name */
    const hs_str *properties; /* the only ones that are wanted; NULL: all */
    size_t property_count;
    bool has_query;
    hs_feature_query query;
    uint64_t matched, returned;
    bool more;
    int64_t next; /* key of the last feature of this page */
} page;

/* Keeps the `capacity` smallest ids, the largest of them on top. */
static void sift_down(incident_row *heap, size_t count) {
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count) return;
        if (child + 1 < count && heap[child + 1].id > heap[child].id) child++;
        if (heap[at].id >= heap[child].id) return;
        incident_row swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
        at = child;
    }
}

static void push(incident_row *heap, size_t *count, incident_row row) {
    size_t at = (*count)++;
    heap[at] = row;
    while (at > 0 && heap[(at - 1) / 2].id < heap[at].id) {
        incident_row swap = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = swap;
        at = (at - 1) / 2;
    }
}

static int by_id(const void *a, const void *b) {
    int64_t x = ((const incident_row *)a)->id, y = ((const incident_row *)b)->id;
    return (x > y) - (x < y);
}

/* The rows whose ids lie behind `after` and up to `last`. */
typedef struct id_window {
    int64_t after, last;
} id_window;

enum { WINDOW_ROWS = 32, NEXT_WINDOW = 8, SORTED_FROM = 4096, FEW = 16 };

/* Which of WINDOW_ROWS rows lie in the window: rows stand in the order of places, so that most look-ups end
 * here. Columns reach behind the last row. */
static uint32_t meets_window(const hs_incident_chunk *chunk, uint32_t begin, const id_window *window) {
    if (!chunk->row_offset) return UINT32_MAX;
    int64_t low = window->after - chunk->first_row; /* offsets above it */
    int64_t high = window->last - chunk->first_row;
    if (high < 0 || low >= UINT32_MAX) return 0;
    uint32_t from = low < 0 ? 0 : (uint32_t)low + 1;
    uint32_t span = (high > UINT32_MAX ? UINT32_MAX : (uint32_t)high) - from;
    const uint32_t *offset = chunk->row_offset + begin;
    uint32_t any = 0;
    for (uint32_t i = 0; i < WINDOW_ROWS; i++)
        any |= offset[i] - from <= span;
    uint32_t met = 0;
    for (uint32_t i = 0; any && i < WINDOW_ROWS; i++)
        met |= (uint32_t)(offset[i] - from <= span) << i;
    return met;
}

/* Rows that are found: in a window no wider than the capacity each has a place of its own, in a wider one
 * they are a heap of the smallest ids. */
typedef struct gathering {
    const hs_selection *selection;
    id_window window;
    size_t capacity, count;
    incident_row *rows;
    bool placed;
} gathering;

static void gather_row(gathering *g, uint32_t c, uint32_t i) {
    int64_t id = hs_incident_row(g->selection->snapshot->incidents->chunk[c], i);
    if (id <= g->window.after || id > g->window.last || !hs_selection_has(g->selection, c, i)) return;
    incident_row row = {id, c, i};
    if (g->placed) {
        g->rows[id - g->window.after - 1] = row;
    } else if (g->count < g->capacity) {
        push(g->rows, &g->count, row);
    } else if (id < g->rows[0].id) {
        g->rows[0] = row;
        sift_down(g->rows, g->count);
    }
}

static void gather_all(gathering *g, uint32_t c, const hs_incident_chunk *chunk) {
    for (uint32_t begin = 0; begin < chunk->count; begin += WINDOW_ROWS) {
        uint32_t met = meets_window(chunk, begin, &g->window);
        for (; met; met &= met - 1) {
            uint32_t i = begin + (uint32_t)__builtin_ctz(met);
            if (i < chunk->count) gather_row(g, c, i);
        }
    }
}

/* In their order where the window holds few of the chunk's rows: to look at all is faster for many. */
static void gather_window(gathering *g) {
    for (uint32_t c = 0; c < g->selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = g->selection->snapshot->incidents->chunk[c];
        const uint16_t *by_row = chunk->count >= SORTED_FROM ? hs_incident_by_row(chunk) : NULL;
        uint32_t from = by_row ? hs_incident_first_behind(chunk, by_row, g->window.after) : 0;
        uint32_t to = by_row ? hs_incident_first_behind(chunk, by_row, g->window.last) : chunk->count;
        if (!by_row || to - from > chunk->count / FEW) {
            gather_all(g, c, chunk);
            continue;
        }
        for (uint32_t k = from; k < to; k++)
            gather_row(g, c, by_row[k]);
    }
}

/* Ids are above 0: a place without one is empty. */
static void close_gaps(gathering *g) {
    for (size_t i = 0; i < g->capacity; i++)
        if (g->rows[i].id > 0) g->rows[g->count++] = g->rows[i];
}

/* The first limit + 1 selected rows behind the key, in id order. Ids of rows that follow one another are near
 * each other as a rule: what is looked at grows until it has enough of them. */
static size_t gather(const hs_selection *selection, const page *p, incident_row *rows) {
    gathering g = {.selection = selection,
                   .window = {p->after, p->after},
                   .capacity = (size_t)p->limit + 1,
                   .rows = rows,
                   .placed = true};
    int64_t width = (int64_t)g.capacity, most = (int64_t)selection->snapshot->incidents->count;
    if (p->after <= INT64_MAX - width) {
        g.window.last += width;
        memset(rows, 0, g.capacity * sizeof *rows);
        gather_window(&g);
        close_gaps(&g);
    }
    g.placed = false;
    while (g.count < g.capacity && g.window.last < INT64_MAX) {
        width *= NEXT_WINDOW;
        bool whole = width / NEXT_WINDOW > most || p->after > INT64_MAX - width;
        g.window.last = whole ? INT64_MAX : p->after + width;
        g.count = 0;
        gather_window(&g);
        if (g.count == g.capacity || whole) qsort(rows, g.count, sizeof *rows, by_id);
    }
    return g.count;
}

static hs_status write_incidents(hs_call *call, page *p) {
    hs_filter filter;
    const hs_selection *selection;
    hs_status status = hs_call_select(call, HS_ALL_ACCURACIES, &filter, &selection);
    if (status != HS_OK) return status;
    incident_row *rows = hs_arena_alloc(call->arena, ((size_t)p->limit + 1) * sizeof *rows);
    hs_incident_ref *refs = hs_arena_alloc(call->arena, ((size_t)p->limit + 1) * sizeof *refs);
    if (!rows || !refs) {
        hs_service_selection_unref(selection);
        return hs_error_set(call->error, HS_E_MEMORY, "out of memory for a page of features");
    }
    hs_counts counts = hs_selection_counts(selection);
    p->matched = counts.positioned + counts.unpositioned;
    size_t count = gather(selection, p, rows);
    p->more = count > (size_t)p->limit;
    p->returned = p->more ? (uint64_t)p->limit : count;
    for (size_t i = 0; i < p->returned; i++)
        refs[i] = (hs_incident_ref){rows[i].chunk, rows[i].row};
    hs_geojson_context context;
    hs_geojson_context_init(&context, call->snapshot, p->returned >= KEEPING_PAYS ? call->arena : NULL);
    hs_duplicates *duplicates = NULL;
    if (filter.duplicates && status == HS_OK)
        status = hs_service_duplicates(call->api->service, call->snapshot, call->error, &duplicates);
    context.duplicates = duplicates;
    if (status == HS_OK) hs_geojson_incidents(&call->json, &context, refs, p->returned);
    if (p->returned > 0) p->next = rows[p->returned - 1].id;
    hs_duplicates_unref(duplicates);
    hs_service_selection_unref(selection);
    return status;
}

/* Behind the feature with the page's key; with an order of its own that feature must still be there. */
static hs_status find_start(hs_call *call, const page *p, const hs_listed *listed, uint64_t count,
                            uint64_t *start) {
    uint64_t at = 0;
    if (p->after > 0 && p->query.key_count == 0)
        while (at < count && listed[at].key <= p->after)
            at++;
    if (p->after > 0 && p->query.key_count > 0) {
        while (at < count && listed[at].key != p->after)
            at++;
        if (at == count)
            return hs_error_set(
                call->error, HS_E_ARGUMENT,
                "after: the feature that this page begins behind is gone, or does not pass any "
                "more; begin anew");
        at++;
    }
    *start = at;
    return HS_OK;
}

static hs_status write_listed(hs_call *call, page *p, const hs_listed *listed, uint64_t count,
                              const hs_duplicates *duplicates) {
    uint64_t start = 0;
    hs_status status = find_start(call, p, listed, count, &start);
    if (status != HS_OK) return status;
    p->matched = count;
    p->more = count - start > (uint64_t)p->limit;
    p->returned = p->more ? (uint64_t)p->limit : count - start;
    hs_geojson_context context;
    hs_geojson_context_init(&context, call->snapshot, p->returned >= KEEPING_PAYS ? call->arena : NULL);
    context.duplicates = duplicates;
    if (p->returned > 0) p->next = listed[start + p->returned - 1].key;
    if (p->collection->kind != HS_COLLECT_INCIDENTS) {
        for (uint64_t i = start; i < start + p->returned; i++)
            hs_geojson_row(&call->json, p->collection, call->snapshot, listed[i].row.row);
        return HS_OK;
    }
    hs_incident_ref *refs = hs_arena_alloc(call->arena, p->returned * sizeof *refs);
    if (!refs) return hs_error_memory(call->error, "a page of features");
    for (uint64_t i = 0; i < p->returned; i++)
        refs[i] = (hs_incident_ref){listed[start + i].row.chunk, listed[start + i].row.row};
    hs_geojson_incidents(&call->json, &context, refs, p->returned);
    return HS_OK;
}

static hs_status write_query(hs_call *call, page *p) {
    bool incidents = p->collection->kind == HS_COLLECT_INCIDENTS;
    hs_filter filter;
    const hs_selection *selection = NULL;
    hs_duplicates *duplicates = NULL;
    hs_listed *listed = NULL;
    uint64_t count = 0;
    hs_status status = incidents ? hs_call_select(call, HS_ALL_ACCURACIES, &filter, &selection) : HS_OK;
    if (status == HS_OK && incidents && filter.duplicates)
        status = hs_service_duplicates(call->api->service, call->snapshot, call->error, &duplicates);
    if (status == HS_OK) status = hs_feature_query_list(call, &p->query, selection, &listed, &count);
    if (status == HS_OK) status = write_listed(call, p, listed, count, duplicates);
    free(listed);
    hs_duplicates_unref(duplicates);
    hs_service_selection_unref(selection);
    return status;
}

static void write_rows(hs_call *call, page *p) {
    uint32_t first, end;
    hs_collection_rows(p->collection, call->snapshot, &first, &end);
    for (uint32_t row = first; row < end; row++) {
        if (!hs_collection_row_passes(p->collection, call->snapshot, row, &p->filter)) continue;
        p->matched++;
        int64_t key = (int64_t)(row - first) + 1;
        if (key <= p->after) continue;
        if (p->returned == (uint64_t)p->limit) {
            p->more = true;
            continue;
        }
        hs_geojson_row(&call->json, p->collection, call->snapshot, row);
        p->returned++;
        p->next = key;
    }
}

static hs_status parse_row_filter(hs_call *call, page *p) {
    hs_str *names;
    hs_str *values;
    hs_status status = hs_call_words(call, &names, &values);
    if (status != HS_OK) return status;
    return hs_row_filter_parse(p->collection, call->snapshot, names, values, call->request->query_count,
                               call->error, &p->filter);
}

/* Names that there are none of are left out silently by no one: they are refused. */
static hs_status parse_properties(hs_call *call, page *p) {
    hs_str text = hs_call_text(call, "properties");
    if (text.size == 0) return HS_OK;
    hs_str *names = hs_arena_array(call->arena, text.size / 2 + 2, sizeof *names);
    if (!names) return hs_error_memory(call->error, "the properties");
    while (text.size > 0) {
        hs_str name = hs_str_trim(hs_str_cut(&text, ','));
        bool known = p->collection->kind == HS_COLLECT_UNITS || p->collection->kind == HS_COLLECT_STREETS ||
                     hs_str_equal(name, HS_STR("duplicate_of"));
        for (const hs_field *field = p->collection->fields; field->name && !known; field++)
            known = hs_str_equal(name, hs_str_of(field->name));
        if (!known || name.size == 0)
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "properties: %.*s is no property of this collection; /queryables lists them",
                                (int)hs_utf8_cut(name, 60), name.data);
        names[p->property_count++] = name;
    }
    p->properties = names;
    return HS_OK;
}

static hs_status parse_page(hs_call *call, page *p) {
    hs_status status = hs_call_integer(call, "limit", 1, INT64_MAX, DEFAULT_LIMIT, &p->limit);
    if (status == HS_OK) status = hs_call_integer(call, "after", 0, INT64_MAX, 0, &p->after);
    if (p->limit > MAX_LIMIT) p->limit = MAX_LIMIT; /* as the standard has it: no error */
    if (status == HS_OK) status = hs_call_crs(call, "crs", &p->crs);
    if (status == HS_OK) status = hs_call_bbox_in_degrees(call);
    if (status == HS_OK) status = parse_properties(call, p);
    if (status == HS_OK && p->collection->kind != HS_COLLECT_INCIDENTS) status = parse_row_filter(call, p);
    if (status != HS_OK) return status;
    if (p->collection->kind == HS_COLLECT_INCIDENTS && hs_call_text(call, "run").size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, HS_RUN_ELSEWHERE);
    p->has_query = hs_call_text(call, "filter").size > 0 || hs_call_text(call, "sortby").size > 0;
    /* Without a filter its language and system are checked all the same. */
    status = hs_call_query(call, p->collection, &p->query);
    p->query.row_filter = &p->filter;
    return status;
}

/* The request's own address with another format or start. */
static void write_self(hs_call *call, const page *p, const char *rel, const hs_representation *form,
                       int64_t after) {
    hs_buffer path;
    hs_buffer_init(&path, 65536);
    hs_buffer_printf(&path, "/ogc/collections/%s/items?f=%s&limit=%lld", p->collection->id, form->f,
                     (long long)p->limit);
    static const char *const extra[] = {"crs",        "filter", "filter-lang", "filter-crs",
                                        "properties", "sortby", "run",         NULL};
    hs_call_carry_query(call, extra, '&', &path);
    if (after > 0)
        hs_buffer_printf(&path, "&after=%lld&version=%llu", (long long)after, (unsigned long long)p->version);
    hs_buffer_byte(&path, '\0');
    if (path.status == HS_OK) hs_call_form_link(call, rel, form, path.data);
    hs_buffer_done(&path);
}

static void write_links(hs_call *call, const page *p) {
    hs_json_key(&call->json, "links");
    hs_json_array(&call->json);
    write_self(call, p, "self", call->as, p->after);
    for (const hs_representation *r = hs_item_representations; r->f; r++)
        if (strcmp(r->f, call->as->f) != 0) write_self(call, p, "alternate", r, p->after);
    if (p->after > 0) write_self(call, p, "first", call->as, 0);
    if (p->more) write_self(call, p, "next", call->as, p->next);
    hs_call_link(call, "collection", "application/json", NULL,
                 hs_arena_printf(call->arena, "/ogc/collections/%s", p->collection->id));
    hs_json_array_end(&call->json);
}

static void write_tail(hs_call *call, const page *p) {
    hs_json *json = &call->json;
    hs_json_array_end(json);
    hs_json_pair_int(json, "numberMatched", (int64_t)p->matched);
    hs_json_pair_int(json, "numberReturned", (int64_t)p->returned);
    hs_json_key(json, "timeStamp");
    hs_json_time(json, hs_clock_now_s());
    write_links(call, p);
    hs_json_object_end(json);
}

static hs_status write_features(hs_call *call, page *p) {
    if (p->has_query) return write_query(call, p);
    if (p->collection->kind == HS_COLLECT_INCIDENTS) return write_incidents(call, p);
    write_rows(call, p);
    return HS_OK;
}

static hs_status write_page(hs_call *call, page *p) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_key(json, "features");
    hs_json_array(json);
    hs_status status = write_features(call, p);
    if (status != HS_OK) return status;
    write_tail(call, p);
    if (p->properties)
        status = hs_geojson_select(&call->response->body, p->properties, p->property_count, call->error);
    if (status == HS_OK) status = hs_call_project_body(call, &p->crs);
    if (status == HS_OK) status = hs_call_jsonfg(call, p->collection, &p->crs);
    return status == HS_OK ? hs_call_finish(call, p->collection->title_en, p->collection->title_zh) : status;
}

/* Files are whole and in WGS 84; what only pages can do is said. */
static hs_status serve_file(hs_call *call, const hs_collection *collection, const hs_export_format *format) {
    static const char *const words[] = {"sortby", "crs", "properties", "version"};
    hs_feature_query query = {.where = NULL};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (hs_call_text(call, words[i]).size > 0)
            return hs_error_set(call->error, HS_E_ARGUMENT, "%s: pages alone take it (f=json, f=html)",
                                words[i]);
    hs_status status = hs_call_bbox_in_degrees(call);
    if (status == HS_OK) status = hs_call_query(call, collection, &query);
    hs_call_vary(call);
    if (status == HS_OK) status = hs_call_export(call, collection, format, query.where);
    hs_feature_query_done(&query);
    return status;
}

/* Pages, then files: for whom anything will do the first is a page. */
static bool negotiate(hs_call *call) {
    enum { MOST = 32 };
    hs_representation *offered = hs_arena_array(call->arena, MOST, sizeof *offered);
    size_t count = 0;
    for (const hs_representation *r = hs_item_representations; offered && r->f; r++)
        offered[count++] = *r;
    for (const hs_export_format *f = hs_export_formats; offered && f->name && count + 1 < MOST; f++)
        if (f->over_http) offered[count++] = (hs_representation){f->name, f->media_type, NULL};
    if (offered) return hs_call_negotiate(call, offered);
    hs_response_problem(call->response, 503, NULL, "out of memory");
    return false;
}

/* Goes on in the version that the page's address names. Where that is kept no more, incidents in the order of
 * their rows go on in the newest one: rows only come behind, so none is repeated and none that stays is
 * missed. In any other order they would be: 410. */
static bool find_version(hs_call *call, page *p) {
    hs_str text = hs_call_text(call, "version");
    bool geography = hs_collection_is_geography(p->collection);
    int64_t version = 0;
    bool named = hs_str_to_int(text, &version) && version >= 0;
    if (text.size > 0 && !named) {
        hs_response_problem(call->response, 400, NULL, "version: take it from the link `next`");
        return false;
    }
    hs_snapshot *found =
        named ? hs_service_find_snapshot(call->api->service, (uint64_t)version, geography) : NULL;
    if (found) {
        hs_snapshot_unref(call->snapshot);
        call->snapshot = found;
    }
    p->version = geography ? call->snapshot->geography_version : call->snapshot->version;
    bool by_row = p->collection->kind == HS_COLLECT_INCIDENTS && hs_call_text(call, "sortby").size == 0;
    if (found || !named || by_row) return true;
    hs_response_problem(call->response, 410, "Version gone",
                        "the version of the data that this page is of is kept no more (10 minutes after its "
                        "last page): begin anew with the first page");
    return false;
}

hs_status hs_serve_ogc_items(hs_call *call) {
    page p = {.collection = hs_call_collection(call)};
    if (!p.collection) return HS_OK;
    if (!hs_collection_open(call, p.collection)) return hs_call_deny_incidents(call);
    if (!negotiate(call)) return HS_OK;
    const hs_export_format *file_format = hs_export_format_named(hs_str_of(call->as->f));
    if (file_format) return serve_file(call, p.collection, file_format);
    if (!find_version(call, &p)) return HS_OK;
    hs_status status = parse_page(call, &p);
    hs_reads reads = hs_collection_is_geography(p.collection) ? HS_READS_GEOGRAPHY : HS_READS_ALL;
    if (status == HS_OK) hs_call_tell_crs(call, &p.crs);
    /* Also where the page itself comes from the server's cache. */
    if (status == HS_OK) hs_service_keep_snapshot(call->api->service, call->snapshot, p.after > 0);
    if (status == HS_OK && !hs_call_begin_format(call, reads)) status = write_page(call, &p);
    hs_feature_query_done(&p.query);
    return status;
}
