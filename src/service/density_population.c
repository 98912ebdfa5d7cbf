/* Residents as the denominator of a relative risk. Each unit's number, a numeric attribute of it, or that of
 * each imported area, stands evenly on the squares of a lattice of the city's plane, by their part in its
 * polygon, and that of an imported point at the point; these enter a snapshot of their own as if they were
 * incidents with weights, so that tiles, rasters and values take them alike. */
#include "service/density_private.h"

#include "base/hash.h"
#include "base/json.h"
#include "city/attributes.h"
#include "geo/polygon_index.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PLACES (UINT32_C(1) << 22)
/* Weights are whole numbers of 2^-12 up to 2^12: exact as floats and in the kernels' fixed point. */
#define WEIGHT_BITS 12

static void free_population(void *value) {
    density_population *population = value;
    if (population) hs_snapshot_unref(population->snapshot);
    free(population);
}

hs_level hs_population_level(const hs_geography *geography, hs_str name) {
    const hs_units *units = &geography->units;
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--)
        for (uint32_t u = units->level_start[level]; u < units->level_start[level + 1]; u++) {
            double number;
            if (hs_attribute_number(units->attributes[u], name, &number)) return (hs_level)level;
        }
    return HS_LEVEL_COUNT;
}

/* Appends the names of a unit's numbers that are not there yet. */
static void add_names(hs_str attributes, hs_buffer *names) {
    json_t *object = NULL;
    if (attributes.size == 0 || hs_json_parse(attributes, NULL, &object) != HS_OK) return;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        size_t size = strlen(key);
        bool there = names->size >= size && memmem(names->data, names->size, key, size) != NULL;
        if (!json_is_number(value) || there) continue;
        hs_buffer_printf(names, "%s%s", names->size > 0 ? ", " : "", key);
    }
    json_decref(object);
}

hs_str hs_population_attributes(const hs_geography *geography, hs_arena *arena) {
    const hs_units *units = &geography->units;
    hs_buffer names;
    hs_buffer_init(&names, 4096);
    for (int level = HS_LEVEL_COUNT - 1; level >= 0; level--)
        for (uint32_t u = units->level_start[level];
             u < units->level_start[level + 1] && u < units->level_start[level] + 10; u++)
            add_names(units->attributes[u], &names);
    hs_str made = HS_STR("none");
    char *copy = names.size > 0 ? hs_arena_alloc(arena, names.size) : NULL;
    if (copy) {
        memcpy(copy, names.data, names.size);
        made = (hs_str){copy, names.size};
    }
    hs_buffer_done(&names);
    return made;
}

hs_level hs_population_imported_level(const hs_geography *geography) {
    const hs_residents *residents = &geography->residents;
    hs_level lowest = HS_LEVEL_COUNT;
    for (uint32_t row = 0; row < residents->count; row++) {
        if (residents->geometry[row].type != HS_GEOMETRY_NONE) continue;
        uint32_t unit = hs_units_find(&geography->units, residents->unit[row]);
        if (unit == HS_NONE) continue;
        hs_level level = (hs_level)geography->units.level[unit];
        if (lowest == HS_LEVEL_COUNT || level > lowest) lowest = level;
    }
    return lowest;
}

/* Polygons and points with who lives there: the units of a level, or imported areas. */
typedef struct counted {
    uint32_t count;
    hs_geometry *geometry; /* [count] polygons; none of points */
    hs_position *label;
    double *area_km2;
    double *residents;
} counted;

static bool counted_init(counted *c, uint32_t count) {
    *c = (counted){.count = 0,
                   .geometry = calloc((size_t)count + 1, sizeof *c->geometry),
                   .label = calloc((size_t)count + 1, sizeof *c->label),
                   .area_km2 = calloc((size_t)count + 1, sizeof *c->area_km2),
                   .residents = calloc((size_t)count + 1, sizeof *c->residents)};
    return c->geometry && c->label && c->area_km2 && c->residents;
}

static void counted_done(counted *c) {
    free(c->geometry);
    free(c->label);
    free(c->area_km2);
    free(c->residents);
}

static hs_status count_units(const hs_units *units, const hs_density_request *request, hs_error *error,
                             counted *c, hs_population_info *info) {
    for (uint32_t u = units->level_start[request->level]; u < units->level_start[request->level + 1]; u++) {
        double number = 0;
        if (!hs_attribute_number(units->attributes[u], request->population, &number)) info->without++;
        if (!(number >= 0.0) || number > HS_MOST_POPULATION)
            return hs_error_set(error, HS_E_ARGUMENT,
                                "population: unit %.*s has %.*s %g: numbers from 0 are taken",
                                (int)units->code[u].size, units->code[u].data, (int)request->population.size,
                                request->population.data, number);
        c->geometry[c->count] = units->geometry[u];
        c->label[c->count] = units->label[u];
        c->area_km2[c->count] = units->area_km2[u];
        c->residents[c->count++] = number;
    }
    return HS_OK;
}

static void count_areas(const hs_residents *residents, counted *c) {
    for (uint32_t row = 0; row < residents->count; row++) {
        if (residents->geometry[row].type == HS_GEOMETRY_NONE) continue;
        if (residents->geometry[row].type == HS_GEOMETRY_POLYGONS)
            c->geometry[c->count] = residents->geometry[row];
        c->label[c->count] = residents->label[row];
        c->area_km2[c->count] = residents->area_km2[row];
        c->residents[c->count++] = residents->population[row];
    }
}

static hs_status count_residents(const hs_geography *geography, const hs_density_request *request,
                                 hs_error *error, counted *c, hs_population_info *info) {
    hs_status status = HS_OK;
    bool areas = request->level == HS_LEVEL_COUNT;
    const uint32_t *start = geography->units.level_start;
    uint32_t most =
        areas ? geography->residents.area_count : start[request->level + 1] - start[request->level];
    if (!counted_init(c, most)) return hs_error_memory(error, "residents");
    if (areas)
        count_areas(&geography->residents, c);
    else
        status = count_units(&geography->units, request, error, c, info);
    for (uint32_t i = 0; i < c->count; i++)
        info->residents += c->residents[i];
    info->units = c->count;
    return status;
}

/* A sixth of the radius of the quartic that is as wide. */
static double step_of(const hs_density_request *request) {
    double radius_m = request->bandwidth_m;
    if (request->kernel == HS_KERNEL_GAUSSIAN) radius_m /= hs_kernel_deviation(HS_KERNEL_QUARTIC);
    return radius_m / 6.0;
}

/* Squares of the lattice are looked at in SIDE x SIDE parts. */
#define SIDE 3 /* odd */

/* Where a unit's residents stand, and how many parts of the square there lie in the unit. */
typedef struct place {
    hs_position at;
    uint32_t parts;
} place;

typedef struct places {
    place *place;
    uint32_t count, capacity, parts;
    bool failed;
} places;

typedef struct spreading {
    const counted *counted;
    const hs_plane *plane;
    const hs_polygon_index *index;
    double step_m;
    places *places; /* [counted->count] */
} spreading;

static bool add_place(places *p, place one) {
    if (p->count == p->capacity) {
        uint32_t capacity = p->capacity ? 2 * p->capacity : 16;
        place *grown = realloc(p->place, capacity * sizeof *grown);
        if (!grown) return false;
        p->place = grown;
        p->capacity = capacity;
    }
    p->place[p->count++] = one;
    p->parts += one.parts;
    return true;
}

/* The extent of a unit's positions on the plane, in steps of the lattice. */
typedef struct steps {
    int64_t west, south, east, north;
} steps;

static steps steps_of(const spreading *work, const hs_geometry *geometry) {
    double west = INFINITY;
    double south = INFINITY;
    double east = -INFINITY;
    double north = -INFINITY;
    uint32_t count = geometry->ring_count > 0 ? geometry->ring_start[geometry->ring_count] : 0;
    for (uint32_t i = 0; i < count; i++) {
        double x;
        double y;
        hs_plane_forward(work->plane, geometry->positions[i], &x, &y);
        west = fmin(west, floor(x / work->step_m));
        east = fmax(east, ceil(x / work->step_m));
        south = fmin(south, floor(y / work->step_m));
        north = fmax(north, ceil(y / work->step_m));
    }
    if (!(west <= east)) return (steps){0};
    return (steps){(int64_t)west, (int64_t)south, (int64_t)east, (int64_t)north};
}

/* The parts of the square about (x, y) that lie in unit i, by half open edges, at their middle. Within a
 * square the plane and the local scale of degrees differ by less than a hundredth of its side. */
static place place_at(const spreading *work, uint32_t i, double x, double y) {
    double lon;
    double lat;
    double metres_per_lon;
    double metres_per_lat;
    hs_plane_inverse(work->plane, x, y, &lon, &lat);
    hs_position middle = {(int32_t)lround(lon * 1e7), (int32_t)lround(lat * 1e7)};
    hs_ground_scale_m(middle.lat_e7, &metres_per_lon, &metres_per_lat);
    double part_m = work->step_m / SIDE;
    int64_t sum_lon = 0;
    int64_t sum_lat = 0;
    place made = {0};
    for (int k = 0; k < SIDE * SIDE; k++) {
        int column = k % SIDE - SIDE / 2;
        int row = k / SIDE - SIDE / 2;
        int32_t dx = (int32_t)lround(column * part_m / metres_per_lon);
        int32_t dy = (int32_t)lround(row * part_m / metres_per_lat);
        hs_position at = {middle.lon_e7 + dx, middle.lat_e7 + dy};
        if (!hs_polygon_index_contains(work->index, i, at)) continue;
        sum_lon += dx;
        sum_lat += dy;
        made.parts++;
    }
    if (made.parts > 0)
        made.at = (hs_position){middle.lon_e7 + (int32_t)(sum_lon / (int64_t)made.parts),
                                middle.lat_e7 + (int32_t)(sum_lat / (int64_t)made.parts)};
    return made;
}

/* The squares of the lattice that a unit has part of; its label point where it has part of none. */
static void place_unit(const spreading *work, uint32_t i, places *out) {
    steps s = steps_of(work, &work->counted->geometry[i]);
    for (int64_t row = s.south; row < s.north && !out->failed; row++)
        for (int64_t column = s.west; column < s.east && !out->failed; column++) {
            place one =
                place_at(work, i, ((double)column + 0.5) * work->step_m, ((double)row + 0.5) * work->step_m);
            if (one.parts == 0) continue;
            out->failed = out->count > MOST_PLACES || !add_place(out, one);
        }
    if (out->count == 0) out->failed = !add_place(out, (place){work->counted->label[i], 1});
}

static void place_range(void *context, size_t begin, size_t end) {
    const spreading *work = context;
    for (size_t i = begin; i < end; i++)
        if (work->counted->residents[i] > 0) place_unit(work, (uint32_t)i, &work->places[i]);
}

static double most_a_place(const spreading *work) {
    double most = 0;
    for (uint32_t i = 0; i < work->counted->count; i++)
        if (work->places[i].count > 0)
            most = fmax(most, work->counted->residents[i] / (double)work->places[i].parts);
    return most * (SIDE * SIDE);
}

/* Residents that a weight of 1 stands for: a power of two, so that the heaviest place weighs 2^12 at most. */
static double residents_per_weight(double most) {
    int exponent = 0;
    (void)frexp(most, &exponent);
    return ldexp(1.0, exponent - WEIGHT_BITS);
}

/* A unit's total in quanta of weight, dealt out by parts so that they sum to it. */
static hs_status add_unit(hs_incidents_builder *builder, const places *p, double residents, double per_weight,
                          int64_t *id, hs_error *error) {
    double quanta = floor(ldexp(residents / per_weight, WEIGHT_BITS) + 0.5);
    double given = 0;
    double parts = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        parts += (double)p->place[i].parts;
        double up_to = floor(quanta * parts / (double)p->parts);
        hs_incident_record record = {.id = ++*id,
                                     .reported_s = HS_NO_TIME,
                                     .occurred_s = HS_NO_TIME,
                                     .closed_s = HS_NO_TIME,
                                     .deadline_s = HS_NO_TIME,
                                     .has_position = true,
                                     .position = p->place[i].at,
                                     .match_type = HS_MATCH_GIVEN,
                                     .weight = (float)ldexp(up_to - given, -WEIGHT_BITS)};
        given = up_to;
        hs_status status = hs_incidents_add(builder, &record, error);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static hs_status empty_geography(const hs_snapshot *snapshot, hs_error *error, hs_geography **geography) {
    hs_geography_builder *builder;
    hs_status status = hs_geography_builder_new(error, &builder);
    if (status != HS_OK) return status;
    hs_geography_set_center(builder, snapshot->plane.center_lon_deg, snapshot->plane.center_lat_deg);
    return hs_geography_finish(builder, snapshot->geography_version, error, geography);
}

/* A snapshot of the places, in no units. */
static hs_status make_snapshot(const hs_snapshot *city, hs_incidents_builder *builder, hs_pool *pool,
                               hs_error *error, hs_snapshot **snapshot) {
    hs_geography *geography = NULL;
    hs_incidents *incidents = NULL;
    hs_status status = empty_geography(city, error, &geography);
    if (status != HS_OK) {
        hs_incidents_builder_free(builder);
        return status;
    }
    status = hs_incidents_finish(&builder, 1, geography, city->geography_version, pool, error, &incidents);
    if (status != HS_OK) {
        hs_geography_unref(geography);
        return status;
    }
    return hs_snapshot_new(city->version, city->plans_version, &city->info, geography, incidents,
                           hs_taxonomy_ref(city->taxonomy), error, snapshot);
}

static hs_status check_count(double count, const hs_density_request *request, hs_error *error) {
    if (count <= (double)MOST_PLACES) return HS_OK;
    (void)hs_error_set(error, HS_E_ARGUMENT,
                       "over=population takes up to %u places of a sixth of the bandwidth: take a "
                       "bandwidth of %.0f m or more",
                       (unsigned)MOST_PLACES,
                       ceil(request->bandwidth_m * sqrt(count / (double)MOST_PLACES)) + 1.0);
    return HS_E_ARGUMENT;
}

/* By area, before any is made. */
static hs_status check_area(const spreading *work, const hs_density_request *request, hs_error *error) {
    double count = 0;
    for (uint32_t i = 0; i < work->counted->count; i++)
        if (work->counted->residents[i] > 0) count += work->counted->area_km2[i] * 1e6;
    return check_count(count / (work->step_m * work->step_m), request, error);
}

static hs_status check_places(const spreading *work, const hs_density_request *request, hs_error *error) {
    double count = 0;
    for (uint32_t i = 0; i < work->counted->count; i++) {
        count += (double)work->places[i].count;
        if (work->places[i].failed && work->places[i].count <= MOST_PLACES)
            return hs_error_set(error, HS_E_MEMORY, "out of memory for residents");
    }
    return check_count(count, request, error);
}

static hs_status make_places(const spreading *work, hs_service *service, const hs_snapshot *snapshot,
                             const hs_density_request *request, hs_error *error, density_population *made) {
    hs_status status = check_area(work, request, error);
    if (status != HS_OK) return status;
    hs_pool_for(service->pool, work->counted->count, 1, place_range, (void *)work);
    status = check_places(work, request, error);
    hs_incidents_builder *builder = NULL;
    if (status == HS_OK) status = hs_incidents_builder_new(error, &builder);
    made->per_weight = residents_per_weight(most_a_place(work));
    int64_t id = 0;
    for (uint32_t i = 0; status == HS_OK && i < work->counted->count; i++)
        status =
            add_unit(builder, &work->places[i], work->counted->residents[i], made->per_weight, &id, error);
    if (status == HS_OK) return make_snapshot(snapshot, builder, service->pool, error, &made->snapshot);
    hs_incidents_builder_free(builder);
    return status;
}

typedef struct making {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_density_request *request;
} making;

static hs_status spread(const making *m, const counted *c, hs_error *error, density_population *made) {
    hs_polygon_index *index = NULL;
    hs_status status = hs_polygon_index_new(c->geometry, c->count, error, &index);
    if (status != HS_OK) return status;
    spreading work = {c, &m->snapshot->plane, index, made->info.step_m, NULL};
    work.places = calloc((size_t)c->count + 1, sizeof *work.places);
    status = work.places ? make_places(&work, m->service, m->snapshot, m->request, error, made)
                         : hs_error_memory(error, "residents");
    for (uint32_t i = 0; work.places && i < c->count; i++)
        free(work.places[i].place);
    free(work.places);
    hs_polygon_index_free(index);
    return status;
}

static hs_status make_population(void *context, hs_error *error, void **value, size_t *bytes) {
    const making *m = context;
    counted c = {0};
    density_population *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "residents");
    made->info.step_m = step_of(m->request);
    hs_status status = count_residents(m->snapshot->geography, m->request, error, &c, &made->info);
    if (status == HS_OK) status = spread(m, &c, error, made);
    counted_done(&c);
    if (status != HS_OK || !made->snapshot) {
        free_population(made);
        return status != HS_OK ? status : HS_E_INTERNAL;
    }
    size_t columns;
    size_t texts;
    hs_incidents_bytes(made->snapshot->incidents, &columns, &texts);
    *bytes = sizeof *made + columns + texts;
    *value = made;
    return HS_OK;
}

/* Versions tell the states of one store apart; the rest tells stores apart. */
static uint64_t geography_hash(const hs_snapshot *snapshot) {
    const hs_geography *geography = snapshot->geography;
    struct {
        const void *geography;
        uint64_t version, units;
        hs_box box;
        double lon_deg, lat_deg;
    } parts;
    memset(&parts, 0, sizeof parts);
    parts.geography = geography;
    parts.version = geography->version;
    parts.units = geography->units.count;
    parts.box = geography->box;
    parts.lon_deg = snapshot->plane.center_lon_deg;
    parts.lat_deg = snapshot->plane.center_lat_deg;
    return hs_hash(&parts, sizeof parts, 0);
}

hs_status hs_density_population_of(hs_service *service, const hs_snapshot *snapshot,
                                   const hs_density_request *request, hs_error *error,
                                   hs_shared_entry **entry) {
    making m = {service, snapshot, request};
    double step_m = step_of(request);
    hs_shared_key key = {{HS_CACHED_POPULATION, geography_hash(snapshot),
                          hs_hash_str(request->population, (uint64_t)request->level),
                          hs_hash(&step_m, sizeof step_m, 0)}};
    hs_shared_maker maker = {make_population, free_population, &m};
    return hs_shared_cache_get(service->shared, &key, &maker, error, entry);
}

hs_status hs_service_population(hs_service *service, const hs_snapshot *snapshot,
                                const hs_density_request *request, hs_error *error,
                                hs_population_info *info) {
    if (request->population.size == 0)
        return hs_error_set(error, HS_E_ARGUMENT, "the request has no residents");
    hs_shared_entry *entry;
    hs_status status = hs_density_population_of(service, snapshot, request, error, &entry);
    if (status != HS_OK) return status;
    *info = ((const density_population *)hs_shared_value(entry))->info;
    hs_shared_unref(entry);
    return HS_OK;
}
