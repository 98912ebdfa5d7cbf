/* The review queue's texts: ids, choices that come, entries that go. */
#include "base/json.h"
#include "base/text.h"
#include "service/review_private.h"

#include <hotspot/coordinates.h>
#include <math.h>
#include <stdio.h>

void hs_review_id_format(uint64_t id, char text[HS_REVIEW_ID_SIZE]) {
    (void)snprintf(text, HS_REVIEW_ID_SIZE, "%016llx", (unsigned long long)id);
}

bool hs_review_id_parse(hs_str text, uint64_t *id) {
    uint64_t value = 0;
    if (text.size != HS_REVIEW_ID_SIZE - 1) return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f')) return false;
        value = value << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    *id = value;
    return true;
}

/* Choices that come. */

static hs_status wrong(hs_error *error, const char *member, const char *expected) {
    return hs_error_set(error, HS_E_INPUT, "%s: %s is expected", member, expected);
}

static hs_status take_text(const json_t *value, const char *member, hs_arena *arena, hs_error *error,
                           hs_str *text) {
    if (!json_is_string(value)) return wrong(error, member, "a text");
    *text = hs_arena_str(arena, (hs_str){json_string_value(value), json_string_length(value)});
    return text->data ? HS_OK : hs_error_memory(error, "a decision");
}

/* A member that may be there and, where it is, is a number from min to max. */
static hs_status take_number(const json_t *value, const char *member, double min, double max, hs_error *error,
                             double *number) {
    double taken = json_is_number(value) ? json_number_value(value) : NAN;
    if (!(taken >= min && taken <= max))
        return hs_error_set(error, HS_E_INPUT, "%s: a number from %g to %g is expected", member, min, max);
    *number = taken;
    return HS_OK;
}

typedef struct taking {
    hs_review_choice choice;
    double lon_deg, lat_deg; /* NAN: none yet */
} taking;

static hs_status take_member(const char *member, const json_t *value, hs_arena *arena, hs_error *error,
                             taking *t) {
    hs_str name = hs_str_of(member), text = {"", 0};
    hs_review_choice *choice = &t->choice;
    double number = 0;
    hs_status status = HS_OK;
    if (json_is_null(value)) return HS_OK;
    if (hs_str_equal(name, HS_STR("action"))) {
        status = take_text(value, member, arena, error, &text);
        choice->action = hs_decision_action_parse(text);
        if (status == HS_OK && (choice->action == HS_DECISION_COUNT || choice->action == HS_DECISION_OPEN))
            return wrong(error, member, "accept, place, address, unlocatable or skip");
        return status;
    }
    if (hs_str_equal(name, HS_STR("candidate"))) {
        status = take_number(value, member, 1, HS_REVIEW_CANDIDATES, error, &number);
        if (status == HS_OK && number != floor(number)) return wrong(error, member, "a whole number");
        choice->candidate = status == HS_OK ? (uint32_t)number : 0;
        return status;
    }
    if (hs_str_equal(name, HS_STR("lon"))) return take_number(value, member, -180, 180, error, &t->lon_deg);
    if (hs_str_equal(name, HS_STR("lat"))) return take_number(value, member, -90, 90, error, &t->lat_deg);
    if (hs_str_equal(name, HS_STR("accuracy_m"))) {
        status = take_number(value, member, 0, 65534, error, &number);
        choice->accuracy_m = (float)number;
        return status;
    }
    if (hs_str_equal(name, HS_STR("remember"))) {
        choice->remember = json_is_true(value);
        return json_is_boolean(value) ? HS_OK : wrong(error, member, "true or false");
    }
    if (hs_str_equal(name, HS_STR("label"))) return take_text(value, member, arena, error, &choice->label);
    if (hs_str_equal(name, HS_STR("new_address")))
        return take_text(value, member, arena, error, &choice->target);
    if (hs_str_equal(name, HS_STR("note"))) return take_text(value, member, arena, error, &choice->note);
    return hs_error_set(error, HS_E_INPUT,
                        "%.*s is not known; accepted: action, candidate, label, lon, lat, accuracy_m, "
                        "new_address, note, remember",
                        (int)hs_utf8_cut(name, 60), name.data);
}

hs_status hs_review_choice_from_json(const json_t *object, hs_arena *arena, hs_error *error,
                                     hs_review_choice *choice) {
    taking t = {.choice = {.action = HS_DECISION_COUNT}, .lon_deg = NAN, .lat_deg = NAN};
    if (!json_is_object(object)) return hs_error_set(error, HS_E_INPUT, "a JSON object is expected");
    const char *member;
    json_t *value;
    json_object_foreach((json_t *)object, member, value) {
        hs_status status = take_member(member, value, arena, error, &t);
        if (status != HS_OK) return status;
    }
    if (t.choice.action == HS_DECISION_COUNT)
        return wrong(error, "action", "accept, place, address, unlocatable or skip");
    if (isnan(t.lon_deg) != isnan(t.lat_deg)) return wrong(error, "lon, lat", "both");
    t.choice.has_position =
        !isnan(t.lon_deg) && hs_position_from_degrees(t.lon_deg, t.lat_deg, &t.choice.position);
    *choice = t.choice;
    return HS_OK;
}

/* Entries that go. */

static void write_id(hs_json *json, uint64_t id) {
    char text[HS_REVIEW_ID_SIZE];
    hs_review_id_format(id, text);
    hs_json_pair_text(json, "id", text);
}

static void write_position(hs_json *json, hs_position position) {
    hs_json_key(json, "lon");
    hs_json_fixed(json, position.lon_e7, 7);
    hs_json_key(json, "lat");
    hs_json_fixed(json, position.lat_e7, 7);
}

static void write_decision_members(hs_json *json, const hs_decision_record *decision) {
    hs_json_pair_text(json, "action", hs_decision_action_name(decision->action));
    if (decision->has_position) {
        write_position(json, decision->position);
        hs_json_pair_text(json, "match_type", hs_match_type_name(decision->match_type));
        hs_json_key(json, "accuracy_m");
        hs_json_fixed(json, llround(100.0 * (double)decision->accuracy_m), 2);
    }
    if (decision->label.size > 0) hs_json_pair_str(json, "label", decision->label);
    if (decision->target.size > 0) hs_json_pair_str(json, "new_address", decision->target);
    if (decision->note.size > 0) hs_json_pair_str(json, "note", decision->note);
    hs_json_pair_str(json, "user", decision->user);
    hs_json_key(json, "decided");
    hs_json_time(json, decision->decided_s);
    hs_json_pair_bool(json, "remembered", decision->remembered);
    hs_json_pair_int(json, "batch", decision->batch);
}

void hs_review_write_decision(hs_json *json, const hs_decision_record *decision) {
    hs_json_object(json);
    write_decision_members(json, decision);
    hs_json_object_end(json);
}

void hs_review_write_decided(hs_json *json, const hs_decision_record *decision) {
    hs_json_object(json);
    write_id(json, hs_review_id(decision->key));
    hs_json_pair_str(json, "address", decision->address);
    write_decision_members(json, decision);
    hs_json_object_end(json);
}

static void write_unit(hs_json *json, const hs_geography *geography, uint32_t unit) {
    if (unit == HS_NONE) return;
    hs_json_pair_str(json, "unit", geography->units.code[unit]);
    hs_json_pair_str(json, "unit_name", geography->units.name[unit]);
}

static void write_candidate(hs_json *json, const hs_snapshot *snapshot, const hs_geocode_result *found,
                            size_t number) {
    hs_json_pair_int(json, "candidate", (int64_t)number);
    hs_json_pair_text(json, "label", found->label);
    hs_json_pair_text(json, "match_type", hs_match_type_name(found->match_type));
    hs_json_pair_double(json, "score", found->score);
    hs_json_pair_double(json, "margin", found->margin);
    hs_json_pair_double(json, "accuracy_m", found->accuracy_m);
    write_unit(json, snapshot->geography, found->unit);
}

hs_status hs_review_write_candidates(hs_json *json, const hs_snapshot *snapshot, const hs_geocoder *geocoder,
                                     hs_str address, hs_error *error) {
    hs_geocode_result found[HS_REVIEW_CANDIDATES];
    size_t count = 0;
    hs_status status = hs_geocode(geocoder, address, found, HS_REVIEW_CANDIDATES, error, &count);
    if (status != HS_OK) return status;
    hs_json_key(json, "features");
    hs_json_array(json);
    for (size_t i = 0; i < count; i++) {
        hs_json_object(json);
        hs_json_pair_text(json, "type", "Feature");
        hs_json_key(json, "geometry");
        hs_json_object(json);
        hs_json_pair_text(json, "type", "Point");
        hs_json_key(json, "coordinates");
        hs_json_position(json, found[i].position);
        hs_json_object_end(json);
        hs_json_key(json, "properties");
        hs_json_object(json);
        write_candidate(json, snapshot, &found[i], i + 1);
        hs_json_object_end(json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    return HS_OK;
}

static hs_status write_short_candidates(hs_json *json, const hs_snapshot *snapshot,
                                        const hs_geocoder *geocoder, hs_str address, hs_error *error) {
    hs_geocode_result found[HS_REVIEW_CANDIDATES];
    size_t count = 0;
    hs_status status = hs_geocode(geocoder, address, found, HS_REVIEW_CANDIDATES, error, &count);
    if (status != HS_OK) return status;
    hs_json_key(json, "candidates");
    hs_json_array(json);
    for (size_t i = 0; i < count; i++) {
        hs_json_object(json);
        write_candidate(json, snapshot, &found[i], i + 1);
        write_position(json, found[i].position);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    return HS_OK;
}

static void write_members(hs_json *json, const hs_review_entry *entry) {
    write_id(json, entry->id);
    hs_json_pair_str(json, "address", entry->address);
    hs_json_key(json, "count");
    hs_json_uint(json, entry->count);
    hs_json_pair_text(json, "reason", hs_review_reason_name(entry->reason));
    hs_json_pair_text(json, "match_type", hs_match_type_name(entry->match_type));
    hs_json_pair_double(json, "score", entry->score);
    hs_json_pair_double(json, "margin", entry->margin);
    hs_json_key(json, "examples");
    hs_json_array(json);
    for (uint32_t i = 0; i < entry->example_count; i++) {
        hs_json_object(json);
        hs_json_pair_int(json, "row", entry->example[i]);
        hs_json_pair_str(json, "id", entry->example_id[i]);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_key(json, "decision");
    if (entry->decision)
        hs_review_write_decision(json, entry->decision);
    else
        hs_json_null(json);
}

hs_status hs_review_write_entry(hs_json *json, const hs_snapshot *snapshot, const hs_geocoder *geocoder,
                                const hs_review_entry *entry, hs_error *error) {
    hs_json_object(json);
    write_members(json, entry);
    hs_status status =
        geocoder ? write_short_candidates(json, snapshot, geocoder, entry->address, error) : HS_OK;
    hs_json_object_end(json);
    return status;
}

void hs_review_write_report(hs_json *json, const hs_review_report *report) {
    hs_json_key(json, "batch");
    if (report->batch > 0)
        hs_json_int(json, report->batch);
    else
        hs_json_null(json);
    hs_json_key(json, "changed");
    hs_json_uint(json, report->changed);
    hs_json_key(json, "moved");
    hs_json_uint(json, report->moved);
    hs_json_key(json, "version");
    hs_json_uint(json, report->version);
}
