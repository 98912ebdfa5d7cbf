/* Features of saved runs of hotspots as GeoJSON. */
#include "render/geojson.h"

#include <math.h>

static void pair_number(hs_json *json, const char *key, double number) {
    hs_json_key(json, key);
    if (isnan(number))
        hs_json_null(json);
    else
        hs_json_double(json, number);
}

static void pair_str(hs_json *json, const char *key, hs_str text) {
    hs_json_key(json, key);
    if (text.size > 0)
        hs_json_str(json, text);
    else
        hs_json_null(json);
}

static void write_own(hs_json *json, const hs_saved_hotspot_record *feature,
                      const hs_saved_hotspot_record *run) {
    hs_json_pair_int(json, "id", feature->id);
    hs_json_pair_int(json, "run", run->id);
    pair_str(json, "title", run->title);
    hs_json_key(json, "created");
    hs_json_time(json, run->created_s);
    pair_str(json, "method", feature->method);
    hs_json_pair_int(json, "feature", feature->feature);
    pair_number(json, "value", feature->value);
    pair_number(json, "statistic", feature->statistic);
    pair_number(json, "p_value", feature->p_value);
    pair_number(json, "q_value", feature->q_value);
    pair_number(json, "n", feature->n);
    pair_number(json, "expected", feature->expected);
    hs_json_key(json, "rank");
    if (feature->rank > 0)
        hs_json_int(json, feature->rank);
    else
        hs_json_null(json);
    pair_str(json, "label_zh", feature->label_zh);
    pair_str(json, "label_en", feature->label_en);
}

void hs_geojson_hotspot(hs_json *json, const hs_snapshot *snapshot, uint32_t row) {
    static const char *const own[] = {"id",      "run",     "title", "created",  "method", "feature",
                                      "value",   "statistic", "p_value", "q_value", "n",    "expected",
                                      "rank",    "label_zh", "label_en", NULL};
    const hs_saved_hotspot_record *feature = &snapshot->hotspots->feature[row];
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_int(json, "id", feature->id);
    hs_json_key(json, "geometry");
    if (feature->geometry.type != HS_GEOMETRY_NONE)
        hs_geojson_geometry(json, &feature->geometry);
    else
        hs_json_null(json);
    hs_json_key(json, "properties");
    hs_json_object(json);
    write_own(json, feature, hs_saved_run_of(snapshot->hotspots, row));
    hs_geojson_attributes(json, feature->properties, own);
    hs_json_object_end(json);
    hs_json_object_end(json);
}
