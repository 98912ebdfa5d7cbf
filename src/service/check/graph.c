/* The street network as a graph: what was split and what stands twice, components, what is kept apart. */
#include "base/text.h"
#include "geo/box.h"
#include "geo/piece.h"
#include "geo/plane.h"
#include "geo/segment_index.h"
#include "service/check/check_private.h"

#include <math.h>
#include <stdlib.h>

/* Beyond this a stretch is missing from the graph: more than what ends are moved by. */
#define MISSING_M 1.0

static const char *street_words(const hs_checking *check, uint32_t street) {
    const hs_streets *streets = &check->snapshot->geography->streets;
    hs_arena *arena = check->report->arena;
    hs_str name = streets->name[street];
    return name.size > 0 ? hs_arena_strndup(arena, name.data, name.size)
                         : hs_arena_printf(arena, "#%lld", (long long)streets->id[street]);
}

static hs_check_flaw street_flaw(const hs_checking *check, hs_check_kind kind, uint32_t street) {
    const hs_streets *streets = &check->snapshot->geography->streets;
    hs_check_flaw flaw = hs_check_flaw_of(kind, "streets");
    flaw.id = streets->id[street];
    flaw.name = streets->name[street];
    return flaw;
}

static uint32_t root_of(uint32_t *above, uint32_t node) {
    while (above[node] != node) {
        above[node] = above[above[node]];
        node = above[node];
    }
    return node;
}

/* Sums of a component, at its root. */
typedef struct component {
    uint32_t segments, first;
    double length_m;
} component;

static void add_up(const hs_segments *segments, uint32_t *above, component *sums) {
    for (uint32_t n = 0; n < segments->node_count; n++)
        above[n] = n;
    for (uint32_t s = 0; s < segments->count; s++) {
        uint32_t a = root_of(above, segments->from_node[s]), b = root_of(above, segments->to_node[s]);
        if (a != b) above[a < b ? b : a] = a < b ? a : b;
    }
    for (uint32_t s = 0; s < segments->count; s++) {
        component *sum = &sums[root_of(above, segments->from_node[s])];
        if (sum->segments++ == 0) sum->first = s;
        sum->length_m += (double)segments->length_m[s];
    }
}

/* The lines of a component's segments; `root` is its node. */
static hs_status lines_of(const hs_checking *check, uint32_t *above, uint32_t root, uint32_t count,
                          hs_error *error, hs_geometry *lines) {
    const hs_segments *segments = &check->snapshot->geography->segments;
    hs_arena *arena = check->report->arena;
    uint32_t positions = 0, ring = 0;
    for (uint32_t s = 0; s < segments->count; s++)
        if (root_of(above, segments->from_node[s]) == root)
            positions += segments->lines.ring_start[s + 1] - segments->lines.ring_start[s];
    uint32_t *start = hs_arena_array(arena, count + 1, sizeof *start);
    hs_position *position = hs_arena_array(arena, positions + 1, sizeof *position);
    if (!start || !position) return hs_error_memory(error, "components");
    for (uint32_t s = 0; s < segments->count; s++) {
        if (root_of(above, segments->from_node[s]) != root) continue;
        uint32_t first = segments->lines.ring_start[s];
        uint32_t size = segments->lines.ring_start[s + 1] - first;
        memcpy(position + start[ring], segments->lines.positions + first, size * sizeof *position);
        start[ring + 1] = start[ring] + size;
        ring++;
    }
    *lines = (hs_geometry){
        .type = HS_GEOMETRY_LINES, .ring_count = ring, .ring_start = start, .positions = position};
    return HS_OK;
}

static hs_status add_component(hs_checking *check, uint32_t *above, uint32_t root, const component *sum,
                               hs_error *error) {
    const hs_segments *segments = &check->snapshot->geography->segments;
    hs_arena *arena = check->report->arena;
    uint32_t street = segments->street[sum->first];
    hs_check_flaw flaw = street_flaw(check, HS_CHECK_COMPONENT, street);
    flaw.length_m = sum->length_m;
    flaw.has_place = true;
    flaw.place = segments->node[segments->from_node[sum->first]];
    const char *name = street_words(check, street);
    if (!name) return hs_error_memory(error, "the flaws");
    flaw.words_en =
        hs_arena_printf(arena, "%u segment(s) at %s, %.0f m in all, are not connected to the others",
                        (unsigned)sum->segments, name, sum->length_m);
    flaw.words_zh = hs_arena_printf(arena, "%s 一带 %u 个路段共 %.0f 米，与主路网不连通", name,
                                    (unsigned)sum->segments, sum->length_m);
    hs_status status = lines_of(check, above, root, sum->segments, error, &flaw.geometry);
    return status == HS_OK ? hs_check_add(check->report, &flaw, error) : status;
}

static hs_status check_components(hs_checking *check, hs_error *error) {
    const hs_segments *segments = &check->snapshot->geography->segments;
    hs_check_streets *streets = &check->report->streets;
    uint32_t *above = calloc(segments->node_count + 1, sizeof *above);
    component *sums = calloc(segments->node_count + 1, sizeof *sums);
    uint32_t largest = 0;
    hs_status status = above && sums ? HS_OK : hs_error_memory(error, "components");
    if (status == HS_OK) add_up(segments, above, sums);
    for (uint32_t n = 0; status == HS_OK && n < segments->node_count; n++) {
        streets->components += sums[n].segments > 0;
        streets->length_m += sums[n].length_m;
        if (sums[n].length_m > sums[largest].length_m) largest = n;
    }
    if (status == HS_OK) {
        streets->largest_segments = sums[largest].segments;
        streets->largest_m = sums[largest].length_m;
    }
    for (uint32_t n = 0; status == HS_OK && n < segments->node_count; n++)
        if (n != largest && sums[n].segments > 0) status = add_component(check, above, n, &sums[n], error);
    free(above);
    free(sums);
    return status;
}

/* Whether one of the street's lines as imported ends about here. */
static bool ends_here(const hs_streets *streets, uint32_t street, hs_position at) {
    const hs_geometry *g = &streets->geometry[street];
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        if (hs_ground_distance_m(g->positions[g->ring_start[ring]], at) < MISSING_M ||
            hs_ground_distance_m(g->positions[g->ring_start[ring + 1] - 1], at) < MISSING_M)
            return true;
    return false;
}

/* Whether the street of segment s runs through its end node into segment s + 1. */
static bool runs_through(const hs_geography *g, uint32_t s) {
    const hs_segments *segments = &g->segments;
    return s + 1 < segments->count && segments->street[s] == segments->street[s + 1] &&
           segments->to_node[s] == segments->from_node[s + 1] &&
           !ends_here(&g->streets, segments->street[s], segments->node[segments->to_node[s]]);
}

static hs_status add_crossing(hs_checking *check, uint32_t node, uint32_t a, uint32_t b, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = street_flaw(check, HS_CHECK_UNSPLIT_CROSSING, a);
    flaw.other_id = g->streets.id[b];
    flaw.other_name = g->streets.name[b];
    flaw.has_place = true;
    flaw.place = g->segments.node[node];
    flaw.geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &g->segments.node[node]};
    const char *name = street_words(check, a), *other = street_words(check, b);
    if (!name || !other) return hs_error_memory(error, "the flaws");
    flaw.words_en =
        hs_arena_printf(arena, "%s and %s ran through each other; the graph has a node there", name, other);
    flaw.words_zh = hs_arena_printf(arena, "%s 与 %s 相交处未打断；路网已在此设节点", name, other);
    return hs_check_add(check->report, &flaw, error);
}

static hs_status check_junctions(hs_checking *check, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    const hs_segments *segments = &g->segments;
    uint8_t *through = calloc(segments->node_count + 1, 1);
    uint32_t *first = calloc(segments->node_count + 1, sizeof *first);
    hs_status status = through && first ? HS_OK : hs_error_memory(error, "junctions");
    for (uint32_t s = 0; status == HS_OK && s < segments->count; s++) {
        if (!runs_through(g, s)) continue;
        uint32_t node = segments->to_node[s];
        if (through[node] == 0) first[node] = segments->street[s];
        if (through[node] < 2 && ++through[node] == 2) {
            check->report->streets.crossings++;
            status = add_crossing(check, node, first[node], segments->street[s], error);
        }
    }
    for (uint32_t n = 0; status == HS_OK && n < segments->node_count; n++)
        if (through[n] == 1 && segments->node_first[n + 1] - segments->node_first[n] > 2)
            check->report->streets.touches++;
    free(through);
    free(first);
    return status;
}

/* The position at a measure of a street as imported. */
static hs_position position_at(const hs_geometry *lines, double at_m) {
    hs_position last = lines->positions[0];
    for (uint32_t ring = 0; ring < lines->ring_count; ring++) {
        for (uint32_t i = lines->ring_start[ring]; i + 1 < lines->ring_start[ring + 1]; i++) {
            double length_m = hs_ground_length_m(lines->positions + i, 2);
            last = lines->positions[i + 1];
            if (at_m > length_m) {
                at_m -= length_m;
                continue;
            }
            double t = length_m > 0 ? at_m / length_m : 0;
            hs_position a = lines->positions[i];
            return (hs_position){(int32_t)(a.lon_e7 + lround(t * ((double)last.lon_e7 - a.lon_e7))),
                                 (int32_t)(a.lat_e7 + lround(t * ((double)last.lat_e7 - a.lat_e7)))};
        }
    }
    return last;
}

/* Stretches of a street that its segments [first, end) leave out. */
typedef struct missing {
    double length_m, longest_m, place_m;
} missing;

static void add_missing(missing *m, double from_m, double to_m) {
    if (to_m - from_m < MISSING_M) return;
    m->length_m += to_m - from_m;
    if (to_m - from_m <= m->longest_m) return;
    m->longest_m = to_m - from_m;
    m->place_m = (from_m + to_m) / 2;
}

static missing find_missing(const hs_geography *g, uint32_t street, uint32_t first, uint32_t end) {
    const hs_geometry *lines = &g->streets.geometry[street];
    missing m = {0};
    double at_m = 0, length_m = 0;
    for (uint32_t ring = 0; ring < lines->ring_count; ring++)
        length_m += hs_ground_length_m(lines->positions + lines->ring_start[ring],
                                       lines->ring_start[ring + 1] - lines->ring_start[ring]);
    for (uint32_t s = first; s < end; s++) {
        add_missing(&m, at_m, g->segments.start_m[s]);
        at_m = g->segments.end_m[s];
    }
    add_missing(&m, at_m, length_m);
    return m;
}

static hs_status add_duplicate(hs_checking *check, uint32_t street, const missing *m, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    hs_arena *arena = check->report->arena;
    hs_check_flaw flaw = street_flaw(check, HS_CHECK_DUPLICATE_STREET, street);
    hs_placement kept;
    flaw.length_m = m->length_m;
    flaw.has_place = true;
    flaw.place = position_at(&g->streets.geometry[street], m->place_m);
    flaw.geometry = g->streets.geometry[street];
    hs_geography_place(g, flaw.place, &kept);
    uint32_t other = kept.segment == HS_NONE ? street : g->segments.street[kept.segment];
    flaw.other_id = g->streets.id[other];
    flaw.other_name = g->streets.name[other];
    const char *name = street_words(check, street), *other_name = street_words(check, other);
    if (!name || !other_name) return hs_error_memory(error, "the flaws");
    flaw.words_en =
        hs_arena_printf(arena, "%.0f m of %s stand twice; the graph has them once, as %s (id %lld)",
                        m->length_m, name, other_name, (long long)flaw.other_id);
    flaw.words_zh = hs_arena_printf(arena, "%s 有 %.0f 米重复；路网只保留 %s（编号 %lld）", name, m->length_m,
                                    other_name, (long long)flaw.other_id);
    check->report->streets.duplicates++;
    check->report->streets.duplicate_m += m->length_m;
    return hs_check_add(check->report, &flaw, error);
}

static hs_status check_duplicates(hs_checking *check, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    hs_status status = HS_OK;
    uint32_t s = 0;
    for (uint32_t street = 0; status == HS_OK && street < g->streets.count; street++) {
        uint32_t first = s;
        while (s < g->segments.count && g->segments.street[s] == street)
            s++;
        missing m = find_missing(g, street, first, s);
        if (m.length_m > 0) status = add_duplicate(check, street, &m, error);
    }
    return status;
}

/* Segments on other layers that cross one without meeting it. */
typedef struct apart_search {
    const hs_geography *geography;
    uint32_t segment, count;
} apart_search;

static bool cross(const hs_geometry *lines, uint32_t s, uint32_t t) {
    for (uint32_t i = lines->ring_start[s]; i + 1 < lines->ring_start[s + 1]; i++)
        for (uint32_t j = lines->ring_start[t]; j + 1 < lines->ring_start[t + 1]; j++)
            if (hs_pieces_cross(lines->positions[i], lines->positions[i + 1], lines->positions[j],
                                lines->positions[j + 1]))
                return true;
    return false;
}

static bool visit_other(void *context, uint32_t other) {
    apart_search *search = context;
    const hs_geography *g = search->geography;
    int32_t layer = g->streets.layer[g->segments.street[search->segment]];
    int32_t other_layer = g->streets.layer[g->segments.street[other]];
    /* Two that are both off the ground see each other twice. */
    if (layer == other_layer || (other_layer != 0 && other < search->segment)) return true;
    search->count += cross(&g->segments.lines, search->segment, other);
    return true;
}

static hs_status check_apart(hs_checking *check, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    const hs_geometry *lines = &g->segments.lines;
    hs_segment_index *index = NULL;
    hs_status status = hs_segment_index_new(lines, error, &index);
    if (status != HS_OK) return status;
    apart_search search = {.geography = g};
    for (uint32_t s = 0; s < g->segments.count; s++) {
        if (g->streets.layer[g->segments.street[s]] == 0) continue;
        uint32_t first = lines->ring_start[s];
        search.segment = s;
        hs_segment_index_search(index,
                                hs_positions_box(lines->positions + first, lines->ring_start[s + 1] - first),
                                visit_other, &search);
    }
    hs_segment_index_free(index);
    check->report->streets.apart = search.count;
    return HS_OK;
}

hs_status hs_check_graph(hs_checking *check, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    hs_check_streets *streets = &check->report->streets;
    streets->streets = g->streets.count;
    streets->segments = g->segments.count;
    streets->nodes = g->segments.node_count;
    if (g->segments.count == 0) return HS_OK;
    hs_status status = check_components(check, error);
    if (status == HS_OK) status = check_junctions(check, error);
    if (status == HS_OK) status = check_duplicates(check, error);
    if (status == HS_OK) status = check_apart(check, error);
    return status;
}
