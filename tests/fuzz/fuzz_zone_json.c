/* Posted zones are outside data: any bytes give a record that can be stored, or a message. */
#include "ingest/zone_json.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_geometry(const hs_geometry *geometry) {
    if (geometry->type != HS_GEOMETRY_POLYGONS || geometry->part_count == 0) __builtin_trap();
    uint32_t rings = geometry->part_start[geometry->part_count];
    if (rings != geometry->ring_count) __builtin_trap();
    for (uint32_t i = 0; i < geometry->ring_start[rings]; i++) {
        hs_position position = geometry->positions[i];
        if (position.lon_e7 < -1800000000 || position.lon_e7 > 1800000000 || position.lat_e7 < -900000000 ||
            position.lat_e7 > 900000000)
            __builtin_trap();
    }
}

static void check_record(const hs_zone_record *record) {
    const hs_str texts[] = {record->name, record->kind, record->hours, record->weekdays};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!hs_utf8_valid(texts[i])) __builtin_trap();
    if (record->kind.size == 0) __builtin_trap();
    check_geometry(&record->geometry);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *value = NULL;
    hs_error error = {0};
    if (hs_json_parse((hs_str){(const char *)data, size}, &error, &value) != HS_OK) return 0;
    hs_arena *arena = hs_arena_new(1 << 22);
    hs_zone_record record;
    error = (hs_error){0};
    if (hs_zone_from_json(value, NULL, arena, &error, &record) == HS_OK)
        check_record(&record);
    else if (!error.message[0])
        __builtin_trap();
    hs_arena_free(arena);
    json_decref(value);
    return 0;
}
