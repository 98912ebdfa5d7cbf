#include "city/geography_private.h"

#include "base/text.h"
#include "geo/box.h"
#include <stdlib.h>

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the city's geography");
}

/* Rows in the order of `compare`, which is total: equal records keep the order in which they were added. */
static uint32_t *sorted_rows(const void *records, uint32_t count,
                             int (*compare)(const void *, const void *, void *)) {
    uint32_t *order = malloc(((size_t)count + 1) * sizeof *order);
    if (!order) return NULL;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare, (void *)records);
    return order;
}

static int compare_rows(int64_t a_id, int64_t b_id, uint32_t a, uint32_t b) {
    if (a_id != b_id) return a_id < b_id ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* Comparison of rows by id, and one column of `count` cells filled from the records in `order`. */
#define COMPARE_BY_ID(name, record_type)                                                                     \
    static int name(const void *left, const void *right, void *context) {                                    \
        const record_type *records = context;                                                                \
        uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;                                  \
        return compare_rows(records[a].id, records[b].id, a, b);                                             \
    }

#define COLUMN(type, field)                                                                                  \
    type *field##_column = hs_arena_array(arena, (size_t)list->count + 1, sizeof(type));                     \
    if (!field##_column) {                                                                                   \
        free(order);                                                                                         \
        return out_of_memory(error);                                                                         \
    }                                                                                                        \
    for (uint32_t i = 0; i < list->count; i++)                                                               \
        field##_column[i] = (type)list->records[order[i]].field;                                             \
    columns.field = field##_column

#define BOX_COLUMN()                                                                                         \
    hs_box *box_column = hs_arena_array(arena, (size_t)list->count + 1, sizeof *box_column);                 \
    if (!box_column) {                                                                                       \
        free(order);                                                                                         \
        return out_of_memory(error);                                                                         \
    }                                                                                                        \
    for (uint32_t i = 0; i < list->count; i++)                                                               \
        box_column[i] = hs_geometry_box(&columns.geometry[i]);                                               \
    columns.box = box_column

static int compare_unit(const void *left, const void *right, void *context) {
    const hs_unit_record *records = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (records[a].level != records[b].level) return records[a].level < records[b].level ? -1 : 1;
    int codes = hs_str_compare(records[a].code, records[b].code);
    return codes != 0 ? codes : compare_rows(records[a].id, records[b].id, a, b);
}

COMPARE_BY_ID(compare_street, hs_street_record)
COMPARE_BY_ID(compare_address, hs_address_record)
COMPARE_BY_ID(compare_place, hs_place_record)
COMPARE_BY_ID(compare_zone, hs_zone_record)
COMPARE_BY_ID(compare_population, hs_population_record)

hs_status hs_geography_unit_columns(hs_unit_list *list, hs_arena *arena, hs_error *error, hs_units *units) {
    uint32_t *order = sorted_rows(list->records, list->count, compare_unit);
    if (!order) return out_of_memory(error);
    hs_units columns = {.count = list->count};
    COLUMN(int64_t, id);
    COLUMN(hs_str, code);
    COLUMN(hs_str, name);
    COLUMN(hs_str, name_en);
    COLUMN(hs_str, attributes);
    COLUMN(uint8_t, level);
    COLUMN(hs_geometry, geometry);
    BOX_COLUMN();
    hs_str *parents = hs_arena_array(arena, (size_t)list->count + 1, sizeof *parents);
    if (!parents) {
        free(order);
        return out_of_memory(error);
    }
    for (uint32_t i = 0; i < list->count; i++)
        parents[i] = list->records[order[i]].parent;
    columns.parent_code = parents;
    for (uint32_t i = 0; i < columns.count; i++)
        columns.level_start[columns.level[i] + 1]++;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        columns.level_start[level + 1] += columns.level_start[level];
    free(order);
    *units = columns;
    return HS_OK;
}

hs_status hs_geography_street_columns(hs_street_list *list, hs_arena *arena, hs_error *error,
                                      hs_streets *streets) {
    uint32_t *order = sorted_rows(list->records, list->count, compare_street);
    if (!order) return out_of_memory(error);
    hs_streets columns = {.count = list->count};
    COLUMN(int64_t, id);
    COLUMN(hs_str, name);
    COLUMN(hs_str, name_en);
    COLUMN(hs_str, road_class);
    COLUMN(hs_str, attributes);
    COLUMN(int32_t, left_from);
    COLUMN(int32_t, left_to);
    COLUMN(int32_t, right_from);
    COLUMN(int32_t, right_to);
    COLUMN(int32_t, layer);
    COLUMN(hs_geometry, geometry);
    BOX_COLUMN();
    free(order);
    *streets = columns;
    return HS_OK;
}

hs_status hs_geography_address_columns(hs_address_list *list, hs_arena *arena, hs_error *error,
                                       hs_addresses *addresses) {
    uint32_t *order = sorted_rows(list->records, list->count, compare_address);
    if (!order) return out_of_memory(error);
    hs_addresses columns = {.count = list->count};
    COLUMN(int64_t, id);
    COLUMN(hs_str, street);
    COLUMN(hs_str, number);
    COLUMN(hs_str, unit);
    COLUMN(hs_str, text);
    COLUMN(hs_position, position);
    free(order);
    *addresses = columns;
    return HS_OK;
}

hs_status hs_geography_place_columns(hs_place_list *list, hs_arena *arena, hs_error *error,
                                     hs_places *places) {
    uint32_t *order = sorted_rows(list->records, list->count, compare_place);
    if (!order) return out_of_memory(error);
    hs_places columns = {.count = list->count};
    COLUMN(int64_t, id);
    COLUMN(hs_str, name);
    COLUMN(hs_str, name_en);
    COLUMN(hs_str, place_class);
    COLUMN(hs_str, address);
    COLUMN(hs_position, position);
    COLUMN(hs_geometry, geometry);
    free(order);
    *places = columns;
    return HS_OK;
}

/* Stores of earlier versions hold any text: one that cannot be read bounds nothing, and `check` names it. */
static hs_weekly_hours weekly_hours_of(hs_str hours, hs_str weekdays) {
    hs_weekly_hours open = HS_WEEKLY_HOURS_ALWAYS;
    (void)hs_day_spans_parse(hours, NULL, &open);
    (void)hs_weekdays_parse(weekdays, NULL, &open);
    return open;
}

hs_status hs_geography_zone_columns(hs_zone_list *list, hs_arena *arena, hs_error *error, hs_zones *zones) {
    uint32_t *order = sorted_rows(list->records, list->count, compare_zone);
    if (!order) return out_of_memory(error);
    hs_zones columns = {.count = list->count};
    hs_weekly_hours *open = hs_arena_array(arena, (size_t)list->count + 1, sizeof *open);
    if (!open) {
        free(order);
        return out_of_memory(error);
    }
    COLUMN(int64_t, id);
    COLUMN(hs_str, name);
    COLUMN(hs_str, kind);
    COLUMN(hs_str, hours);
    COLUMN(hs_str, weekdays);
    COLUMN(int64_t, from_s);
    COLUMN(int64_t, to_s);
    COLUMN(hs_geometry, geometry);
    BOX_COLUMN();
    for (uint32_t i = 0; i < columns.count; i++)
        open[i] = weekly_hours_of(columns.hours[i], columns.weekdays[i]);
    columns.open = open;
    free(order);
    *zones = columns;
    return HS_OK;
}

hs_status hs_geography_resident_columns(hs_population_list *list, hs_arena *arena, hs_error *error,
                                        hs_residents *residents) {
    uint32_t *order = sorted_rows(list->records, list->count, compare_population);
    if (!order) return out_of_memory(error);
    hs_residents columns = {.count = list->count};
    COLUMN(int64_t, id);
    COLUMN(hs_str, unit);
    COLUMN(double, population);
    COLUMN(hs_geometry, geometry);
    free(order);
    *residents = columns;
    return HS_OK;
}
