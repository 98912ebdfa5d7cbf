#include "service/hotspots.h"
#include "api/endpoint.h"
#include "base/text.h"
#include "cli/command.h"
#include "service/saved_hotspots.h"

#include <string.h>

static const hs_option options[] = {
    {"output", "FILE", "what to write, by extension (also -o): .geojson .gpkg .fgb .csv .xlsx .kml .shp",
     "输出文件，格式由扩展名决定（同 -o）：.geojson .gpkg .fgb .csv .xlsx .kml .shp"},
    {"save", "TITLE", "keep the run in the store under this title; -o may be left out then",
     "以此标题保存到存储中；此时可不给 -o"},
    {NULL, NULL, NULL, NULL},
};

static const hs_parameter *parameters_of(const hs_hotspot_method *method) {
    static const hs_parameter none = {0};
    const hs_endpoint *endpoint = hs_endpoint_of_hotspots(hs_hotspot_method_name(method));
    return endpoint && endpoint->parameters ? endpoint->parameters : &none;
}

/* A version is of answers that are cached: not of the command line. */
static bool is_option(const hs_parameter *p) {
    return strcmp(p->name, "v") != 0;
}

static bool takes(const hs_hotspot_method *method, const char *name) {
    for (const hs_parameter *p = parameters_of(method); p->name; p++)
        if (strcmp(p->name, name) == 0) return true;
    return false;
}

/* Whether a method before this one has the parameter already. */
static bool is_known(size_t method, const char *name) {
    for (size_t m = 0; m < method; m++)
        if (takes(hs_hotspot_method_at(m), name)) return true;
    return false;
}

static hs_option option_of(const hs_parameter *p) {
    const char *value = strcmp(p->type, "boolean") == 0                                     ? NULL
                        : strcmp(p->type, "integer") == 0 || strcmp(p->type, "number") == 0 ? "N"
                                                                                            : "VALUE";
    return (hs_option){p->name, value, p->help_en, p->help_zh};
}

static bool further(size_t index, hs_option *option) {
    const hs_hotspot_method *method;
    for (size_t m = 0; (method = hs_hotspot_method_at(m)); m++)
        for (const hs_parameter *p = parameters_of(method); p->name; p++) {
            if (!is_option(p) || is_known(m, p->name) || index-- > 0) continue;
            *option = option_of(p);
            return true;
        }
    return false;
}

/* Methods that take the same parameters stand together. */
static void print_further(FILE *out, bool chinese) {
    const hs_hotspot_method *method;
    for (size_t m = 0; (method = hs_hotspot_method_at(m)); m++) {
        const hs_hotspot_method *next = hs_hotspot_method_at(m + 1);
        fprintf(out, "%s%-26s   %s\n", m == 0 ? "\n" : "", hs_hotspot_method_name(method),
                hs_hotspot_method_help(method, chinese));
        if (next && parameters_of(next) == parameters_of(method)) continue;
        for (const hs_parameter *p = parameters_of(method); p->name; p++) {
            const hs_option option = option_of(p);
            if (is_option(p)) hs_print_option(out, &option, chinese);
        }
        fputs("\n", out);
    }
}

static hs_status save(const hs_arguments *arguments, hs_service *service, const hs_hotspot_run *run,
                      const hs_saving *saving, hs_error *error) {
    hs_saved_report report;
    hs_status status = hs_service_save_hotspots(service, run, saving, error, &report);
    if (status == HS_OK)
        printf(hs_say(arguments, "saved as run %lld (batch %lld), %llu features\n",
                      "已保存为分析 %lld（批次 %lld），%llu 个要素\n"),
               (long long)report.run, (long long)report.batch, (unsigned long long)report.features);
    return status;
}

static void tell(const hs_arguments *arguments, const hs_hotspot_run *run, const char *where) {
    hs_buffer words;
    hs_buffer_init(&words, 65536);
    hs_hotspots_explain(run, arguments->chinese, &words);
    printf("%s: %u %s\n%.*s\n", where, (unsigned)hs_hotspots_significant(run),
           hs_say(arguments, "significant", "处显著"), (int)words.size, words.data ? words.data : "");
    hs_buffer_done(&words);
}

/* Options of the command itself are no words of a method. */
static bool is_own(const char *name) {
    return strcmp(name, "save") == 0 || strcmp(name, "output") == 0;
}

static hs_status make(const hs_arguments *arguments, const hs_hotspot_method *method, const char *path,
                      hs_service *service, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    size_t count = (size_t)arguments->option_count;
    hs_str *names = arena ? hs_arena_array(arena, count + 1, sizeof *names) : NULL;
    hs_str *values = arena ? hs_arena_array(arena, count + 1, sizeof *values) : NULL;
    hs_status status = names && values ? HS_OK : hs_error_memory(error, "options");
    const char *title = hs_arguments_get(arguments, "save");
    size_t words = 0;
    for (size_t i = 0; i < count && status == HS_OK; i++) {
        const char *value = arguments->options[i].value;
        if (is_own(arguments->options[i].name)) continue;
        names[words] = hs_str_of(arguments->options[i].name);
        values[words++] = *value ? hs_str_of(value) : HS_STR("true");
    }
    if (status == HS_OK && title) status = hs_saved_title_check(hs_str_of(title), error);
    hs_hotspot_run run = {0};
    if (status == HS_OK)
        status = hs_hotspots_parse(method, snapshot, names, values, words, title != NULL, arena, error, &run);
    int percent = -1;
    const hs_shown_share shown = {arguments, hs_hotspot_method_name(method), &percent};
    run.progress = (hs_progress){hs_show_share, &shown};
    if (status == HS_OK) status = hs_hotspots_compute(service, &run, error);
    hs_show_progress_end(arguments);
    if (status == HS_OK && path) status = hs_hotspots_file(service, &run, path, error);
    if (status == HS_OK) tell(arguments, &run, path ? path : title);
    const hs_saving saving = {.title = hs_str_of(title), .names = names, .values = values, .count = words};
    if (status == HS_OK && title) status = save(arguments, service, &run, &saving, error);
    hs_hotspots_done(&run);
    hs_arena_free(arena);
    hs_snapshot_unref(snapshot);
    return status;
}

static int refuse_method(const hs_arguments *arguments) {
    fputs(hs_say(arguments, "hotspotd hotspots: -o FILE or --save TITLE is needed, and METHOD is one of",
                 "hotspotd hotspots：需要 -o 文件或 --save 标题，方法为其一："),
          stderr);
    const hs_hotspot_method *method;
    for (size_t m = 0; (method = hs_hotspot_method_at(m)); m++)
        fprintf(stderr, " %s", hs_hotspot_method_name(method));
    fputs("\n", stderr);
    return HS_EXIT_USAGE;
}

/* An option of another method would have no effect: nobody should take it for heard. */
static const char *find_unheard(const hs_arguments *arguments, const hs_hotspot_method *method) {
    hs_option option;
    for (int i = 0; i < arguments->option_count; i++)
        for (size_t k = 0; further(k, &option); k++)
            if (strcmp(option.name, arguments->options[i].name) == 0 && !takes(method, option.name))
                return option.name;
    return NULL;
}

static int run(const hs_arguments *arguments) {
    const hs_hotspot_method *method = hs_hotspot_method_named(hs_str_of(arguments->positional[1]));
    const char *path = hs_arguments_get(arguments, "output");
    const char *title = hs_arguments_get(arguments, "save");
    if (!method || (!path && !title)) return refuse_method(arguments);
    const char *unheard = find_unheard(arguments, method);
    if (unheard) {
        fprintf(stderr,
                hs_say(arguments, "hotspotd hotspots: %s takes no --%s\n",
                       "hotspotd hotspots：%s 没有选项 --%s\n"),
                hs_hotspot_method_name(method), unheard);
        return HS_EXIT_USAGE;
    }
    hs_error error = {0};
    hs_service *service = NULL;
    hs_status status = hs_service_open(arguments->positional[0], title ? HS_STORE_WRITE : HS_STORE_READ, NULL,
                                       &error, &service);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) status = make(arguments, method, path, service, &error);
    hs_service_close(service);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

const hs_command hs_command_hotspots = {
    "hotspots",
    "STORE METHOD -o FILE | --save TITLE",
    "hotspots as statistics; its --help lists the methods and what each takes",
    "统计热点；其 --help 列出各方法与选项",
    options,
    2,
    2,
    run,
    true,
};

const hs_derived_options hs_hotspot_options = {further, print_further};
