/* Filters of CQL2 come from requests: the first byte chooses the encoding and the collection, the rest is the
 * text. What parses is bound to an empty city's collection. */
#include "base/text.h"
#include "export/feature_filter.h"

#include <cpl_error.h>
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
                                 .category = HS_STR("0510"),
                                 .source = HS_STR("app"),
                                 .description = HS_STR("it's 100 % smoke_"),
                                 .reported_s = 1704067200,
                                 .occurred_s = HS_NO_TIME,
                                 .closed_s = HS_NO_TIME,
                                 .deadline_s = HS_NO_TIME,
                                 .has_position = true,
                                 .weight = 1};
    hs_city_info info = {.name = "", .name_en = "", .timezone = "Asia/Shanghai", .lang = "zh"};
    CPLSetErrorHandler(CPLQuietErrorHandler);
    if (hs_geography_builder_new(NULL, &streets) != HS_OK ||
        hs_geography_finish(streets, 1, NULL, &geography) != HS_OK ||
        hs_incidents_builder_new(NULL, &rows) != HS_OK || hs_incidents_add(rows, &record, NULL) != HS_OK ||
        hs_incidents_finish(&rows, 1, geography, 1, NULL, NULL, &incidents) != HS_OK ||
        hs_taxonomy_builtin(NULL, &taxonomy) != HS_OK ||
        hs_snapshot_new(1, 0, &info, geography, incidents, taxonomy, NULL, &snapshot) != HS_OK)
        abort();
    return snapshot;
}

static void evaluate(const hs_snapshot *snapshot, hs_cql2 *tree) {
    hs_error error = {0};
    hs_feature_filter *filter;
    bool passes;
    const hs_collection *collection = hs_collection_find(HS_STR("incidents"));
    if (hs_feature_filter_new(snapshot, collection, tree, NULL, &error, &filter) != HS_OK) {
        if (!error.message[0]) __builtin_trap();
        return;
    }
    if (hs_feature_filter_row(filter, (hs_feature_row){0, 0}, &error, &passes) != HS_OK) __builtin_trap();
    hs_feature_filter_free(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hs_snapshot *snapshot;
    if (!snapshot) snapshot = make_snapshot();
    if (size < 1) return 0;
    hs_arena *arena = hs_arena_new(1 << 24);
    hs_str text = {(const char *)data + 1, size - 1};
    hs_error error = {0};
    hs_cql2 *tree;
    hs_status status = data[0] == 'j' ? hs_cql2_parse_json(text, snapshot->timezone, arena, &error, &tree)
                                      : hs_cql2_parse_text(text, snapshot->timezone, arena, &error, &tree);
    if (status == HS_OK)
        evaluate(snapshot, tree);
    else if (!error.message[0])
        __builtin_trap();
    hs_arena_free(arena);
    return 0;
}
