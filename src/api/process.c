/* OGC API Processes (18-062r2): descriptions, derived from the table of endpoints. */
#include "api/process.h"

#include "base/text.h"
#include <string.h>

#define GEOJSON "application/geo+json"
#define GEOTIFF "image/tiff; application=geotiff"
#define REL     "http://www.opengis.net/def/rel/ogc/1.0/"

const hs_process hs_processes[] = {
    {"density",
     "Kernel density of incidents",
     "案件核密度",
     {{"densityIsobands", GEOJSON, true}, {"densityRaster", GEOTIFF, false}}},
    {"forecast", "Forecast of incidents", "案件预测", {{"forecast", GEOJSON, true}}},
    {"focus", "Where to enforce within a budget", "预算内的执法方案", {{"focus", GEOJSON, true}}},
    {"gi-star", "Getis-Ord Gi*", "Getis-Ord Gi* 热点", {{"hotspotsGiStar", GEOJSON, true}}},
    {"local-moran", "Local Moran's I", "局部 Moran 指数", {{"hotspotsLocalMoran", GEOJSON, true}}},
    {"emerging", "Emerging hot spots", "新兴热点", {{"hotspotsEmerging", GEOJSON, true}}},
    {"clusters", "Clusters of incidents", "案件聚类", {{"hotspotsClusters", GEOJSON, true}}},
    {"scan", "Scan statistic", "扫描统计", {{"hotspotsScan", GEOJSON, true}}},
    {"change", "Change between two periods", "两时段变化", {{"hotspotsChange", GEOJSON, true}}},
    {"near-repeat", "Near-repeat (Knox)", "近重复（Knox 检验）", {{"hotspotsNearRepeat", GEOJSON, true}}},
    {"k-function", "K function", "K 函数", {{"hotspotsKFunction", GEOJSON, true}}},
    {"global", "Global clustering", "全局聚集检验", {{"hotspotsGlobal", GEOJSON, true}}},
    {0},
};

const hs_endpoint *hs_process_endpoint(const struct hs_process_format *format) {
    const hs_endpoint *endpoint = hs_endpoints;
    while (endpoint->path && strcmp(endpoint->id, format->endpoint) != 0)
        endpoint++;
    return endpoint;
}

const hs_process *hs_call_process(hs_call *call) {
    hs_str id = hs_request_param(call->request, "processId");
    for (const hs_process *process = hs_processes; process->id; process++)
        if (hs_str_equal(id, hs_str_of(process->id))) return process;
    hs_response_problem_typed(call->response, 404, HS_PROCESS_EXCEPTION "no-such-process", "No such process",
                              "the processes are listed at /ogc/processes");
    return NULL;
}

static void write_words(hs_json *json, const char *key, const char *const *words) {
    hs_json_key(json, key);
    hs_json_array(json);
    for (; *words; words++)
        hs_json_text(json, *words);
    hs_json_array_end(json);
}

static const char *process_path(hs_call *call, const hs_process *process, const char *tail) {
    return hs_arena_printf(call->arena, "/ogc/processes/%s%s", process->id, tail);
}

static void write_summary(hs_call *call, const hs_process *process) {
    hs_json *json = &call->json;
    const hs_endpoint *endpoint = hs_process_endpoint(&process->format[0]);
    hs_json_pair_text(json, "id", process->id);
    hs_json_pair_text(json, "title",
                      hs_arena_printf(call->arena, "%s %s", process->title_en, process->title_zh));
    hs_json_pair_text(json, "description",
                      hs_arena_printf(call->arena, "%s %s", endpoint->help_en, endpoint->help_zh));
    hs_json_pair_text(json, "version", HS_VERSION);
    write_words(json, "jobControlOptions",
                (const char *const[]){"sync-execute", "async-execute", "dismiss", NULL});
    write_words(json, "outputTransmission", (const char *const[]){"value", NULL});
}

static void write_schema(hs_json *json, const char *type) {
    hs_json_key(json, "schema");
    hs_json_object(json);
    hs_json_pair_text(json, "type", type);
    if (strcmp(type, "array") == 0) {
        hs_json_key(json, "items");
        hs_json_raw(json, HS_STR("{\"type\":\"string\"}"));
    }
    hs_json_object_end(json);
}

static void write_input(hs_call *call, const char *name, const char *type, const char *en, const char *zh,
                        bool required) {
    hs_json *json = &call->json;
    hs_json_key(json, name);
    hs_json_object(json);
    hs_json_pair_text(json, "title", name);
    hs_json_pair_text(json, "description", hs_arena_printf(call->arena, "%s %s", en, zh));
    hs_json_pair_int(json, "minOccurs", required);
    hs_json_pair_int(json, "maxOccurs", 1);
    write_schema(json, type);
    hs_json_object_end(json);
}

bool hs_process_takes(const hs_endpoint *endpoint, const char *name) {
    static const char *const of_files[] = {"f", "crew", "lang", "style"};
    if (strcmp(name, "v") == 0 || !hs_endpoint_takes(endpoint, hs_str_of(name))) return false;
    for (size_t i = 0; hs_endpoint_takes(endpoint, HS_STR("f")) && i < sizeof of_files / sizeof *of_files;
         i++)
        if (strcmp(name, of_files[i]) == 0) return false;
    return true;
}

static bool came_before(const hs_process *process, int format, const char *name) {
    for (int i = 0; i < format; i++)
        if (hs_endpoint_takes(hs_process_endpoint(&process->format[i]), hs_str_of(name))) return true;
    return false;
}

static void write_inputs(hs_call *call, const hs_process *process) {
    hs_json_key(&call->json, "inputs");
    hs_json_object(&call->json);
    for (int i = 0; i < HS_PROCESS_FORMATS && process->format[i].endpoint; i++) {
        const hs_endpoint *endpoint = hs_process_endpoint(&process->format[i]);
        for (const hs_parameter *p = endpoint->parameters; p->name; p++)
            if (hs_process_takes(endpoint, p->name) && !came_before(process, i, p->name))
                write_input(call, p->name, p->type, p->help_en, p->help_zh, p->required);
    }
    const hs_endpoint *first = hs_process_endpoint(&process->format[0]);
    for (const hs_filter_word *word = hs_filter_words; word->name; word++) {
        bool own = false;
        for (const hs_parameter *p = first->parameters; p->name; p++)
            own = own || strcmp(p->name, word->name) == 0;
        if (!own) write_input(call, word->name, "string", word->help_en, word->help_zh, false);
    }
    hs_json_object_end(&call->json);
}

static void write_form(hs_json *json, const struct hs_process_format *format) {
    hs_json_object(json);
    hs_json_pair_text(json, "type", format->is_json ? "object" : "string");
    if (format->is_json)
        hs_json_pair_text(json, "format", "geojson-feature-collection");
    else
        hs_json_pair_text(json, "contentEncoding", "binary");
    hs_json_pair_text(json, "contentMediaType", format->media_type);
    hs_json_object_end(json);
}

static void write_outputs(hs_json *json, const hs_process *process) {
    hs_json_key(json, "outputs");
    hs_json_object(json);
    hs_json_key(json, "result");
    hs_json_object(json);
    hs_json_pair_text(json, "title", process->title_en);
    hs_json_key(json, "schema");
    hs_json_object(json);
    hs_json_key(json, "oneOf");
    hs_json_array(json);
    for (int i = 0; i < HS_PROCESS_FORMATS && process->format[i].endpoint; i++)
        write_form(json, &process->format[i]);
    hs_json_array_end(json);
    hs_json_object_end(json);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

hs_status hs_serve_ogc_processes(hs_call *call) {
    hs_json *json = &call->json;
    int64_t limit = 0;
    hs_status status = hs_call_integer(call, "limit", 1, 10000, 100, &limit);
    if (status != HS_OK) return status;
    if (!hs_call_format(call) || hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json_object(json);
    hs_json_key(json, "processes");
    hs_json_array(json);
    for (const hs_process *process = hs_processes; process->id && limit > 0; process++, limit--) {
        hs_json_object(json);
        write_summary(call, process);
        hs_json_key(json, "links");
        hs_json_array(json);
        hs_call_link(call, "self", "application/json", process->id, process_path(call, process, ""));
        hs_json_array_end(json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, "/ogc/processes");
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Processes", "处理过程");
}

hs_status hs_serve_ogc_process(hs_call *call) {
    hs_json *json = &call->json;
    const hs_process *process = hs_call_process(call);
    if (!process || !hs_call_format(call) || hs_call_begin_format(call, HS_READS_PROGRAM)) return HS_OK;
    hs_json_object(json);
    write_summary(call, process);
    write_inputs(call, process);
    write_outputs(json, process);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, process_path(call, process, ""));
    hs_call_link(call, REL "execute", "application/json", "Execute 执行",
                 process_path(call, process, "/execution"));
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, process->title_en, process->title_zh);
}
