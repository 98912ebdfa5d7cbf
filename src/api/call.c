#include "api/query.h"
#include "api/representation.h"

#include "base/hash.h"
#include "base/text.h"
#include "http/percent.h"
#include <stdio.h>
#include <string.h>

enum { MOST_COUNTED_AT_ONCE = 2000000 };

hs_str hs_call_text(const hs_call *call, const char *name) {
    hs_str value = {"", 0};
    hs_request_query(call->request, name, &value);
    return hs_str_trim(value);
}

bool hs_call_sends_json(const hs_call *call) {
    hs_str type = hs_request_header(call->request, "Content-Type");
    type = hs_str_trim(hs_str_cut(&type, ';'));
    return hs_str_equal_nocase(type, HS_STR("application/json")) ||
           hs_str_equal_nocase(type, HS_STR("application/geo+json"));
}

hs_status hs_call_number(hs_call *call, const char *name, double min, double max, double fallback,
                         double *value) {
    hs_str text = hs_call_text(call, name);
    double parsed = fallback;
    if (text.size > 0 && (!hs_str_to_double(text, &parsed) || parsed < min || parsed > max))
        return hs_error_set(call->error, HS_E_ARGUMENT, "%s: %.*s is not a number from %g to %g", name,
                            (int)hs_utf8_cut(text, 60), text.data, min, max);
    *value = parsed;
    return HS_OK;
}

hs_status hs_call_integer(hs_call *call, const char *name, int64_t min, int64_t max, int64_t fallback,
                          int64_t *value) {
    hs_str text = hs_call_text(call, name);
    int64_t parsed = fallback;
    if (text.size > 0 && (!hs_str_to_int(text, &parsed) || parsed < min || parsed > max))
        return hs_error_set(call->error, HS_E_ARGUMENT, "%s: %.*s is not a whole number from %lld to %lld",
                            name, (int)hs_utf8_cut(text, 60), text.data, (long long)min, (long long)max);
    *value = parsed;
    return HS_OK;
}

hs_status hs_call_takes_csv(hs_call *call, bool *csv) {
    hs_str text = hs_call_text(call, "f");
    *csv = hs_str_equal(text, HS_STR("csv"));
    if (*csv || text.size == 0 || hs_str_equal(text, HS_STR("json"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "f: json or csv is expected");
}

hs_status hs_call_words(const hs_call *call, hs_str **names, hs_str **values) {
    size_t count = call->request->query_count;
    *names = hs_arena_array(call->arena, count + 1, sizeof **names);
    *values = hs_arena_array(call->arena, count + 1, sizeof **values);
    if (!*names || !*values) return hs_error_memory(call->error, "the parameters");
    for (size_t i = 0; i < count; i++) {
        (*names)[i] = call->request->query[i].name;
        (*values)[i] = call->request->query[i].value;
    }
    return HS_OK;
}

hs_status hs_call_filter(hs_call *call, double default_accuracy_m, const char *without, hs_filter *filter) {
    size_t count = call->request->query_count;
    hs_str *names = hs_arena_array(call->arena, count + 1, sizeof *names);
    hs_str *values = hs_arena_array(call->arena, count + 1, sizeof *values);
    if (!names || !values) return hs_error_set(call->error, HS_E_MEMORY, "out of memory for the filters");
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const hs_http_pair *pair = &call->request->query[i];
        if (without && hs_str_equal(pair->name, hs_str_of(without))) continue;
        if (pair->value.size == 0) continue; /* an empty field of a form sets no filter */
        names[used] = pair->name;
        values[used++] = pair->value;
    }
    hs_status status = hs_filter_parse(call->snapshot, names, values, used, default_accuracy_m, call->arena,
                                       call->error, filter);
    if (status == HS_OK && !hs_call_sees_incidents(call)) hs_filter_coarsen(filter);
    return status;
}

hs_status hs_call_select(hs_call *call, double default_accuracy_m, hs_filter *filter,
                         const hs_selection **selection) {
    hs_status status = hs_call_filter(call, default_accuracy_m, NULL, filter);
    if (status != HS_OK) return status;
    return hs_service_select(call->api->service, call->snapshot, filter, call->error, selection);
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    return hs_hash(&value, sizeof value, hash);
}

/* Versions tell the states of one store apart; names and counts tell stores apart. */
static uint64_t hash_read(const hs_call *call, hs_reads reads, uint64_t hash) {
    const hs_snapshot *snapshot = call->snapshot;
    if (reads == HS_READS_PROGRAM || !snapshot) return mix(hash, call->api->assets_hash);
    const hs_geography *geography = snapshot->geography;
    hash = hs_hash_str(hs_str_of(snapshot->info.name), hash);
    hash = hs_hash_str(hs_str_of(snapshot->info.lang), hash);
    hash = hs_hash(&geography->box, sizeof geography->box, hash);
    const uint64_t state[] = {call->api->assets_hash,
                              snapshot->geography_version,
                              (uint64_t)geography->units.count << 32 | geography->streets.count,
                              reads == HS_READS_CITY ? snapshot->city_version : snapshot->version,
                              snapshot->incidents->count,
                              (uint64_t)snapshot->incidents->max_time_s};
    return hs_hash(state, (reads == HS_READS_GEOGRAPHY ? 3 : 6) * sizeof *state, hash);
}

static uint64_t hash_request(const hs_call *call) {
    const hs_request *request = call->request;
    uint64_t hash = hs_hash_str(HS_STR(HS_VERSION), 0);
    hash = hs_hash_str(request->base_url, hash);
    hash = hs_hash_str(request->path, hash);
    hash = mix(hash, (uint64_t)hs_call_sees_incidents(call) << 2 | (uint64_t)call->html << 1 |
                         (call->html && call->chinese));
    if (call->as) hash = hs_hash_str(hs_str_of(call->as->f), hash);
    for (size_t i = 0; i < request->query_count; i++) {
        if (hs_str_equal(request->query[i].name, HS_STR("v"))) continue;
        hash = mix(hash, request->query[i].name.size);
        hash = hs_hash_str(request->query[i].name, hash);
        hash = hs_hash_str(request->query[i].value, hash);
    }
    return hash;
}

uint64_t hs_call_etag(const hs_call *call, hs_reads reads) {
    uint64_t hash = hash_read(call, reads, hash_request(call));
    return hash ? hash : 1;
}

/* Whether `v` names the present state of what is read. */
static bool is_current_version(const hs_call *call, hs_reads reads) {
    int64_t version = -1;
    if (!call->snapshot || !hs_str_to_int(hs_call_text(call, "v"), &version) || version < 0) return false;
    uint64_t given = (uint64_t)version;
    return given == call->snapshot->version ||
           (reads == HS_READS_GEOGRAPHY && given == call->snapshot->geography_version);
}

/* A tile of WMTS of the layer that is rendered. */
static bool is_map(const hs_call *call) {
    return hs_str_equal(hs_request_param(call->request, "layer"), HS_STR("map")) ||
           hs_str_equal(hs_call_text(call, "layer"), HS_STR("map"));
}

static bool is_given(const hs_call *call, const char *name) {
    return hs_call_text(call, name).size > 0;
}

/* Counting alone takes a millisecond a hundred thousand incidents; a comparison permutes. */
static bool counts_long(const hs_call *call) {
    return call->snapshot->incidents->count > MOST_COUNTED_AT_ONCE || is_given(call, "compare") ||
           is_given(call, "over");
}

static bool is_long(const hs_call *call) {
    unsigned flags = call->endpoint->flags;
    if (flags & HS_LONG_COUNT) return counts_long(call);
    /* What is made of GeoJSON that is written already takes as long again, and more. */
    bool rewritten = call->as && (call->html || strcmp(call->as->f, "jsonfg") == 0);
    return (flags & HS_LONG) ||
           ((flags & HS_LONG_AT_TIMES) && (rewritten || hs_density_is_long(call->request) ||
                                           hs_request_has_query(call->request) || is_map(call)));
}

static bool begin(hs_call *call, const char *media_type, hs_reads reads, uint64_t etag) {
    call->response->content_type = media_type;
    call->response->compressible =
        strcmp(media_type, "image/png") != 0 && strcmp(media_type, "image/jpeg") != 0;
    if (is_current_version(call, reads))
        call->response->cache_control = "public, max-age=31536000, immutable";
    return is_long(call) ? hs_request_cached_or_defer(call->request, call->response, etag)
                         : hs_request_cached(call->request, call->response, etag);
}

bool hs_call_begin(hs_call *call, const char *media_type, hs_reads reads) {
    return begin(call, media_type, reads, hs_call_etag(call, reads));
}

bool hs_call_begin_version(hs_call *call, const char *media_type, uint64_t version) {
    uint64_t hash = mix(hash_read(call, HS_READS_GEOGRAPHY, hash_request(call)), version);
    return begin(call, media_type, HS_READS_ALL, hash ? hash : 1);
}

static bool is_carried(hs_str name, const char *const *extra) {
    if (hs_filter_is_word(name)) return true;
    for (; extra && *extra; extra++)
        if (hs_str_equal(name, hs_str_of(*extra))) return true;
    return false;
}

void hs_call_carry_query(const hs_call *call, const char *const *extra, char separator, hs_buffer *out) {
    for (size_t i = 0; i < call->request->query_count; i++) {
        const hs_http_pair *pair = &call->request->query[i];
        if (!is_carried(pair->name, extra) || pair->value.size == 0) continue;
        hs_buffer_byte(out, separator);
        hs_percent_encode(out, pair->name);
        hs_buffer_byte(out, '=');
        hs_percent_encode(out, pair->value);
        separator = '&';
    }
}

void hs_call_carry_names(const hs_call *call, const char *const *names, hs_buffer *out) {
    for (; *names; names++) {
        hs_str value = hs_call_text(call, *names);
        if (value.size == 0) continue;
        hs_buffer_printf(out, "&%s=", *names);
        hs_percent_encode(out, value);
    }
}

hs_counts hs_selection_counts(const hs_selection *selection) {
    hs_counts counts = {0};
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[c];
        uint64_t passed = 0;
        if (!selection->bits[c]) {
            passed = chunk->count;
        } else {
            for (size_t w = 0; w < ((size_t)chunk->count + 63) / 64; w++)
                passed += (uint64_t)__builtin_popcountll(selection->bits[c][w]);
        }
        *(chunk->positioned ? &counts.positioned : &counts.unpositioned) += passed;
    }
    return counts;
}
