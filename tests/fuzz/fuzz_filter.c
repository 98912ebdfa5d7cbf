/* Filters come from requests: the first byte chooses the word, the rest is its value. */
#include "base/text.h"
#include "city/filter.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static hs_snapshot *make_snapshot(void) {
    hs_geography_builder *streets = NULL;
    hs_incidents_builder *rows = NULL;
    hs_geography *geography = NULL;
    hs_incidents *incidents = NULL;
    hs_taxonomy *taxonomy = NULL;
    hs_snapshot *snapshot = NULL;
    hs_incident_record record = {.id = 1,
                                 .category = HS_STR("residential burglary"),
                                 .source = HS_STR("app"),
                                 .reported_s = 1704067200,
                                 .occurred_s = HS_NO_TIME,
                                 .closed_s = HS_NO_TIME,
                                 .deadline_s = HS_NO_TIME,
                                 .has_position = true,
                                 .weight = 1};
    hs_city_info info = {.name = "", .name_en = "", .timezone = "Asia/Shanghai", .lang = "zh"};
    if (hs_geography_builder_new(NULL, &streets) != HS_OK ||
        hs_geography_finish(streets, 1, NULL, &geography) != HS_OK ||
        hs_incidents_builder_new(NULL, &rows) != HS_OK || hs_incidents_add(rows, &record, NULL) != HS_OK ||
        hs_incidents_finish(&rows, 1, geography, 1, NULL, NULL, &incidents) != HS_OK ||
        hs_taxonomy_builtin(NULL, &taxonomy) != HS_OK ||
        hs_snapshot_new(1, 0, &info, geography, incidents, taxonomy, NULL, &snapshot) != HS_OK)
        abort();
    return snapshot;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hs_snapshot *snapshot;
    if (!snapshot) snapshot = make_snapshot();
    if (size < 1) return 0;
    size_t words = 0;
    while (hs_filter_words[words].name)
        words++;
    hs_arena *arena = hs_arena_new(1 << 24);
    hs_str name = hs_str_of(hs_filter_words[data[0] % words].name);
    hs_str value = {(const char *)data + 1, size - 1};
    hs_error error = {0};
    hs_filter filter;
    if (hs_filter_parse(snapshot, &name, &value, 1, 100, arena, &error, &filter) == HS_OK) {
        uint64_t bits[1];
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[0];
        uint32_t passed = hs_filter_chunk(&filter, snapshot, chunk, bits);
        if (passed != (uint32_t)hs_filter_row(&filter, snapshot, chunk, 0)) __builtin_trap();
        double months;
        if (hs_filter_months(&filter, snapshot, &months) && !(months > 0)) __builtin_trap();
    } else if (!error.message[0]) {
        __builtin_trap();
    }
    hs_arena_free(arena);
    return 0;
}
