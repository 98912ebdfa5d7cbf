/* Addresses to positions: /geocode, and /search for clients of Nominatim. */
#include "api/geocode.h"

#include "base/text.h"
#include "geo/box.h"
#include "geocode/words.h"

#define MAX_CANDIDATES 50
/* What lies in the map that somebody looks at goes before what is so little better. */
#define MAP_BONUS 0.05

typedef struct question {
    hs_str text;
    size_t limit;
    hs_box map;
    bool has_map, bounded, details;
    hs_label_language language;
    hs_answer_form form;
} question;

static bool has_han(hs_str text) {
    while (text.size > 0)
        if (hs_is_han(hs_utf8_next(&text))) return true;
    return false;
}

/* Parts in fields of their own, put together as people of the place write them: from the small to the large,
 * in Chinese from the large to the small. */
static hs_status join_parts(hs_call *call, hs_str *text) {
    static const char *const fields[] = {"amenity", "street",     "city",   "county",
                                         "state",   "postalcode", "country"};
    enum { COUNT = sizeof fields / sizeof *fields };
    hs_buffer joined;
    bool chinese = has_han(hs_call_text(call, "street")) || has_han(hs_call_text(call, "amenity"));
    hs_buffer_init(&joined, (size_t)COUNT * (HS_QUERY_MOST_BYTES + 2));
    for (int i = 0; i < COUNT; i++) {
        hs_str part = hs_call_text(call, fields[chinese ? COUNT - 1 - i : i]);
        if (part.size == 0 || part.size > HS_QUERY_MOST_BYTES) continue;
        if (joined.size > 0 && !chinese) hs_buffer_text(&joined, ", ");
        hs_buffer_str(&joined, part);
    }
    *text = hs_arena_str(call->arena, (hs_str){joined.data, joined.size});
    bool good = joined.status == HS_OK && text->data;
    hs_buffer_done(&joined);
    return good ? HS_OK : hs_error_memory(call->error, "the address");
}

static hs_status read_flag(hs_call *call, const char *name, bool fallback, bool *value) {
    hs_str text = hs_call_text(call, name);
    bool yes = hs_str_equal(text, HS_STR("1")) || hs_str_equal(text, HS_STR("true"));
    bool no = hs_str_equal(text, HS_STR("0")) || hs_str_equal(text, HS_STR("false"));
    if (text.size > 0 && !yes && !no)
        return hs_error_set(call->error, HS_E_ARGUMENT, "%s: 1 or 0 is expected", name);
    *value = text.size > 0 ? yes : fallback;
    return HS_OK;
}

static hs_status read_question(hs_call *call, question *q) {
    int64_t limit = 0;
    /* Nominatim gives what it has to who asks for more. */
    int64_t most = q->form == HS_GEOCODEJSON ? MAX_CANDIDATES : INT32_MAX;
    hs_status status = hs_call_integer(call, "limit", 1, most, 10, &limit);
    q->limit = limit < MAX_CANDIDATES ? (size_t)limit : MAX_CANDIDATES;
    if (status == HS_OK) status = hs_call_language(call, &q->language);
    if (status == HS_OK) status = hs_call_box(call, "viewbox", &q->map, &q->has_map);
    if (status == HS_OK) status = read_flag(call, "bounded", false, &q->bounded);
    if (status == HS_OK) status = read_flag(call, "addressdetails", false, &q->details);
    q->text = hs_call_text(call, "q");
    if (status == HS_OK && q->text.size == 0) status = join_parts(call, &q->text);
    if (status == HS_OK && (q->text.size == 0 || q->text.size > HS_QUERY_MOST_BYTES))
        status = hs_error_set(call->error, HS_E_ARGUMENT,
                              "q: an address of at most %d bytes is needed, or its parts as street and city",
                              HS_QUERY_MOST_BYTES);
    return status;
}

static double rank_of(const question *q, const hs_geocode_result *result) {
    return result->score + (hs_box_contains(&q->map, result->position) ? MAP_BONUS : 0);
}

/* Drops what lies outside a map that bounds, else puts what lies in it before what is hardly better. */
static size_t arrange(const question *q, hs_geocode_result *found, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        hs_geocode_result result = found[i];
        if (result.match_type == HS_MATCH_NONE) continue;
        if (q->has_map && q->bounded && !hs_box_contains(&q->map, result.position)) continue;
        size_t place = kept++;
        for (; q->has_map && place > 0 && rank_of(q, &found[place - 1]) < rank_of(q, &result); place--)
            found[place] = found[place - 1];
        found[place] = result;
    }
    return kept < q->limit ? kept : q->limit;
}

static void write_parts(hs_json *json, hs_str text, const hs_geocode_result *result) {
    static const char *const kinds[HS_PART_KIND_COUNT] = {
        "unit", "street", "cross_street", "end_street", "number", "place", "relation", "corner", "distance"};
    if (result->part_count == 0) return;
    hs_json_key(json, "parts");
    hs_json_array(json);
    for (uint32_t i = 0; i < result->part_count && i < HS_ADDRESS_PARTS_MAX; i++) {
        const hs_address_part *part = &result->part[i];
        if (part->start > part->end || part->end > text.size) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "kind", kinds[part->kind]);
        hs_json_pair_str(json, "text", (hs_str){text.data + part->start, part->end - part->start});
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

static void write_geocodejson(hs_call *call, const question *q, const hs_geocode_result *found,
                              size_t count) {
    const hs_geography *geography = call->snapshot->geography;
    hs_json *json = &call->json;
    hs_geocodejson_begin(call, q->text);
    for (size_t i = 0; i < count; i++) {
        hs_found one = hs_found_by_geocoder(call, &found[i], q->language);
        hs_geocodejson_feature(call, &one, found[i].accuracy_m, q->language);
        hs_json_pair_double(json, "accuracy_m", found[i].accuracy_m);
        hs_json_pair_double(json, "score", found[i].score);
        hs_json_pair_double(json, "margin", found[i].margin);
        hs_json_pair_bool(json, "ambiguous", found[i].ambiguous);
        hs_json_pair_int(json, "edits", found[i].edits);
        if (found[i].cross_street != HS_NONE)
            hs_json_pair_str(json, "cross_street",
                             hs_choose_name(q->language, geography->streets.name[found[i].cross_street],
                                            geography->streets.name_en[found[i].cross_street]));
        write_parts(json, q->text, &found[i]);
        hs_geocodejson_feature_end(call);
    }
    hs_geocodejson_end(call);
}

static void write_nominatim(hs_call *call, const question *q, const hs_geocode_result *found, size_t count) {
    hs_json_array(&call->json);
    for (size_t i = 0; i < count; i++) {
        hs_found one = hs_found_by_geocoder(call, &found[i], q->language);
        hs_nominatim_write(call, &one, q->form, q->details, q->language);
    }
    hs_json_array_end(&call->json);
}

static hs_status answer(hs_call *call, const question *q) {
    const hs_geocoder *geocoder = NULL;
    hs_status status = hs_service_geocoder(call->api->service, call->snapshot, call->error, &geocoder);
    hs_geocode_result *found = hs_arena_array(call->arena, MAX_CANDIDATES, sizeof *found);
    size_t count = 0;
    if (!found) return hs_error_memory(call->error, "candidates");
    size_t capacity = q->has_map ? MAX_CANDIDATES : q->limit;
    if (status == HS_OK) status = hs_geocode(geocoder, q->text, found, capacity, call->error, &count);
    if (status != HS_OK) return status;
    count = arrange(q, found, count);
    if (q->form == HS_GEOCODEJSON)
        write_geocodejson(call, q, found, count);
    else
        write_nominatim(call, q, found, count);
    return HS_OK;
}

static hs_status serve(hs_call *call, hs_answer_form otherwise) {
    question q = {.form = otherwise};
    if (!hs_call_answer_form(call, otherwise, &q.form)) return HS_OK;
    hs_status status = read_question(call, &q);
    if (status == HS_E_ARGUMENT && q.form != HS_GEOCODEJSON)
        return hs_nominatim_refuse(call, 400, call->error->message);
    if (status != HS_OK) return status;
    const char *media_type = q.form == HS_GEOCODEJSON ? "application/geo+json" : "application/json";
    return hs_call_begin_in_language(call, media_type, q.language) ? HS_OK : answer(call, &q);
}

hs_status hs_serve_geocode(hs_call *call) {
    return serve(call, HS_GEOCODEJSON);
}

hs_status hs_serve_search(hs_call *call) {
    return serve(call, HS_NOMINATIM_V2);
}
