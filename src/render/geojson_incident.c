/* Incidents as GeoJSON. A page's incidents follow one another in the store and lie all over the memory: what
 * will be read is asked for some features ahead, and each is written into room made for it once. */
#include "render/geojson.h"

#include "base/text.h"

/* Of a feature all but its texts. */
enum { FEATURE_MOST = 2048, HANDLINGS = 64 };
/* How many features ahead what is read is asked for, by stage: each stage's addresses lie in the one before.
 */
enum { STAGES = 4, STAGE_FEATURES = 8 };

#define PUT(at, literal) (memcpy(at, literal, sizeof(literal) - 1), (at) += sizeof(literal) - 1)

/* null for an empty text: every feature of a collection has every property. */
static char *put_text(char *at, hs_str text) {
    if (text.size > 0) return hs_json_put_text(at, text);
    return PUT(at, "null");
}

static char *put_time(char *at, hs_geojson_context *context, int64_t time_s) {
    if (time_s == HS_NO_TIME) return PUT(at, "null");
    *at++ = '"';
    at += hs_time_text(&context->day, time_s, at);
    *at++ = '"';
    return at;
}

/* Codes of the units an incident lies in, of the deepest, then of each level. */
static hs_str unit_codes(const hs_snapshot *snapshot, uint32_t path, hs_str codes[HS_LEVEL_COUNT]) {
    hs_str deepest = {0};
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        uint32_t unit = path != HS_NONE ? snapshot->incidents->path[path].unit[level] : HS_NONE;
        codes[level] = unit != HS_NONE ? snapshot->geography->units.code[unit] : (hs_str){0};
        if (unit != HS_NONE) deepest = codes[level];
    }
    return deepest;
}

static size_t units_most(const hs_snapshot *snapshot, uint32_t path) {
    hs_str codes[HS_LEVEL_COUNT];
    size_t most = unit_codes(snapshot, path, codes).size;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        most += codes[level].size;
    return HS_JSON_TEXT_MOST(most);
}

static char *put_units(char *at, const hs_snapshot *snapshot, uint32_t path) {
    hs_str codes[HS_LEVEL_COUNT];
    PUT(at, ",\"unit\":");
    at = put_text(at, unit_codes(snapshot, path, codes));
    PUT(at, ",\"city\":");
    at = put_text(at, codes[HS_LEVEL_CITY]);
    PUT(at, ",\"district\":");
    at = put_text(at, codes[HS_LEVEL_DISTRICT]);
    PUT(at, ",\"subdistrict\":");
    at = put_text(at, codes[HS_LEVEL_SUBDISTRICT]);
    PUT(at, ",\"community\":");
    at = put_text(at, codes[HS_LEVEL_COMMUNITY]);
    PUT(at, ",\"cell\":");
    return put_text(at, codes[HS_LEVEL_CELL]);
}

typedef struct class_names {
    hs_str code, name, name_en;
} class_names;

static class_names names_of(const hs_snapshot *snapshot, uint32_t category) {
    hs_str code = snapshot->incidents->category_code[category];
    uint32_t row = hs_taxonomy_find(snapshot->taxonomy, code);
    if (row == HS_NONE) return (class_names){code, code, code};
    const hs_category_record *known = &snapshot->taxonomy->category[row];
    return (class_names){code, known->name, known->name_en};
}

static size_t category_most(const hs_snapshot *snapshot, uint32_t category) {
    class_names names = names_of(snapshot, category);
    return HS_JSON_TEXT_MOST(names.code.size + names.name.size + names.name_en.size);
}

static char *put_category(char *at, const hs_snapshot *snapshot, uint32_t category) {
    class_names names = names_of(snapshot, category);
    PUT(at, ",\"category\":");
    at = put_text(at, names.code);
    PUT(at, ",\"category_zh\":");
    at = put_text(at, names.name);
    PUT(at, ",\"category_en\":");
    return put_text(at, names.name_en);
}

/* Members that many incidents have in common, by number. */
typedef struct shared_members {
    size_t (*most)(const hs_snapshot *snapshot, uint32_t number); /* bytes of its texts */
    char *(*put)(char *at, const hs_snapshot *snapshot, uint32_t number);
} shared_members;

static const shared_members shared_category = {category_most, put_category};
static const shared_members shared_units = {units_most, put_units};

static size_t shared_most(const hs_geojson_context *context, const shared_members *members, uint32_t number,
                          const hs_str *kept) {
    if (kept && kept[number].data) return kept[number].size;
    return members->most(context->snapshot, number);
}

/* From where they are kept if they are; else they are written, and kept if there is room. */
static char *put_shared(char *at, const hs_geojson_context *context, const shared_members *members,
                        uint32_t number, hs_str *kept) {
    if (kept && kept[number].data) {
        memcpy(at, kept[number].data, kept[number].size);
        return at + kept[number].size;
    }
    char *end = members->put(at, context->snapshot, number);
    if (kept) kept[number] = hs_arena_str(context->arena, (hs_str){at, (size_t)(end - at)});
    return end;
}

void hs_geojson_context_init(hs_geojson_context *context, const hs_snapshot *snapshot, hs_arena *arena) {
    *context = (hs_geojson_context){.snapshot = snapshot, .arena = arena};
    if (!arena) return;
    context->category =
        hs_arena_array(arena, (size_t)snapshot->incidents->category_count + 1, sizeof *context->category);
    context->handling = hs_arena_array(arena, HANDLINGS, sizeof *context->handling);
    context->path = hs_arena_array(arena, (size_t)snapshot->incidents->path_count + 1, sizeof *context->path);
}

/* What is read of one incident. */
typedef struct incident {
    const hs_incident_chunk *chunk;
    uint32_t i, category, path, segment, street_row; /* the last three HS_NONE where there is none */
    const hs_incident_attributes *attributes;
    hs_incident_texts texts;
    hs_str source, status, street;
    hs_str *kept_path;
} incident;

static void read_incident(const hs_geojson_context *context, const hs_incident_chunk *chunk, uint32_t i,
                          incident *one) {
    const hs_snapshot *snapshot = context->snapshot;
    bool positioned = chunk->positioned;
    one->chunk = chunk;
    one->i = i;
    one->category = hs_incident_category(chunk, i);
    one->path = positioned ? hs_incident_path(chunk, i) : HS_NONE;
    one->segment = positioned ? hs_incident_segment(chunk, i) : HS_NONE;
    one->kept_path = positioned ? context->path : NULL;
    one->attributes = hs_incident_attributes_of(chunk, i);
    one->source = snapshot->incidents->source[one->attributes->source];
    one->status = snapshot->incidents->status[one->attributes->status];
    one->street_row = one->segment != HS_NONE ? snapshot->geography->segments.street[one->segment] : HS_NONE;
    one->street =
        one->street_row != HS_NONE ? snapshot->geography->streets.name[one->street_row] : (hs_str){0};
    hs_incident_texts_get(chunk, i, &one->texts);
}

static size_t incident_most(const hs_geojson_context *context, const incident *one) {
    const hs_incident_texts *texts = &one->texts;
    size_t size = texts->external_id.size + texts->address.size + texts->department.size +
                  texts->description.size + texts->category_text.size + one->source.size + one->status.size +
                  one->street.size;
    return FEATURE_MOST + HS_JSON_TEXT_MOST(size) +
           shared_most(context, &shared_category, one->category, context->category) +
           shared_most(context, &shared_units, one->path, one->kept_path);
}

static char *put_head(char *at, hs_geojson_context *context, const incident *one) {
    PUT(at, "{\"type\":\"Feature\",\"id\":");
    at = hs_json_put_int(at, hs_incident_row(one->chunk, one->i));
    if (!one->chunk->positioned) return PUT(at, ",\"geometry\":null,\"properties\":{\"id\":");
    hs_position position = one->chunk->wide_position
                               ? one->chunk->wide_position[one->i]
                               : hs_mercator_to_position_near(one->chunk->mercator[one->i], &context->bands);
    PUT(at, ",\"geometry\":{\"type\":\"Point\",\"coordinates\":[");
    at = hs_json_put_fixed(at, position.lon_e7, 7);
    *at++ = ',';
    at = hs_json_put_fixed(at, position.lat_e7, 7);
    return PUT(at, "]},\"properties\":{\"id\":");
}

static char *put_times(char *at, hs_geojson_context *context, const incident *one) {
    int64_t occurred_s = hs_incident_time(one->chunk, one->i, HS_TIME_OCCURRED);
    int64_t closed_s = hs_incident_time(one->chunk, one->i, HS_TIME_CLOSED);
    int64_t deadline_s = hs_incident_time(one->chunk, one->i, HS_TIME_DEADLINE);
    PUT(at, ",\"reported\":");
    at = put_time(at, context, hs_incident_time(one->chunk, one->i, HS_TIME_REPORTED));
    if (occurred_s == HS_NO_TIME && closed_s == HS_NO_TIME && deadline_s == HS_NO_TIME)
        return PUT(at, ",\"occurred\":null,\"closed\":null,\"deadline\":null");
    PUT(at, ",\"occurred\":");
    at = put_time(at, context, occurred_s);
    PUT(at, ",\"closed\":");
    at = put_time(at, context, closed_s);
    PUT(at, ",\"deadline\":");
    return put_time(at, context, deadline_s);
}

static char *put_handling(char *at, const incident *one) {
    PUT(at, ",\"source\":");
    at = put_text(at, one->source);
    PUT(at, ",\"status\":");
    at = put_text(at, one->status);
    PUT(at, ",\"address\":");
    at = put_text(at, one->texts.address);
    PUT(at, ",\"department\":");
    at = put_text(at, one->texts.department);
    PUT(at, ",\"description\":");
    at = put_text(at, one->texts.description);
    PUT(at, ",\"match_type\":");
    at = put_text(at, hs_str_of(hs_match_type_name((hs_match_type)one->attributes->match_type)));
    PUT(at, ",\"accuracy_m\":");
    return one->chunk->positioned ? hs_json_put_int(at, one->attributes->accuracy_m) : PUT(at, "null");
}

static char *put_street(char *at, const hs_snapshot *snapshot, const incident *one) {
    if (one->segment == HS_NONE) return PUT(at, ",\"street\":null,\"street_id\":null,\"segment\":null");
    PUT(at, ",\"street\":");
    at = put_text(at, one->street);
    PUT(at, ",\"street_id\":");
    at = hs_json_put_int(at, snapshot->geography->streets.id[one->street_row]);
    PUT(at, ",\"segment\":");
    return hs_json_put_int(at, (int64_t)one->segment + 1);
}

static char *put_tail(char *at, const hs_geojson_context *context, const incident *one) {
    int64_t of;
    PUT(at, ",\"weight\":"); /* a float has no more than 6 decimals to show */
    at = hs_json_put_fixed(at, (int64_t)((double)hs_incident_weight(one->chunk, one->i) * 1e6 + 0.5), 6);
    PUT(at, ",\"batch\":");
    at = hs_json_put_int(at, one->attributes->batch);
    PUT(at, ",\"category_text\":");
    at = put_text(at, one->texts.category_text);
    if (one->attributes->reviewed) PUT(at, ",\"reviewed\":1");
    if (context->duplicates &&
        hs_duplicates_find(context->duplicates, hs_incident_row(one->chunk, one->i), &of)) {
        PUT(at, ",\"duplicate_of\":");
        at = hs_json_put_int(at, of);
    }
    return PUT(at, "}}");
}

/* The same from where it is kept, for incidents of which the attributes tell it all. */
static char *put_kept_handling(char *at, const hs_geojson_context *context, const incident *one) {
    const hs_incident_texts *texts = &one->texts;
    if (!context->handling || !one->chunk->positioned ||
        texts->address.size + texts->department.size + texts->description.size > 0)
        return put_handling(at, one);
    struct hs_handling *kept =
        &context->handling[(uintptr_t)one->attributes / sizeof *one->attributes % HANDLINGS];
    if (kept->attributes == one->attributes) {
        memcpy(at, kept->members.data, kept->members.size);
        return at + kept->members.size;
    }
    char *end = put_handling(at, one);
    hs_str members = hs_arena_str(context->arena, (hs_str){at, (size_t)(end - at)});
    if (members.data) *kept = (struct hs_handling){one->attributes, members};
    return end;
}

void hs_geojson_incident(hs_json *json, hs_geojson_context *context, const hs_incident_chunk *chunk,
                         uint32_t i) {
    incident one;
    read_incident(context, chunk, i, &one);
    char *at = hs_json_reserve(json, incident_most(context, &one));
    if (!at) return;
    at = put_head(at, context, &one);
    at = put_text(at, one.texts.external_id);
    at = put_shared(at, context, &shared_category, one.category, context->category);
    at = put_times(at, context, &one);
    at = put_kept_handling(at, context, &one);
    at = put_shared(at, context, &shared_units, one.path, one.kept_path);
    at = put_street(at, context->snapshot, &one);
    hs_json_commit(json, put_tail(at, context, &one));
}

/* Asks for what the next stage, or the writing, reads of a feature that comes later. */
HS_PREFETCHES void ask_ahead(const hs_snapshot *snapshot, const hs_incident_chunk *chunk, uint32_t i,
                             int stage) {
    if (stage == 0) {
        hs_incident_prefetch(chunk, i);
        return;
    }
    if (stage == 1) __builtin_prefetch(chunk->texts + chunk->text[i]);
    uint32_t segment = chunk->positioned ? hs_incident_segment(chunk, i) : HS_NONE;
    if (segment == HS_NONE) return;
    const uint32_t *street = &snapshot->geography->segments.street[segment];
    if (stage == 1) {
        __builtin_prefetch(street);
    } else if (stage == 2) {
        __builtin_prefetch(&snapshot->geography->streets.name[*street]);
        __builtin_prefetch(&snapshot->geography->streets.id[*street]);
    } else {
        __builtin_prefetch(snapshot->geography->streets.name[*street].data);
    }
}

void hs_geojson_incidents(hs_json *json, hs_geojson_context *context, const hs_incident_ref *refs,
                          size_t count) {
    const hs_incident_chunk *const *chunk = context->snapshot->incidents->chunk;
    for (size_t i = 0; i < count + (size_t)STAGES * STAGE_FEATURES; i++) {
        for (int stage = 0; stage <= STAGES; stage++) {
            size_t at = i - (size_t)stage * STAGE_FEATURES;
            if (at >= count) continue; /* also where the difference wraps around */
            if (stage < STAGES)
                ask_ahead(context->snapshot, chunk[refs[at].chunk], refs[at].row, stage);
            else
                hs_geojson_incident(json, context, chunk[refs[at].chunk], refs[at].row);
        }
    }
}
