/* Which lines of the lattice carry streets. Roads follow the plan's own lines, lanes the lines between; what
 * does not hang together with the rest is left out, so the streets are one connected graph. */
#include "service/sample/city.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define MAX_STREETS 4096

typedef struct drawing {
    hs_sample_city *city;
    hs_random random;
    hs_sample_street *street; /* [MAX_STREETS] */
    uint32_t count;
    /* Which main road holds a piece of a line of the plan: [vertical][line][piece], from 1. */
    uint8_t main_road[2][HS_SAMPLE_MAX_LINES + 1][HS_SAMPLE_MAX_LINES];
} drawing;

static bool chance(drawing *d, double probability) {
    return hs_random_uniform(&d->random) < probability;
}

static void add_street(drawing *d, hs_sample_street street) {
    if (street.last > street.first && d->count < MAX_STREETS) d->street[d->count++] = street;
}

/* The lattice line of a line of the plan that crosses vertical (or horizontal) ones. */
static uint32_t crossing(const hs_sample_city *city, bool vertical, uint32_t plan_line) {
    return vertical ? city->lattice.row_line[plan_line] : city->lattice.column_line[plan_line];
}

/* Communities on both sides of piece `piece` of a line of the plan. */
static void sides(const hs_sample_city *city, bool vertical, uint32_t line, uint32_t piece,
                  uint32_t side[2]) {
    side[0] = vertical ? hs_sample_plan_community(city, piece, line - 1)
                       : hs_sample_plan_community(city, line - 1, piece);
    side[1] =
        vertical ? hs_sample_plan_community(city, piece, line) : hs_sample_plan_community(city, line, piece);
}

static bool has_road(drawing *d, bool vertical, uint32_t line, uint32_t piece) {
    uint32_t side[2];
    sides(d->city, vertical, line, piece, side);
    if (side[0] == HS_NONE && side[1] == HS_NONE) return false;
    if (vertical && piece == d->city->definition.water_row) return d->city->definition.bridge[line];
    const hs_sample_type *one = hs_sample_type_of(d->city, side[0] == HS_NONE ? side[1] : side[0]);
    const hs_sample_type *two = hs_sample_type_of(d->city, side[1] == HS_NONE ? side[0] : side[1]);
    if (side[0] == HS_NONE || side[1] == HS_NONE) return chance(d, one->edge_road);
    return chance(d, one->road > two->road ? one->road : two->road);
}

static hs_status main_roads(drawing *d, hs_error *error) {
    hs_sample_reader reader = {.error = error};
    const hs_sample_definition *definition = &d->city->definition;
    size_t index;
    json_t *value;
    json_array_foreach(hs_sample_array(&reader, definition->root, "main_roads"), index, value) {
        bool vertical = json_object_get(value, "column") != NULL;
        double line = hs_sample_number(&reader, value, vertical ? "column" : "row");
        double from = hs_sample_number(&reader, value, "from");
        double to = hs_sample_number(&reader, value, "to");
        double most_line = vertical ? definition->columns : definition->rows;
        double most = vertical ? definition->rows : definition->columns;
        if (!(line >= 0 && line <= most_line && from >= 0 && to > from && to <= most))
            hs_sample_fail(&reader, "main_roads[%zu] lies outside the plan", index);
        hs_sample_street street = {
            .vertical = vertical,
            .road_class = hs_sample_read_class(&reader, hs_sample_text(&reader, value, "class")),
            .community = HS_NONE,
            .key = hs_sample_text(&reader, value, "key"),
            .name = hs_sample_names(&reader, value),
        };
        if (reader.status != HS_OK) return reader.status;
        uint32_t first = (uint32_t)from;
        uint32_t last = (uint32_t)to;
        uint32_t side[2];
        while (first < last &&
               (sides(d->city, vertical, (uint32_t)line, first, side), side[0] & side[1]) == HS_NONE)
            first++;
        while (last > first &&
               (sides(d->city, vertical, (uint32_t)line, last - 1, side), side[0] & side[1]) == HS_NONE)
            last--;
        for (uint32_t piece = first; piece < last; piece++)
            d->main_road[vertical][(uint32_t)line][piece] = 1;
        street.line = vertical ? d->city->lattice.column_line[(uint32_t)line]
                               : d->city->lattice.row_line[(uint32_t)line];
        street.first = crossing(d->city, vertical, first);
        street.last = crossing(d->city, vertical, last);
        add_street(d, street);
    }
    return reader.status;
}

/* A road over pieces [from, to) of a line of the plan; long ones are two streets of one stem. */
static void add_road(drawing *d, bool vertical, uint32_t line, uint32_t from, uint32_t to, uint32_t *stem) {
    const hs_sample_lattice *lattice = &d->city->lattice;
    hs_sample_street street = {
        .vertical = vertical,
        .line = vertical ? lattice->column_line[line] : lattice->row_line[line],
        .road_class = to - from >= 8 ? HS_SAMPLE_SECONDARY : HS_SAMPLE_RESIDENTIAL,
        .community = HS_NONE,
        .stem = (*stem)++,
    };
    uint32_t middle = to - from >= 7 ? from + (to - from) / 2 : to;
    street.direction = middle < to ? 1 : 0;
    street.first = crossing(d->city, vertical, from);
    street.last = crossing(d->city, vertical, middle);
    add_street(d, street);
    if (middle == to) return;
    street.direction = 2;
    street.first = street.last;
    street.last = crossing(d->city, vertical, to);
    add_street(d, street);
}

static void plan_roads(drawing *d) {
    const hs_sample_definition *definition = &d->city->definition;
    uint32_t stem = 0;
    for (int vertical = 0; vertical < 2; vertical++) {
        uint32_t lines = vertical ? definition->columns : definition->rows;
        uint32_t pieces = vertical ? definition->rows : definition->columns;
        for (uint32_t line = 0; line <= lines; line++) {
            uint32_t from = HS_NONE;
            for (uint32_t piece = 0; piece <= pieces; piece++) {
                bool road = piece < pieces && !d->main_road[vertical][line][piece] &&
                            has_road(d, vertical, line, piece);
                if (road && from == HS_NONE) from = piece;
                if (!road && from != HS_NONE) {
                    add_road(d, vertical, line, from, piece, &stem);
                    from = HS_NONE;
                }
            }
        }
    }
}

/* A lane along a lattice line through cells [from, to) of the plan; one that crosses a single cell may end
 * blind inside it. */
static void add_lane(drawing *d, bool vertical, uint32_t line, uint32_t from, uint32_t to,
                     uint32_t community) {
    hs_sample_street street = {
        .vertical = vertical,
        .line = line,
        .first = crossing(d->city, vertical, from),
        .last = crossing(d->city, vertical, to),
        .road_class = to - from > 1 ? HS_SAMPLE_RESIDENTIAL : HS_SAMPLE_LANE,
        .community = community,
    };
    if (to - from == 1 && street.last - street.first > 1 &&
        chance(d, hs_sample_type_of(d->city, community)->blind)) {
        if (chance(d, 0.5))
            street.last--;
        else
            street.first++;
    }
    add_street(d, street);
}

static uint32_t lane_community(drawing *d, bool vertical, uint32_t across, uint32_t piece) {
    uint32_t row = vertical ? piece : across;
    uint32_t column = vertical ? across : piece;
    if (row == d->city->definition.water_row) return HS_NONE;
    uint32_t community = hs_sample_plan_community(d->city, row, column);
    if (community == HS_NONE) return HS_NONE;
    return chance(d, hs_sample_type_of(d->city, community)->lane) ? community : HS_NONE;
}

static void lanes(drawing *d) {
    const hs_sample_city *city = d->city;
    const hs_sample_lattice *lattice = &city->lattice;
    for (int vertical = 0; vertical < 2; vertical++) {
        uint32_t lines = vertical ? lattice->columns : lattice->rows;
        uint32_t pieces = vertical ? city->definition.rows : city->definition.columns;
        for (uint32_t line = 1; line < lines; line++) {
            uint32_t across = vertical ? lattice->plan_column[line] : lattice->plan_row[line];
            if (line == (vertical ? lattice->column_line[across] : lattice->row_line[across])) continue;
            uint32_t from = 0;
            uint32_t owner = HS_NONE;
            for (uint32_t piece = 0; piece <= pieces; piece++) {
                uint32_t community = piece < pieces ? lane_community(d, vertical, across, piece) : HS_NONE;
                if (owner != HS_NONE && community == owner && piece - from < 3 &&
                    chance(d, hs_sample_type_of(city, owner)->run_on))
                    continue;
                if (owner != HS_NONE) add_lane(d, vertical, line, from, piece, owner);
                owner = community;
                from = piece;
            }
        }
    }
}

uint32_t hs_sample_street_node(const hs_sample_city *city, const hs_sample_street *street, uint32_t step) {
    uint32_t width = city->lattice.columns + 1;
    return street->vertical ? (street->first + step) * width + street->line
                            : street->line * width + street->first + step;
}

static uint32_t root_of(uint32_t *parent, uint32_t node) {
    while (parent[node] != node) {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    return node;
}

/* Keeps the streets of the component that the first street belongs to. */
static hs_status keep_connected(drawing *d, hs_error *error) {
    const hs_sample_city *city = d->city;
    uint32_t nodes = (city->lattice.columns + 1) * (city->lattice.rows + 1);
    uint32_t *parent = hs_arena_array(city->arena, nodes, sizeof *parent);
    if (!parent) return hs_error_set(error, HS_E_MEMORY, "no memory for the street graph");
    for (uint32_t n = 0; n < nodes; n++)
        parent[n] = n;
    for (uint32_t s = 0; s < d->count; s++)
        for (uint32_t k = d->street[s].first; k < d->street[s].last; k++) {
            uint32_t step = k - d->street[s].first;
            uint32_t one = root_of(parent, hs_sample_street_node(city, &d->street[s], step));
            uint32_t two = root_of(parent, hs_sample_street_node(city, &d->street[s], step + 1));
            parent[one] = two;
        }
    uint32_t kept = 0;
    uint32_t home = d->count ? root_of(parent, hs_sample_street_node(city, &d->street[0], 0)) : 0;
    for (uint32_t s = 0; s < d->count; s++)
        if (root_of(parent, hs_sample_street_node(city, &d->street[s], 0)) == home)
            d->street[kept++] = d->street[s];
    d->count = kept;
    return HS_OK;
}

static void set_edge(hs_sample_city *city, uint32_t row, uint32_t s, uint32_t step) {
    hs_sample_street *street = &city->street[s];
    hs_sample_edge *edge = &city->edge[row];
    edge->street = s;
    edge->node[0] = hs_sample_street_node(city, street, step);
    edge->node[1] = hs_sample_street_node(city, street, step + 1);
    uint32_t at = street->first + step;
    if (street->vertical) { /* runs south: east is on the left */
        edge->community[0] = hs_sample_face_land(city, street->line, at);
        edge->community[1] = hs_sample_face_land(city, street->line - 1, at);
    } else { /* runs east: north is on the left */
        edge->community[0] = hs_sample_face_land(city, at, street->line - 1);
        edge->community[1] = hs_sample_face_land(city, at, street->line);
    }
    hs_sample_point a = city->lattice.node_m[edge->node[0]];
    hs_sample_point b = city->lattice.node_m[edge->node[1]];
    edge->start_m = street->length_m;
    edge->length_m = sqrt((b.x_m - a.x_m) * (b.x_m - a.x_m) + (b.y_m - a.y_m) * (b.y_m - a.y_m));
    street->length_m += edge->length_m;
}

static hs_status set_edges(hs_sample_city *city, hs_error *error) {
    size_t count = 0;
    for (uint32_t s = 0; s < city->street_count; s++)
        count += city->street[s].last - city->street[s].first;
    city->edge = hs_arena_array(city->arena, count, sizeof *city->edge);
    if (!city->edge) return hs_error_set(error, HS_E_MEMORY, "no memory for streets");
    for (uint32_t s = 0; s < city->street_count; s++) {
        city->street[s].first_edge = city->edge_count;
        for (uint32_t k = city->street[s].first; k < city->street[s].last; k++)
            set_edge(city, city->edge_count++, s, k - city->street[s].first);
    }
    return HS_OK;
}

hs_status hs_sample_build_streets(hs_sample_city *city, hs_error *error) {
    drawing *d = hs_arena_array(city->arena, 1, sizeof *d);
    hs_sample_street *street = hs_arena_array(city->arena, MAX_STREETS, sizeof *street);
    if (!d || !street) return hs_error_set(error, HS_E_MEMORY, "no memory for streets");
    d->city = city;
    d->street = street;
    hs_random_seed_stream(&d->random, city->seed, HS_SAMPLE_STREAM_STREETS);
    hs_status status = main_roads(d, error);
    if (status != HS_OK) return status;
    plan_roads(d);
    lanes(d);
    status = keep_connected(d, error);
    if (status != HS_OK) return status;
    if (d->count == 0) return hs_error_set(error, HS_E_INPUT, "the sample city's definition gives no street");
    city->street = d->street;
    city->street_count = d->count;
    return set_edges(city, error);
}

hs_sample_point hs_sample_street_point(const hs_sample_city *city, const hs_sample_street *street,
                                       double along_m, double offset_m, uint32_t *edge) {
    uint32_t e = street->first_edge;
    uint32_t last = street->first_edge + (street->last - street->first) - 1;
    while (e < last && city->edge[e].start_m + city->edge[e].length_m < along_m)
        e++;
    hs_sample_point a = city->lattice.node_m[city->edge[e].node[0]];
    hs_sample_point b = city->lattice.node_m[city->edge[e].node[1]];
    double share = (along_m - city->edge[e].start_m) / city->edge[e].length_m;
    double east = (b.x_m - a.x_m) / city->edge[e].length_m;
    double north = (b.y_m - a.y_m) / city->edge[e].length_m;
    if (edge) *edge = e;
    return (hs_sample_point){a.x_m + share * (b.x_m - a.x_m) + north * offset_m,
                             a.y_m + share * (b.y_m - a.y_m) - east * offset_m};
}

uint32_t hs_sample_find_road(const hs_sample_city *city, hs_str key) {
    for (uint32_t s = 0; s < city->street_count; s++)
        if (city->street[s].key.size && hs_str_equal(city->street[s].key, key)) return s;
    return HS_NONE;
}
