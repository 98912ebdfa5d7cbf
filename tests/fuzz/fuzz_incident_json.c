/* Posted incidents are outside data: any bytes give a record that can be stored, or a message. */
#include "ingest/incident_json.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(const hs_incident_record *record) {
    const hs_str texts[] = {record->external_id, record->category, record->source,      record->status,
                            record->address,     record->unit,     record->description, record->department};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!hs_utf8_valid(texts[i])) __builtin_trap();
    if (!(record->weight >= 0 && record->weight <= 1e6F)) __builtin_trap();
    if (!record->has_position) return;
    if (record->position.lon_e7 < -1800000000 || record->position.lon_e7 > 1800000000 ||
        record->position.lat_e7 < -900000000 || record->position.lat_e7 > 900000000)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *value = NULL;
    hs_error error = {0};
    if (hs_json_parse((hs_str){(const char *)data, size}, &error, &value) != HS_OK) return 0;
    hs_arena *arena = hs_arena_new(1 << 22);
    hs_incident_record record;
    const char *crs = size % 3 == 0 ? NULL : size % 3 == 1 ? "GCJ-02" : "BD-09";
    error = (hs_error){0};
    if (hs_incident_from_json(value, NULL, crs, arena, &error, &record) == HS_OK)
        check_record(&record);
    else if (!error.message[0])
        __builtin_trap();
    hs_arena_free(arena);
    json_decref(value);
    return 0;
}
