/* Execution of processes, at once: the endpoint's own handler runs with the inputs as its parameters. */
#include "api/process.h"

#include "base/json.h"
#include "base/text.h"
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static hs_status refuse_input(hs_call *call, const char *name, const char *why) {
    return hs_error_set(call->error, HS_E_INPUT, "inputs: %.60s: %s", name, why);
}

static bool append_scalar(const json_t *value, hs_buffer *out) {
    if (json_is_string(value)) {
        hs_buffer_append(out, json_string_value(value), json_string_length(value));
        return true;
    }
    if (!json_is_number(value) && !json_is_boolean(value)) return false;
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    if (text) hs_buffer_text(out, text);
    free(text);
    return text != NULL;
}

bool hs_input_append(const json_t *value, hs_buffer *out) {
    if (!json_is_array(value)) return append_scalar(value, out);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i > 0) hs_buffer_byte(out, ',');
        if (!append_scalar(json_array_get(value, i), out)) return false;
    }
    return true;
}

/* An input may say its value in an object, or be a box (18-062r2, bbox.yaml). */
static hs_status take_input(hs_call *call, const char *name, const json_t *given, hs_http_pair *pair) {
    const json_t *value = given;
    hs_buffer text;
    if (json_is_object(given)) value = json_object_get(given, "value");
    if (!value && json_is_array(json_object_get(given, "bbox"))) {
        hs_str crs = hs_json_get_str(given, "crs");
        if (crs.size > 0 && !memmem(crs.data, crs.size, "CRS84", 5))
            return refuse_input(call, name, "a box is in CRS84, longitude first");
        value = json_object_get(given, "bbox");
    }
    if (!value && json_object_get(given, "href"))
        return refuse_input(call, name, "inputs are taken by value, none is fetched");
    hs_buffer_init(&text, 1 << 16);
    bool fits = value && hs_input_append(value, &text);
    pair->name = hs_arena_str(call->arena, hs_str_of(name));
    pair->value = hs_arena_str(call->arena, (hs_str){text.data ? text.data : "", text.size});
    hs_status status = text.status;
    hs_buffer_done(&text);
    if (!fits || status != HS_OK)
        return refuse_input(call, name, "a text, a number, true, false or a list of them is expected");
    return pair->name.data && pair->value.data ? HS_OK : hs_error_memory(call->error, "the inputs");
}

static hs_status take_inputs(hs_call *call, const json_t *inputs, hs_execution *execution) {
    const char *name;
    json_t *value;
    if (inputs && !json_is_object(inputs)) return refuse_input(call, "inputs", "an object is expected");
    execution->inputs = hs_arena_array(call->arena, json_object_size(inputs) + 1, sizeof(hs_http_pair));
    if (!execution->inputs) return hs_error_memory(call->error, "the inputs");
    json_object_foreach((json_t *)inputs, name, value) {
        if (!hs_process_takes(execution->endpoint, name))
            return hs_error_set(
                call->error, HS_E_INPUT,
                "inputs: %.60s is none of this process and form; /ogc/processes/%s lists them", name,
                execution->process->id);
        hs_status status = take_input(call, name, value, &execution->inputs[execution->input_count++]);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

/* The form of the only output; what is not named is the first one. */
static hs_status take_format(hs_call *call, const json_t *outputs, hs_execution *execution) {
    const char *name;
    json_t *output;
    execution->format = &execution->process->format[0];
    if (outputs && !json_is_object(outputs))
        return hs_error_set(call->error, HS_E_INPUT, "outputs: an object is expected");
    json_object_foreach((json_t *)outputs, name, output) {
        hs_str wanted = hs_json_get_str(json_object_get(output, "format"), "mediaType");
        hs_str type = hs_str_trim(hs_str_cut(&wanted, ';'));
        bool found = type.size == 0;
        if (strcmp(name, "result") != 0)
            return hs_error_set(call->error, HS_E_INPUT, "outputs: %.60s is none; there is result", name);
        for (int i = 0; i < HS_PROCESS_FORMATS && execution->process->format[i].endpoint && !found; i++) {
            hs_str own = hs_str_of(execution->process->format[i].media_type);
            found = hs_str_equal_nocase(type, hs_str_trim(hs_str_cut(&own, ';')));
            if (found) execution->format = &execution->process->format[i];
        }
        if (!found)
            return hs_error_set(call->error, HS_E_INPUT, "outputs: result is not made as %.*s",
                                (int)hs_utf8_cut(type, 60), type.data);
        if (hs_str_equal(hs_json_get_str(output, "transmissionMode"), HS_STR("reference")))
            return hs_error_set(call->error, HS_E_INPUT, "outputs: results are transmitted by value");
    }
    return HS_OK;
}

static hs_status take_body(hs_call *call, const json_t *body, hs_execution *execution) {
    hs_str response = hs_json_get_str(body, "response");
    if (!json_is_object(body))
        return hs_error_set(call->error, HS_E_INPUT, "an object with `inputs` is expected");
    if (response.size > 0 && !hs_str_equal(response, HS_STR("raw")) &&
        !hs_str_equal(response, HS_STR("document")))
        return hs_error_set(call->error, HS_E_INPUT, "response: raw or document is expected");
    execution->as_document = hs_str_equal(response, HS_STR("document"));
    hs_status status = take_format(call, json_object_get(body, "outputs"), execution);
    if (status != HS_OK) return status;
    execution->endpoint = hs_process_endpoint(execution->format);
    return take_inputs(call, json_object_get(body, "inputs"), execution);
}

hs_status hs_call_execution(hs_call *call, const hs_process *process, hs_execution *execution) {
    json_t *body = NULL;
    hs_str text = call->request->body;
    *execution = (hs_execution){.process = process};
    hs_status status = hs_json_parse(text.size > 0 ? text : HS_STR("{}"), call->error, &body);
    if (status == HS_OK) status = take_body(call, body, execution);
    json_decref(body);
    return status;
}

hs_status hs_call_write_document(hs_call *call, const hs_execution *execution) {
    hs_buffer *body = &call->response->body;
    hs_buffer result = *body;
    hs_json json;
    if (body->status != HS_OK) return HS_OK;
    hs_buffer_init(body, result.ceiling);
    hs_json_init(&json, body);
    hs_json_object(&json);
    hs_json_key(&json, "result");
    hs_json_object(&json);
    hs_json_key(&json, "value");
    if (execution->format->is_json) {
        hs_json_raw(&json, (hs_str){result.data, result.size});
    } else {
        gchar *text = g_base64_encode((const guchar *)result.data, result.size);
        hs_json_text(&json, text);
        g_free(text);
        hs_json_pair_text(&json, "encoding", "base64");
    }
    hs_json_pair_text(&json, "mediaType", execution->format->media_type);
    hs_json_object_end(&json);
    hs_json_object_end(&json);
    hs_buffer_done(&result);
    call->response->content_type = "application/json";
    return HS_OK;
}

static hs_status run_now(hs_call *call, const hs_execution *execution) {
    if (hs_request_defer(call->request)) return HS_OK;
    call->endpoint = execution->endpoint;
    call->request->query = execution->inputs;
    call->request->query_count = execution->input_count;
    hs_status status = execution->endpoint->handler(call);
    call->response->etag = 0;
    call->response->cache_control = "no-store";
    bool done = status == HS_OK && (call->response->status == 0 || call->response->status == 200);
    return done && execution->as_document ? hs_call_write_document(call, execution) : status;
}

/* The preferences of RFC 7240 that matter here. */
bool hs_call_prefers_job(const hs_call *call) {
    hs_str list = hs_request_header(call->request, "Prefer");
    while (list.size > 0) {
        hs_str rest = hs_str_cut(&list, ',');
        if (hs_str_equal_nocase(hs_str_trim(hs_str_cut(&rest, ';')), HS_STR("respond-async"))) return true;
    }
    return false;
}

hs_status hs_post_ogc_execution(hs_call *call) {
    hs_execution execution;
    const hs_process *process = hs_call_process(call);
    if (!process) return HS_OK;
    if (call->request->body.size > 0 && !hs_call_sends_json(call))
        return hs_response_problem(call->response, 415, NULL, "send Content-Type: application/json");
    hs_status status = hs_call_execution(call, process, &execution);
    if (status != HS_OK) return status;
    return hs_call_prefers_job(call) ? hs_call_start_execution(call, &execution) : run_now(call, &execution);
}
