/* Ends of streets where no other begins: dead ends, ends just short of another street and just behind one. */
#include "geo/box.h"
#include "geo/piece.h"
#include "geo/plane.h"
#include "geo/segment_index.h"
#include "service/check/check_private.h"

#include <math.h>

typedef struct end_search {
    const hs_geography *geography;
    uint32_t segment; /* that ends here */
    uint32_t other_node;
    hs_position at;
    double kx, ky, near_m;
    uint32_t best; /* segment, HS_NONE */
    double best_m;
    hs_position nearest;
} end_search;

static bool visit_line(void *context, uint32_t line) {
    end_search *search = context;
    const hs_segments *segments = &search->geography->segments;
    const int32_t *layer = search->geography->streets.layer;
    if (line == search->segment || layer[segments->street[line]] != layer[segments->street[search->segment]])
        return true;
    /* Where a short street begins it is near to what it begins at. */
    bool begins_there =
        segments->from_node[line] == search->other_node || segments->to_node[line] == search->other_node;
    if (begins_there && (double)segments->length_m[search->segment] <= 2 * search->near_m) return true;
    for (uint32_t i = segments->lines.ring_start[line]; i + 1 < segments->lines.ring_start[line + 1]; i++) {
        hs_position nearest;
        double distance_m =
            hs_piece_distance_m(search->at, segments->lines.positions[i], segments->lines.positions[i + 1],
                                search->kx, search->ky, &nearest);
        if (distance_m >= search->best_m) continue;
        search->best_m = distance_m;
        search->best = line;
        search->nearest = nearest;
    }
    return true;
}

static int32_t clamp(double value) {
    return (int32_t)fmax(fmin(value, INT32_MAX), INT32_MIN);
}

static hs_box around(const end_search *search) {
    double dx = search->near_m / search->kx, dy = search->near_m / search->ky;
    return (hs_box){clamp(search->at.lon_e7 - dx), clamp(search->at.lat_e7 - dy),
                    clamp(search->at.lon_e7 + dx), clamp(search->at.lat_e7 + dy)};
}

static hs_check_flaw end_flaw(const hs_checking *check, hs_check_kind kind, const end_search *search,
                              uint32_t node) {
    const hs_geography *g = check->snapshot->geography;
    uint32_t street = g->segments.street[search->segment];
    hs_check_flaw flaw = hs_check_flaw_of(kind, "streets");
    flaw.id = g->streets.id[street];
    flaw.name = g->streets.name[street];
    flaw.has_place = true;
    flaw.place = search->at;
    flaw.geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &g->segments.node[node]};
    return flaw;
}

/* The way that is missing, as a line. */
static hs_status draw_gap(hs_checking *check, const end_search *search, hs_error *error,
                          hs_geometry *geometry) {
    hs_position *line = hs_arena_array(check->report->arena, 2, sizeof *line);
    uint32_t *start = hs_arena_array(check->report->arena, 2, sizeof *start);
    if (!line || !start) return hs_error_memory(error, "the flaws");
    line[0] = search->at;
    line[1] = search->nearest;
    start[1] = 2;
    *geometry =
        (hs_geometry){.type = HS_GEOMETRY_LINES, .ring_count = 1, .ring_start = start, .positions = line};
    return HS_OK;
}

static hs_status add_near_miss(hs_checking *check, const end_search *search, uint32_t node, hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    hs_arena *arena = check->report->arena;
    uint32_t other = g->segments.street[search->best];
    hs_check_flaw flaw = end_flaw(check, HS_CHECK_NEAR_MISS, search, node);
    flaw.other_id = g->streets.id[other];
    flaw.other_name = g->streets.name[other];
    flaw.length_m = search->best_m;
    flaw.words_en =
        hs_arena_printf(arena, "ends %.2f m short of %.*s", search->best_m, (int)flaw.other_name.size,
                        flaw.other_name.data ? flaw.other_name.data : "");
    flaw.words_zh = hs_arena_printf(arena, "端点距 %.*s %.2f 米而未接上", (int)flaw.other_name.size,
                                    flaw.other_name.data ? flaw.other_name.data : "", search->best_m);
    check->report->streets.near_misses++;
    hs_status status = draw_gap(check, search, error, &flaw.geometry);
    return status == HS_OK ? hs_check_add(check->report, &flaw, error) : status;
}

static hs_status add_end(hs_checking *check, const end_search *search, uint32_t node, bool sticks_out,
                         hs_error *error) {
    const hs_segments *segments = &check->snapshot->geography->segments;
    hs_arena *arena = check->report->arena;
    double length_m = (double)segments->length_m[search->segment];
    hs_check_flaw flaw = end_flaw(check, sticks_out ? HS_CHECK_OVERSHOOT : HS_CHECK_DANGLE, search, node);
    flaw.length_m = length_m;
    flaw.words_en = sticks_out ? hs_arena_printf(arena, "ends %.2f m behind a junction", length_m)
                               : hs_arena_printf(arena, "a dead end, %.0f m from the last node", length_m);
    flaw.words_zh = sticks_out ? hs_arena_printf(arena, "在路口之外 %.2f 米处中止", length_m)
                               : hs_arena_printf(arena, "断头端点，距上一节点 %.0f 米", length_m);
    check->report->streets.overshoots += sticks_out;
    return hs_check_add(check->report, &flaw, error);
}

static uint32_t degree(const hs_segments *segments, uint32_t node) {
    return segments->node_first[node + 1] - segments->node_first[node];
}

static hs_status check_end(hs_checking *check, const hs_segment_index *index, uint32_t node,
                           hs_error *error) {
    const hs_geography *g = check->snapshot->geography;
    const hs_segments *segments = &g->segments;
    uint32_t segment = segments->node_segment[segments->node_first[node]];
    end_search search = {.geography = g,
                         .segment = segment,
                         .other_node = segments->from_node[segment] == node ? segments->to_node[segment]
                                                                            : segments->from_node[segment],
                         .at = segments->node[node],
                         .near_m = check->options->near_m,
                         .best = HS_NONE,
                         .best_m = check->options->near_m};
    hs_ground_scale_m(search.at.lat_e7, &search.kx, &search.ky);
    hs_segment_index_search(index, around(&search), visit_line, &search);
    check->report->streets.dangles++;
    if (search.best != HS_NONE) return add_near_miss(check, &search, node, error);
    bool sticks_out =
        (double)segments->length_m[segment] < search.near_m && degree(segments, search.other_node) > 2;
    return add_end(check, &search, node, sticks_out, error);
}

hs_status hs_check_street_ends(hs_checking *check, hs_error *error) {
    const hs_segments *segments = &check->snapshot->geography->segments;
    hs_segment_index *index = NULL;
    if (segments->count == 0) return HS_OK;
    hs_status status = hs_segment_index_new(&segments->lines, error, &index);
    for (uint32_t n = 0; status == HS_OK && n < segments->node_count; n++)
        if (degree(segments, n) == 1) status = check_end(check, index, n, error);
    hs_segment_index_free(index);
    return status;
}
