#include "api/ows.h"

#include "api/collection.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "export/xml.h"
#include "geo/box.h"
#include "geo/mercator.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEARS_LISTED = 100 };

static bool is_one_of(hs_str text, const char *const *words) {
    for (; *words; words++)
        if (hs_str_equal_nocase(text, hs_str_of(*words))) return true;
    return false;
}

static hs_str lower(hs_arena *arena, hs_str text) {
    char *copy = hs_arena_strndup(arena, text.data, text.size);
    if (!copy) return text;
    for (size_t i = 0; i < text.size; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] - 'A' + 'a');
    return (hs_str){copy, text.size};
}

/* A request that was put off comes here again as it was left, so this changes nothing the second time. */
static hs_status normalise(hs_call *call, bool extent) {
    static const char *const fields[] = {"occurred", "reported", "closed", NULL};
    static const char *const whole[] = {"all", "default", NULL};
    hs_request *request = call->request;
    hs_http_pair *pairs = hs_arena_array(call->arena, request->query_count + 1, sizeof *pairs);
    if (!pairs) return hs_error_memory(call->error, "the parameters");
    size_t count = 0;
    for (size_t i = 0; i < request->query_count; i++) {
        hs_http_pair pair = {lower(call->arena, request->query[i].name), request->query[i].value};
        if (hs_str_equal(pair.name, HS_STR("time")) && !is_one_of(pair.value, fields)) {
            if (is_one_of(pair.value, whole)) continue;
            pair.name = HS_STR("datetime");
        }
        if (extent && hs_str_equal(pair.name, HS_STR("bbox"))) pair.name = HS_STR(HS_OWS_EXTENT);
        /* That of a map, where the legend's own is how large it is drawn. */
        if (extent && hs_str_equal(pair.name, HS_STR("scale"))) continue;
        pairs[count++] = pair;
    }
    request->query = pairs;
    request->query_count = count;
    return HS_OK;
}

static const char *code_of(hs_status status, const char *message, hs_ows_form form) {
    /* Periods come by the dimension TIME. */
    if (form != HS_OWS_WMTS && status == HS_E_ARGUMENT &&
        hs_str_starts(hs_str_of(message), HS_STR("datetime")))
        return "InvalidDimensionValue";
    if (status == HS_E_ARGUMENT || status == HS_E_INPUT || status == HS_E_NOT_FOUND)
        return form == HS_OWS_WMTS ? "InvalidParameterValue" : NULL;
    if (status == HS_E_UNSUPPORTED) return "OperationNotSupported";
    return form == HS_OWS_WMTS ? "NoApplicableCode" : NULL;
}

static void write_attribute(hs_buffer *out, const char *name, const char *value) {
    if (!value) return;
    hs_buffer_printf(out, " %s=\"", name);
    hs_xml_text(out, hs_str_of(value));
    hs_buffer_byte(out, '"');
}

static void write_report(hs_ows *ows, const char *code, const char *message) {
    hs_buffer *out = &ows->call->response->body;
    hs_buffer_clear(out);
    hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    switch (ows->form) {
    case HS_OWS_WMTS:
        hs_buffer_text(out, "<ows:ExceptionReport xmlns:ows=\"http://www.opengis.net/ows/1.1\" "
                            "version=\"1.1.0\" xml:lang=\"en\">\n<ows:Exception");
        write_attribute(out, "exceptionCode", code);
        write_attribute(out, "locator", ows->locator);
        hs_buffer_text(out, ">");
        hs_ows_element(out, "ows:ExceptionText", hs_str_of(message));
        hs_buffer_text(out, "</ows:Exception>\n</ows:ExceptionReport>\n");
        return;
    case HS_OWS_WMS_130:
        hs_buffer_text(out,
                       "<ServiceExceptionReport xmlns=\"http://www.opengis.net/ogc\" version=\"1.3.0\">\n"
                       "<ServiceException");
        break;
    case HS_OWS_WMS_111:
        hs_buffer_text(out, "<!DOCTYPE ServiceExceptionReport SYSTEM "
                            "\"http://schemas.opengis.net/wms/1.1.1/WMS_exception_1_1_1.dtd\">\n"
                            "<ServiceExceptionReport version=\"1.1.1\">\n<ServiceException");
        break;
    }
    write_attribute(out, "code", code);
    if (ows->form == HS_OWS_WMS_130) write_attribute(out, "locator", ows->locator);
    hs_buffer_byte(out, '>');
    hs_xml_text(out, hs_str_of(message));
    hs_buffer_text(out, "</ServiceException>\n</ServiceExceptionReport>\n");
}

/* What failed inside is for the log, not for whoever asks. */
static hs_status answer_failure(hs_ows *ows, hs_status status) {
    hs_call *call = ows->call;
    const char *message = call->error->message;
    bool inside = status != HS_E_ARGUMENT && status != HS_E_INPUT && status != HS_E_NOT_FOUND &&
                  status != HS_E_UNSUPPORTED && status != HS_E_LIMIT;
    unsigned http = ows->http_status             ? ows->http_status
                    : inside                     ? 500
                    : status == HS_E_UNSUPPORTED ? 501
                                                 : 400;
    if (inside && !ows->http_status) {
        hs_log_write(call->api->log, HS_LOG_ERROR, "failure", "error=\"%s: %s\"", hs_status_describe(status),
                     message);
        message = "the server failed; try again";
    }
    hs_response_problem(call->response, http, NULL, NULL);
    call->response->content_type =
        ows->form == HS_OWS_WMS_111 ? "application/vnd.ogc.se_xml" : "text/xml; charset=utf-8";
    write_report(ows, ows->code ? ows->code : code_of(status, message, ows->form), message);
    return HS_OK;
}

hs_status hs_ows_run(hs_call *call, hs_ows_form form, bool extent, hs_ows_handler handler) {
    hs_ows ows = {.call = call, .form = form};
    hs_status status = normalise(call, extent);
    call->snapshot = hs_service_snapshot(call->api->service);
    if (!call->snapshot) {
        ows.http_status = 503;
        ows.code = form == HS_OWS_WMTS ? "NoApplicableCode" : NULL;
        hs_error_set(call->error, HS_E_LIMIT, "the city is being loaded; try again in a few seconds");
        answer_failure(&ows, HS_E_LIMIT);
        hs_response_header(call->response, "Retry-After", "2");
        return HS_OK;
    }
    if (status == HS_OK) status = handler(&ows);
    return status == HS_OK ? HS_OK : answer_failure(&ows, status);
}

hs_status hs_ows_fail(hs_ows *ows, const char *code, const char *locator, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ows->code = code;
    ows->locator = locator;
    return hs_error_set(ows->call->error, HS_E_ARGUMENT, "%.*s",
                        (int)hs_utf8_cut(hs_str_of(text), sizeof text), text);
}

hs_status hs_ows_need(hs_ows *ows, const char *name, hs_str *value) {
    *value = hs_call_text(ows->call, name);
    if (value->size > 0) return HS_OK;
    return hs_ows_fail(ows, "MissingParameterValue", name, "the parameter %s is needed", name);
}

hs_status hs_ows_number(hs_ows *ows, const char *code, const char *name, hs_str text, int64_t most,
                        int64_t *value) {
    if (hs_str_to_int(text, value) && *value >= 0 && *value <= most) return HS_OK;
    return hs_ows_fail(ows, code, name, "%s: %.*s is not a whole number from 0 to %lld", name,
                       (int)hs_utf8_cut(text, 60), text.data, (long long)most);
}

const char *const hs_ows_info_formats[] = {"application/geo+json", "application/json", "text/html",
                                           "text/plain", NULL};

static void write_scalar(hs_buffer *out, const json_t *value) {
    hs_json json;
    hs_json_init(&json, out);
    if (json_is_string(value))
        hs_buffer_text(out, json_string_value(value));
    else if (json_is_integer(value))
        hs_json_int(&json, json_integer_value(value));
    else if (json_is_real(value))
        hs_json_double(&json, json_real_value(value));
    else if (json_is_boolean(value))
        hs_json_bool(&json, json_is_true(value));
}

/* Objects and lists, which say how the value came about, are in the other forms. */
static hs_status write_plain(hs_call *call) {
    hs_buffer *body = &call->response->body;
    json_t *object;
    const char *key;
    json_t *member;
    hs_status status = hs_json_parse((hs_str){body->data, body->size}, call->error, &object);
    if (status != HS_OK) return status;
    hs_buffer_clear(body);
    json_object_foreach(object, key, member) {
        if (json_is_object(member) || json_is_array(member)) continue;
        hs_buffer_printf(body, "%s: ", key);
        write_scalar(body, member);
        hs_buffer_byte(body, '\n');
    }
    json_decref(object);
    return HS_OK;
}

static hs_status write_feature(hs_call *call, const hs_density_ask *ask, hs_position position) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    hs_json_key(json, "features");
    hs_json_array(json);
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Feature");
    hs_json_pair_text(json, "id", "density");
    hs_json_key(json, "geometry");
    hs_json_object(json);
    hs_json_pair_text(json, "type", "Point");
    hs_json_key(json, "coordinates");
    hs_json_position(json, position);
    hs_json_object_end(json);
    hs_json_key(json, "properties");
    hs_status status = hs_call_density_value(call, ask, position);
    hs_json_object_end(json);
    hs_json_array_end(json);
    hs_json_object_end(json);
    return status;
}

hs_status hs_ows_feature_info(hs_ows *ows, hs_str format, hs_position position) {
    hs_call *call = ows->call;
    hs_density_ask ask;
    if (!is_one_of(format, hs_ows_info_formats))
        return hs_ows_fail(ows, ows->form == HS_OWS_WMTS ? "InvalidParameterValue" : "InvalidFormat",
                           ows->form == HS_OWS_WMTS ? "infoformat" : "info_format",
                           "%.*s is not offered; application/geo+json, application/json, text/html and "
                           "text/plain are",
                           (int)hs_utf8_cut(format, 60), format.data);
    hs_status status = hs_call_density(call, &ask);
    if (status != HS_OK) return status;
    bool plain = hs_str_equal_nocase(format, HS_STR("text/plain"));
    call->html = hs_str_equal_nocase(format, HS_STR("text/html"));
    if (call->html) hs_call_page_headers(call);
    const char *type = call->html ? "text/html; charset=utf-8"
                       : plain    ? "text/plain; charset=utf-8"
                                  : hs_arena_strndup(call->arena, format.data, format.size);
    if (hs_call_begin(call, type, HS_READS_ALL)) return HS_OK;
    if (!plain && !call->html) return write_feature(call, &ask, position);
    status = hs_call_density_value(call, &ask, position);
    if (status != HS_OK) return status;
    return plain ? write_plain(call) : hs_call_finish(call, "Density", "密度");
}

/* Units where there are any, else incidents, else the whole map. */
bool hs_ows_extent(const hs_snapshot *snapshot, hs_box *box) {
    *box = snapshot->geography->box;
    if (box->min_lon_e7 <= box->max_lon_e7) return true;
    const hs_incidents *incidents = snapshot->incidents;
    for (uint32_t c = 0; c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        hs_box_add(box, hs_mercator_to_position((hs_mercator){chunk->box.min_x, chunk->box.min_y}));
        hs_box_add(box, hs_mercator_to_position((hs_mercator){chunk->box.max_x, chunk->box.max_y}));
    }
    return box->min_lon_e7 <= box->max_lon_e7;
}

void hs_ows_element(hs_buffer *out, const char *name, hs_str text) {
    hs_buffer_printf(out, "<%s>", name);
    hs_xml_text(out, text);
    hs_buffer_printf(out, "</%s>\n", name);
}

/* The local year of an instant. */
static int64_t year_at(const hs_snapshot *snapshot, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    int64_t year = 0;
    hs_time_format(time_s + hs_timezone_offset(snapshot->timezone, time_s), text);
    (void)hs_str_to_int((hs_str){text, 4}, &year);
    return year;
}

void hs_ows_times(const hs_snapshot *snapshot, void (*each)(hs_buffer *out, const char *value),
                  hs_buffer *out) {
    each(out, "all");
    const hs_incidents *incidents = snapshot->incidents;
    if (incidents->min_time_s == HS_NO_TIME) return;
    int64_t last = year_at(snapshot, incidents->max_time_s);
    int64_t first = year_at(snapshot, incidents->min_time_s);
    if (last - first >= YEARS_LISTED) first = last - YEARS_LISTED + 1;
    for (int64_t year = first; year <= last; year++) {
        char value[64];
        snprintf(value, sizeof value, "%04lld-01-01/%04lld-12-31", (long long)year, (long long)year);
        each(out, value);
    }
}
