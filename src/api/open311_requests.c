/* Requests as they are read: one, several by id, or the newest of a period page by page. */
#include "api/open311.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include <string.h>

enum { DAY_S = 86400, SPAN_S = 90 * DAY_S, ROWS_MOST = 1000, TOKEN_SIZE = 32 };

typedef struct asked {
    hs_newest_query query;
    const int64_t *rows; /* by id, when not NULL */
    uint32_t row_count;
    uint64_t hash; /* of what the request's words leave open */
} asked;

/* Open311 has it as free text of at most so many characters; a source's may be longer. */
static hs_str cut_description(hs_str text) {
    hs_str rest = text;
    for (unsigned i = 0; i < HS_OPEN311_DESCRIPTION_MOST && rest.size > 0; i++)
        (void)hs_utf8_next(&rest);
    return (hs_str){text.data, text.size - rest.size};
}

static void write_time(hs_open311 *o, const char *name, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    size_t size = time_s == HS_NO_TIME ? 0 : hs_timezone_format(o->call->snapshot->timezone, time_s, text);
    hs_spark_text(&o->out, name, (hs_str){text, size});
}

/* The source's own word, where it says more than open or closed. */
static hs_str status_notes(hs_str status) {
    bool plain = hs_str_equal_nocase(status, HS_STR("open")) || hs_str_equal_nocase(status, HS_STR("closed"));
    return plain ? (hs_str){"", 0} : status;
}

static void write_class(hs_open311 *o, hs_str code, const hs_category_record *category) {
    hs_spark_text(&o->out, "service_name",
                  category ? hs_open311_name(o, category->name_en, category->name) : code);
    hs_spark_text(&o->out, "service_code", code);
}

static void write_place(hs_open311 *o, const hs_incident_chunk *chunk, uint32_t i, hs_str address) {
    hs_spark_text(&o->out, "address", address);
    hs_spark_null(&o->out, "address_id");
    hs_spark_null(&o->out, "zipcode");
    if (!chunk->positioned) {
        hs_spark_null(&o->out, "lat");
        hs_spark_null(&o->out, "long");
        return;
    }
    hs_position position = hs_incident_position(chunk, i);
    hs_spark_degrees(&o->out, "lat", position.lat_e7);
    hs_spark_degrees(&o->out, "long", position.lon_e7);
}

void hs_open311_write_request(hs_open311 *o, const hs_incident_chunk *chunk, uint32_t i,
                              const uint64_t *closed_statuses) {
    const hs_snapshot *snapshot = o->call->snapshot;
    const hs_incidents *incidents = snapshot->incidents;
    hs_str code = incidents->category_code[hs_incident_category(chunk, i)];
    uint32_t row = hs_open311_find_class(snapshot->taxonomy, code);
    const hs_category_record *category = row == HS_NONE ? NULL : &snapshot->taxonomy->category[row];
    bool closed = hs_incident_is_closed(chunk, i, closed_statuses);
    char id[24];
    int id_size = snprintf(id, sizeof id, "%lld", (long long)hs_incident_row(chunk, i));
    hs_incident_texts texts;
    hs_incident_texts_get(chunk, i, &texts);
    hs_spark_item(&o->out, "request");
    hs_spark_text(&o->out, "service_request_id", (hs_str){id, (size_t)id_size});
    hs_spark_text(&o->out, "status", closed ? HS_STR("closed") : HS_STR("open"));
    hs_spark_text(&o->out, "status_notes",
                  status_notes(incidents->status[hs_incident_attributes_of(chunk, i)->status]));
    write_class(o, code, category);
    hs_spark_text(&o->out, "description", cut_description(texts.description));
    hs_spark_text(&o->out, "agency_responsible",
                  texts.department.size > 0 || !category ? texts.department : category->department);
    hs_spark_null(&o->out, "service_notice");
    write_time(o, "requested_datetime", hs_incident_asked_s(chunk, i));
    write_time(o, "updated_datetime", hs_incident_time(chunk, i, HS_TIME_CLOSED));
    write_time(o, "expected_datetime", hs_incident_time(chunk, i, HS_TIME_DEADLINE));
    write_place(o, chunk, i, texts.address);
    hs_spark_null(&o->out, "media_url");
    hs_spark_end(&o->out);
}

/* The next of a parameter's values, which may be given several times and have commas; false at the end. */
typedef struct values {
    const hs_call *call;
    hs_str name, rest;
    size_t next;
} values;

static bool next_value(values *v, hs_str *value) {
    for (;;) {
        while (v->rest.size > 0) {
            *value = hs_str_trim(hs_str_cut(&v->rest, ','));
            if (value->size > 0) return true;
        }
        if (v->next == v->call->request->query_count) return false;
        const hs_http_pair *pair = &v->call->request->query[v->next++];
        if (hs_str_equal(pair->name, v->name)) v->rest = pair->value;
    }
}

/* Ids that are no numbers are nobody's: row 0. */
static hs_status take_ids(hs_open311 *o, asked *a) {
    hs_call *call = o->call;
    values v = {.call = call, .name = HS_STR("service_request_id")};
    hs_str text;
    uint32_t count = 0;
    int64_t *rows = hs_arena_array(call->arena, ROWS_MOST, sizeof *rows);
    if (!rows) return hs_error_memory(call->error, "the ids");
    while (next_value(&v, &text)) {
        if (count == ROWS_MOST)
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                hs_open311_say(o, "service_request_id: at most %d are taken at once",
                                               "service_request_id：一次最多 %d 个"),
                                ROWS_MOST);
        if (!hs_str_to_int(text, &rows[count])) rows[count] = 0;
        count++;
    }
    if (count > 0) a->rows = rows;
    a->row_count = count;
    return HS_OK;
}

static hs_status take_codes(hs_open311 *o, asked *a) {
    hs_call *call = o->call;
    const hs_incidents *incidents = call->snapshot->incidents;
    values v = {.call = call, .name = HS_STR("service_code")};
    uint64_t *bits = NULL;
    hs_str code;
    while (next_value(&v, &code)) {
        if (!bits)
            bits = hs_arena_array(call->arena, (size_t)incidents->category_count / 64 + 1, sizeof *bits);
        if (!bits) return hs_error_memory(call->error, "the services");
        bool known = hs_open311_find_class(call->snapshot->taxonomy, code) != HS_NONE;
        for (uint32_t c = 0; c < incidents->category_count; c++) {
            if (!hs_str_equal(incidents->category_code[c], code)) continue;
            bits[c / 64] |= UINT64_C(1) << (c % 64);
            known = true;
        }
        if (!known)
            return hs_open311_fail(o, HS_E_NOT_FOUND, "service_code was not found", "没有此 service_code");
    }
    a->query.category = bits;
    return HS_OK;
}

static hs_status take_status(hs_open311 *o, asked *a) {
    values v = {.call = o->call, .name = HS_STR("status")};
    bool open = false, closed = false;
    hs_str status;
    while (next_value(&v, &status)) {
        bool is_open = hs_str_equal_nocase(status, HS_STR("open"));
        if (!is_open && !hs_str_equal_nocase(status, HS_STR("closed")))
            return hs_open311_fail(o, HS_E_ARGUMENT, "status: open or closed is expected",
                                   "status：应为 open 或 closed");
        open = open || is_open;
        closed = closed || !is_open;
    }
    a->query.openness = open == closed ? HS_OPEN_OR_CLOSED : open ? HS_OPEN_ONLY : HS_CLOSED_ONLY;
    return HS_OK;
}

/* A date-time, or a date, which is that whole day in the city's zone. */
static hs_status take_date(hs_open311 *o, const char *name, int64_t *from_s, int64_t *to_s) {
    hs_str text = hs_call_text(o->call, name);
    *from_s = *to_s = HS_NO_TIME;
    if (text.size == 0) return HS_OK;
    bool interval = memchr(text.data, '/', text.size) != NULL;
    if (!interval &&
        hs_datetime_parse(text, o->call->snapshot->timezone, o->call->error, from_s, to_s) == HS_OK)
        return HS_OK;
    return hs_error_set(o->call->error, HS_E_ARGUMENT,
                        hs_open311_say(o, "%s: a time with its zone is expected, as 2024-01-31T18:00:00Z",
                                       "%s：应为带时区的时间，如 2024-01-31T18:00:00Z"),
                        name);
}

/* Of the city's calendar too, as an hour more or less lies in 90 days where clocks are changed. */
static bool too_long(const hs_timezone *zone, int64_t from_s, int64_t to_s) {
    int64_t utc_s = to_s - from_s;
    int64_t local_s = utc_s + hs_timezone_offset(zone, to_s) - hs_timezone_offset(zone, from_s);
    /* An end is included: the second after it counts. */
    return (utc_s < local_s ? utc_s : local_s) > SPAN_S + 1;
}

static hs_status take_period(hs_open311 *o, asked *a) {
    int64_t from_s, to_s, unused_s;
    hs_status status = take_date(o, "start_date", &from_s, &unused_s);
    if (status == HS_OK) status = take_date(o, "end_date", &unused_s, &to_s);
    if (status != HS_OK) return status;
    if (from_s == HS_NO_TIME && to_s == HS_NO_TIME) {
        int64_t newest_s = hs_newest_asked_s(o->call->snapshot->incidents, hs_clock_now_s());
        to_s = newest_s == HS_NO_TIME ? 0 : newest_s + 1;
    }
    if (to_s == HS_NO_TIME) to_s = from_s + SPAN_S + 1;
    if (from_s == HS_NO_TIME) from_s = to_s - SPAN_S - 1;
    if (from_s >= to_s)
        return hs_open311_fail(o, HS_E_ARGUMENT, "end_date lies before start_date",
                               "end_date 早于 start_date");
    if (too_long(o->call->snapshot->timezone, from_s, to_s))
        return hs_open311_fail(o, HS_E_ARGUMENT,
                               "start_date to end_date: at most 90 days are answered at once",
                               "start_date 至 end_date：一次最多 90 天");
    a->query.from_s = from_s;
    a->query.to_s = to_s;
    return HS_OK;
}

static hs_status take_count(hs_open311 *o, const char *name, int64_t most, int64_t fallback, int64_t *count) {
    if (hs_call_integer(o->call, name, 1, most, fallback, count) == HS_OK) return HS_OK;
    return hs_error_set(
        o->call->error, HS_E_ARGUMENT,
        hs_open311_say(o, "%s: a whole number from 1 to %lld is expected", "%s：应为 1 至 %lld 的整数"), name,
        (long long)most);
}

static hs_status take_page(hs_open311 *o, asked *a) {
    int64_t page = 1, size = ROWS_MOST;
    hs_status status = take_count(o, "page", INT32_MAX, 1, &page);
    if (status == HS_OK) status = take_count(o, "page_size", ROWS_MOST, ROWS_MOST, &size);
    a->query.skip = (uint64_t)(page - 1) * (uint64_t)size;
    a->query.limit = (uint32_t)size;
    return status;
}

/* Ids override everything else. */
static hs_status take_all(hs_open311 *o, asked *a) {
    hs_status status = take_ids(o, a);
    if (status != HS_OK || a->rows) return status;
    status = take_codes(o, a);
    if (status == HS_OK) status = take_status(o, a);
    if (status == HS_OK) status = take_period(o, a);
    if (status == HS_OK) status = take_page(o, a);
    return status;
}

/* Everything that the answer hangs on beside its address. */
static uint64_t version_of(const hs_open311 *o, const asked *a) {
    const hs_snapshot *snapshot = o->call->snapshot;
    uint64_t parts[] = {snapshot->version, snapshot->incidents->count, (uint64_t)a->query.from_s,
                        (uint64_t)a->query.to_s};
    return hs_hash(parts, sizeof parts, 0);
}

static hs_status write_list(hs_open311 *o, const hs_incident_place *places, uint32_t count,
                            const uint64_t *closed_statuses) {
    hs_spark_list(&o->out, "service_requests");
    for (uint32_t p = 0; p < count; p++)
        if (places[p].chunk != HS_NONE)
            hs_open311_write_request(o, o->call->snapshot->incidents->chunk[places[p].chunk], places[p].i,
                                     closed_statuses);
    hs_spark_end(&o->out);
    return HS_OK;
}

static hs_status find_rows(hs_open311 *o, const asked *a, const hs_incident_place **places, uint32_t *count) {
    hs_call *call = o->call;
    hs_incident_place *found = hs_arena_array(call->arena, a->row_count, sizeof *found);
    if (!found) return hs_error_memory(call->error, "the requests");
    *places = found;
    *count = a->row_count;
    return hs_incidents_find_all(call->snapshot->incidents, a->rows, a->row_count, call->arena, call->error,
                                 found);
}

static hs_status serve_requests(hs_open311 *o) {
    hs_call *call = o->call;
    asked a = {0};
    if (!hs_open311_check_reading(o)) return HS_OK;
    hs_status status = take_all(o, &a);
    if (status != HS_OK) return status;
    if (hs_open311_begin(o, version_of(o, &a))) return HS_OK;
    const hs_incidents *incidents = call->snapshot->incidents;
    const hs_incident_place *places = NULL;
    uint32_t count = 0;
    a.query.closed_statuses = hs_closed_statuses(incidents, call->arena);
    if (!a.query.closed_statuses) return hs_error_memory(call->error, "the requests");
    status = a.rows ? find_rows(o, &a, &places, &count)
                    : hs_newest(incidents, &a.query, call->arena, call->error, &places, &count, NULL);
    return status == HS_OK ? write_list(o, places, count, a.query.closed_statuses) : status;
}

static hs_status serve_request(hs_open311 *o) {
    hs_call *call = o->call;
    const hs_incidents *incidents = call->snapshot->incidents;
    int64_t id = 0;
    uint32_t i;
    if (!hs_open311_check_reading(o)) return HS_OK;
    const hs_incident_chunk *chunk = hs_str_to_int(hs_request_param(call->request, "serviceRequestId"), &id)
                                         ? hs_incidents_find(incidents, id, &i)
                                         : NULL;
    if (!chunk)
        return hs_open311_refuse(o, 404, "service_request_id was not found", "没有此 service_request_id");
    if (hs_open311_begin(o, call->snapshot->version)) return HS_OK;
    const uint64_t *closed = hs_closed_statuses(incidents, call->arena);
    if (!closed) return hs_error_memory(call->error, "the request");
    hs_spark_list(&o->out, "service_requests");
    hs_open311_write_request(o, chunk, i, closed);
    hs_spark_end(&o->out);
    return HS_OK;
}

static bool is_token(hs_str text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
    }
    return text.size == TOKEN_SIZE;
}

/* A token is the id that an incident was given when it was posted: random, and answered only where the
 * incident was stored but not served yet. */
static hs_status serve_token(hs_open311 *o) {
    hs_call *call = o->call;
    hs_str token = hs_request_param(call->request, "token");
    hs_incident_place place;
    if (!is_token(token) || !hs_incidents_find_external(call->snapshot->incidents, token, &place))
        return hs_open311_refuse(o, 404, "token was not found", "没有此 token");
    char id[24];
    int size = snprintf(id, sizeof id, "%lld", (long long)place.row);
    call->response->cache_control = "no-store";
    hs_spark_list(&o->out, "service_requests");
    hs_spark_item(&o->out, "request");
    hs_spark_text(&o->out, "service_request_id", (hs_str){id, (size_t)size});
    hs_spark_text(&o->out, "token", token);
    hs_spark_end(&o->out);
    hs_spark_end(&o->out);
    return HS_OK;
}

hs_status hs_open311_requests(hs_call *call) {
    return hs_open311_run(call, serve_requests);
}

hs_status hs_open311_request(hs_call *call) {
    return hs_open311_run(call, serve_request);
}

hs_status hs_open311_token(hs_call *call) {
    return hs_open311_run(call, serve_token);
}
