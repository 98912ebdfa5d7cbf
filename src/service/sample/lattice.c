/* The lattice: the plan's lines cut into parts, then bent. Bulging, two waves, crookedness and a turn make
 * a town of it; faces stay convex enough because every bend is gentle against their size. */
#include "service/sample/city.h"

#include <hotspot/coordinates.h>
#include <math.h>

uint32_t hs_sample_plan_community(const hs_sample_city *city, uint32_t row, uint32_t column) {
    const hs_sample_definition *definition = &city->definition;
    if (row >= definition->rows || column >= definition->columns) return HS_NONE;
    char letter = definition->plan[row][column];
    for (uint32_t c = 0; c < definition->community_count; c++)
        if (definition->community[c].letter == letter) return c;
    return HS_NONE;
}

uint32_t hs_sample_face_community(const hs_sample_city *city, uint32_t column, uint32_t row) {
    const hs_sample_lattice *lattice = &city->lattice;
    if (column >= lattice->columns || row >= lattice->rows) return HS_NONE;
    return hs_sample_plan_community(city, lattice->plan_row[row], lattice->plan_column[column]);
}

uint32_t hs_sample_face_land(const hs_sample_city *city, uint32_t column, uint32_t row) {
    const hs_sample_lattice *lattice = &city->lattice;
    if (row < lattice->rows && lattice->plan_row[row] == city->definition.water_row) return HS_NONE;
    return hs_sample_face_community(city, column, row);
}

const hs_sample_type *hs_sample_type_of(const hs_sample_city *city, uint32_t community) {
    return &city->definition.type[city->definition.community[community].type];
}

/* Metres in a degree at the centre, by the radii of curvature of the WGS 84 ellipsoid. */
static void set_scale(hs_sample_city *city) {
    const double a = 6378137.0;
    const double e2 = 0.00669437999014131699614;
    double lat = city->definition.center_lat_deg * HS_SAMPLE_PI / 180.0;
    double sine = hs_sample_sin(lat);
    double w2 = 1.0 - e2 * sine * sine;
    double w = sqrt(w2);
    city->metres_per_degree_lat = a * (1.0 - e2) / (w2 * w) * HS_SAMPLE_PI / 180.0;
    city->metres_per_degree_lon = a / w * hs_sample_cos(lat) * HS_SAMPLE_PI / 180.0;
}

static int32_t to_e7(double degrees) {
    return (int32_t)floor(degrees * 1e7 + 0.5);
}

hs_position hs_sample_position(const hs_sample_city *city, hs_sample_point point) {
    return (hs_position){to_e7(city->definition.center_lon_deg + point.x_m / city->metres_per_degree_lon),
                         to_e7(city->definition.center_lat_deg + point.y_m / city->metres_per_degree_lat)};
}

/* Offsets of the lattice's lines; the parts of a row or column are unequal by up to a tenth. */
static double cut_lines(hs_random *random, const double *size_m, const uint32_t *parts, uint32_t count,
                        uint32_t *line, uint8_t *plan_line, double *offset_m) {
    double start_m = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        line[i] = n;
        for (uint32_t p = 0; p < parts[i]; p++) {
            double share = (double)p / (double)parts[i];
            if (p > 0) share += (hs_random_uniform(random) - 0.5) * 0.2 / (double)parts[i];
            plan_line[n] = (uint8_t)i;
            offset_m[n++] = start_m + share * size_m[i];
        }
        start_m += size_m[i];
    }
    line[count] = n;
    offset_m[n] = start_m;
    return start_m;
}

typedef struct bend {
    double half_width_m, half_height_m, barrel;
    double amplitude_m[2], length_m[2], phase[4];
    double cosine, sine;
} bend;

static hs_sample_point bent(const bend *shape, hs_sample_point point) {
    const double turn = 2.0 * HS_SAMPLE_PI;
    double s = point.x_m / shape->half_width_m;
    double t = point.y_m / shape->half_height_m;
    double x = point.x_m * (1.0 - shape->barrel * t * t);
    double y = point.y_m * (1.0 - shape->barrel * s * s);
    double bent_x = x;
    double bent_y = y;
    for (int w = 0; w < 2; w++) {
        double slant = w == 0 ? 0.25 : 0.8;
        bent_x += shape->amplitude_m[w] *
                  hs_sample_sin(turn * (y + slant * x) / shape->length_m[w] + shape->phase[w]);
        bent_y += shape->amplitude_m[w] *
                  hs_sample_sin(turn * (x - slant * y) / shape->length_m[w] + shape->phase[2 + w]);
    }
    return (hs_sample_point){bent_x * shape->cosine - bent_y * shape->sine,
                             bent_x * shape->sine + bent_y * shape->cosine};
}

/* How crooked the lanes through a node are; nodes on the plan's own lines (roads) are nearly straight. */
static double crooked_m(const hs_sample_city *city, uint32_t i, uint32_t j) {
    const hs_sample_lattice *lattice = &city->lattice;
    double most = 0;
    for (uint32_t corner = 0; corner < 4; corner++) {
        uint32_t community = hs_sample_face_community(city, i - (corner & 1), j - (corner >> 1));
        if (community == HS_NONE) continue;
        double value = hs_sample_type_of(city, community)->crooked_m;
        if (value > most) most = value;
    }
    bool on_column = i == lattice->columns || lattice->column_line[lattice->plan_column[i]] == i;
    bool on_row = j == lattice->rows || lattice->row_line[lattice->plan_row[j]] == j;
    return on_column || on_row ? most * 0.3 : most;
}

static void place_nodes(hs_sample_city *city, hs_random *random, const bend *shape, const double *across_m,
                        const double *down_m) {
    hs_sample_lattice *lattice = &city->lattice;
    for (uint32_t j = 0; j <= lattice->rows; j++) {
        for (uint32_t i = 0; i <= lattice->columns; i++) {
            double amount_m = crooked_m(city, i, j);
            hs_sample_point point = {
                across_m[i] - shape->half_width_m + (hs_random_uniform(random) * 2 - 1) * amount_m,
                shape->half_height_m - down_m[j] + (hs_random_uniform(random) * 2 - 1) * amount_m,
            };
            uint32_t node = j * (lattice->columns + 1) + i;
            lattice->node_m[node] = bent(shape, point);
            lattice->node[node] = hs_sample_position(city, lattice->node_m[node]);
        }
    }
}

hs_status hs_sample_build_lattice(hs_sample_city *city, hs_error *error) {
    const hs_sample_definition *definition = &city->definition;
    hs_sample_lattice *lattice = &city->lattice;
    double across_m[HS_SAMPLE_MAX_LINES * HS_SAMPLE_MAX_PARTS + 1];
    double down_m[HS_SAMPLE_MAX_LINES * HS_SAMPLE_MAX_PARTS + 1];
    set_scale(city);
    hs_random random;
    hs_random_seed_stream(&random, city->seed, HS_SAMPLE_STREAM_LATTICE);
    double width_m = cut_lines(&random, definition->column_width_m, definition->column_parts,
                               definition->columns, lattice->column_line, lattice->plan_column, across_m);
    double height_m = cut_lines(&random, definition->row_height_m, definition->row_parts, definition->rows,
                                lattice->row_line, lattice->plan_row, down_m);
    lattice->columns = lattice->column_line[definition->columns];
    lattice->rows = lattice->row_line[definition->rows];
    size_t nodes = (size_t)(lattice->columns + 1) * (lattice->rows + 1);
    lattice->node_m = hs_arena_array(city->arena, nodes, sizeof *lattice->node_m);
    lattice->node = hs_arena_array(city->arena, nodes, sizeof *lattice->node);
    if (!lattice->node_m || !lattice->node)
        return hs_error_set(error, HS_E_MEMORY, "no memory for the lattice");
    double angle = definition->rotation_deg * HS_SAMPLE_PI / 180.0;
    bend shape = {.half_width_m = width_m / 2,
                  .half_height_m = height_m / 2,
                  .barrel = definition->barrel,
                  .cosine = hs_sample_cos(angle),
                  .sine = hs_sample_sin(angle)};
    for (int w = 0; w < 2; w++) {
        shape.amplitude_m[w] = definition->wave_amplitude_m[w];
        shape.length_m[w] = definition->wave_length_m[w];
    }
    for (int p = 0; p < 4; p++)
        shape.phase[p] = hs_random_uniform(&random) * 2.0 * HS_SAMPLE_PI;
    place_nodes(city, &random, &shape, across_m, down_m);
    return HS_OK;
}
