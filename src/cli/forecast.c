#include "api/endpoint.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/command.h"
#include "service/focus_files.h"

#include <string.h>

static const hs_option options[] = {
    {"output", "FILE",
     "what to write, by extension (also -o): .geojson .gpkg .fgb .csv .xlsx .kml .shp, of streets .gpx",
     "输出文件，格式由扩展名决定（同 -o）：.geojson .gpkg .fgb .csv .xlsx .kml .shp，街道另有 .gpx"},
    {NULL, NULL, NULL, NULL},
};
static const hs_option focus_options[] = {
    {"output", "FILE",
     "what to write, by extension (also -o): .pdf (a sheet a crew) .gpx .kml .xlsx .geojson .gpkg .csv .shp",
     "输出文件，格式由扩展名决定（同 -o）：.pdf（每队一份任务单）.gpx .kml .xlsx .geojson .gpkg .csv .shp"},
    {NULL, NULL, NULL, NULL},
};

/* Files go by their extension and speak the command's language, and a version is of answers that are cached.
 */
static bool is_of_requests(const char *name) {
    return strcmp(name, "v") == 0 || strcmp(name, "f") == 0 || strcmp(name, "lang") == 0;
}

/* The k-th parameter of an endpoint as an option. */
static bool option_of(const hs_endpoint *endpoint, size_t index, hs_option *option) {
    const hs_parameter none = {0}, *p = endpoint && endpoint->parameters ? endpoint->parameters : &none;
    for (; p->name; p++) {
        if (is_of_requests(p->name) || index-- > 0) continue;
        const char *value = strcmp(p->type, "boolean") == 0  ? NULL
                            : strcmp(p->type, "string") == 0 ? "VALUE"
                                                             : "N";
        *option = (hs_option){p->name, value, p->help_en, p->help_zh};
        return true;
    }
    return false;
}

static bool further_of_forecast(size_t index, hs_option *option) {
    return option_of(hs_endpoint_of_forecast(), index, option);
}

static bool further_of_focus(size_t index, hs_option *option) {
    return option_of(hs_endpoint_of_focus(), index, option);
}

static void print_forecast(FILE *out, bool chinese) {
    hs_option option;
    for (size_t k = 0; further_of_forecast(k, &option); k++)
        hs_print_option(out, &option, chinese);
}

static void print_focus(FILE *out, bool chinese) {
    hs_option option;
    for (size_t k = 0; further_of_focus(k, &option); k++)
        hs_print_option(out, &option, chinese);
}

/* What tells a plan from any other: its options and its data. */
static const char *run_of(const hs_arguments *arguments, const hs_snapshot *snapshot, hs_arena *arena) {
    uint64_t hash = snapshot->version;
    for (int i = 0; i < arguments->option_count; i++) {
        if (strcmp(arguments->options[i].name, "output") == 0) continue;
        hash = hs_hash_str(hs_str_of(arguments->options[i].name), hash);
        hash = hs_hash_str(hs_str_of(arguments->options[i].value), hash);
    }
    return hs_arena_printf(arena, "%08x", (unsigned)hash);
}

static hs_status write_plan(const hs_arguments *arguments, hs_service *service, const hs_hotspot_run *run,
                            const char *path, hs_arena *arena, hs_error *error) {
    const char *crew = hs_arguments_get(arguments, "crew");
    const char *style = hs_arguments_get(arguments, "style");
    int64_t now = hs_clock_now_s();
    int64_t local = now + hs_timezone_offset(run->snapshot->timezone, now);
    int64_t number = 0;
    hs_map_styles *styles = NULL;
    if (crew && !(hs_str_to_int(hs_str_of(crew), &number) && number >= 1 && number <= 100))
        return hs_error_set(error, HS_E_ARGUMENT, "crew: 1 to 100 is expected");
    hs_status status = hs_map_styles_new(error, &styles);
    if (status != HS_OK) return status;
    hs_focus_file file = {.chinese = arguments->chinese,
                          .crew = (uint32_t)number,
                          .style = hs_map_styles_find(styles, hs_str_of(style ? style : "print")),
                          .run = run_of(arguments, run->snapshot, arena),
                          .date_s = now - local % 86400};
    if (!file.style) status = hs_error_set(error, HS_E_ARGUMENT, "style: light, dark or print is expected");
    if (status == HS_OK && !file.run) status = hs_error_memory(error, "a plan");
    if (status == HS_OK) status = hs_focus_write_file(service, run, path, &file, arena, error);
    hs_map_styles_free(styles);
    return status;
}

static hs_status make(const hs_arguments *arguments, const hs_hotspot_method *method, const char *path,
                      hs_service *service, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    size_t count = (size_t)arguments->option_count;
    hs_str *names = arena ? hs_arena_array(arena, count + 1, sizeof *names) : NULL;
    hs_str *values = arena ? hs_arena_array(arena, count + 1, sizeof *values) : NULL;
    hs_status status = names && values ? HS_OK : hs_error_memory(error, "options");
    for (size_t i = 0; i < count && status == HS_OK; i++) {
        const char *value = arguments->options[i].value;
        names[i] = hs_str_of(arguments->options[i].name);
        values[i] = *value ? hs_str_of(value) : HS_STR("true");
    }
    hs_hotspot_run run = {0};
    if (status == HS_OK)
        status = hs_hotspots_parse(method, snapshot, names, values, count, false, arena, error, &run);
    int percent = -1;
    const hs_shown_share shown = {arguments, method->name, &percent};
    run.progress = (hs_progress){hs_show_share, &shown};
    if (status == HS_OK) status = hs_hotspots_compute(service, &run, error);
    hs_show_progress_end(arguments);
    if (status == HS_OK)
        status = method == hs_focus_hotspot_method()
                     ? write_plan(arguments, service, &run, path, arena, error)
                     : hs_hotspots_file(service, &run, path, error);
    if (status == HS_OK) {
        hs_buffer words;
        hs_buffer_init(&words, 65536);
        hs_hotspots_explain(&run, arguments->chinese, &words);
        printf("%s: %u %s\n%.*s\n", path, (unsigned)hs_hotspots_significant(&run),
               hs_say(arguments, "chosen", "处入选"), (int)words.size, words.data ? words.data : "");
        hs_buffer_done(&words);
    }
    hs_hotspots_done(&run);
    hs_arena_free(arena);
    hs_snapshot_unref(snapshot);
    return status;
}

static int run(const hs_arguments *arguments, const hs_hotspot_method *method) {
    const char *path = hs_arguments_get(arguments, "output"), *name = hs_hotspot_method_name(method);
    if (!path) {
        fprintf(stderr, hs_say(arguments, "hotspotd %s: -o FILE is needed\n", "hotspotd %s：需要 -o 文件\n"),
                name);
        return HS_EXIT_USAGE;
    }
    hs_error error = {0};
    hs_service *service = NULL;
    hs_status status = hs_service_open(arguments->positional[0], HS_STORE_READ, NULL, &error, &service);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) status = make(arguments, method, path, service, &error);
    hs_service_close(service);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

static int run_forecast(const hs_arguments *arguments) {
    return run(arguments, hs_forecast_hotspot_method());
}

static int run_focus(const hs_arguments *arguments) {
    return run(arguments, hs_focus_hotspot_method());
}

const hs_command hs_command_forecast = {
    "forecast",
    "STORE -o FILE",
    "where incidents are to be expected, with scores on held-out periods",
    "预测案件将发生之处，附留出期评分",
    options,
    1,
    1,
    run_forecast,
    true,
};

const hs_command hs_command_focus = {
    "focus",
    "STORE --budget 10km|120h -o FILE",
    "where and when to enforce within a budget, with scores on held-out periods",
    "在预算内选定执法路段与时段，附留出期评分",
    focus_options,
    1,
    1,
    run_focus,
    true,
};

const hs_derived_options hs_forecast_derived = {further_of_forecast, print_forecast};
const hs_derived_options hs_focus_derived = {further_of_focus, print_focus};
