/* OGC Features and Geometries JSON (21-045): GeoJSON whose features say when they hold, of which type they
 * are, and lie in any declared reference system (`place`). */
#include "api/feature.h"

#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 15 };

static const char conformance[] = "http://www.opengis.net/spec/json-fg-1/0.2/conf/core";

static json_t *end_of(const json_t *time) {
    return json_is_string(time) ? json_incref((json_t *)time) : json_string("..");
}

/* Incidents happen at an instant, zones hold from one to another. */
static json_t *time_of(const hs_collection *collection, const json_t *properties) {
    json_t *time = json_object();
    const json_t *at = json_object_get(properties, "occurred");
    if (collection->kind == HS_COLLECT_ZONES) {
        json_t *interval = json_array();
        json_array_append_new(interval, end_of(json_object_get(properties, "from")));
        json_array_append_new(interval, end_of(json_object_get(properties, "to")));
        json_object_set_new(time, "interval", interval);
        return time;
    }
    if (!json_is_string(at)) at = json_object_get(properties, "reported");
    if (collection->kind == HS_COLLECT_INCIDENTS && json_is_string(at)) {
        json_object_set(time, "timestamp", (json_t *)at);
        return time;
    }
    json_decref(time);
    return json_null();
}

/* `geometry` is in degrees, longitude first; what is in another system stands in `place`. */
static void turn_feature(json_t *feature, const hs_collection *collection, const hs_ogc_crs *crs) {
    json_t *geometry = json_object_get(feature, "geometry");
    json_object_set_new(feature, "time", time_of(collection, json_object_get(feature, "properties")));
    if (hs_ogc_crs_is_default(crs)) {
        json_object_set_new(feature, "place", json_null());
        return;
    }
    json_object_set(feature, "place", geometry);
    json_object_set_new(feature, "geometry", json_null());
}

static void describe(json_t *document, const hs_collection *collection, const hs_ogc_crs *crs) {
    json_t *conforms = json_array();
    json_array_append_new(conforms, json_string(conformance));
    json_object_set_new(document, "conformsTo", conforms);
    json_object_set_new(document, "featureType", json_string(collection->id));
    json_object_set_new(document, "coordRefSys", json_string(crs->uri));
}

hs_status hs_call_jsonfg(hs_call *call, const hs_collection *collection, const hs_ogc_crs *crs) {
    hs_buffer *body = &call->response->body;
    json_t *document = NULL;
    if (strcmp(call->as->f, "jsonfg") != 0 || body->status != HS_OK) return HS_OK;
    hs_status status = hs_json_parse((hs_str){body->data, body->size}, call->error, &document);
    if (status != HS_OK) return status;
    json_t *features = json_object_get(document, "features");
    for (size_t i = 0; i < json_array_size(features); i++)
        turn_feature(json_array_get(features, i), collection, crs);
    if (!features) turn_feature(document, collection, crs);
    describe(document, collection, crs);
    char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(document);
    if (!text) return hs_error_memory(call->error, "the features");
    hs_buffer_clear(body);
    hs_buffer_text(body, text);
    free(text);
    return HS_OK;
}
