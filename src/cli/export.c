#include "service/export.h"
#include "base/text.h"
#include "cli/command.h"

#include <signal.h>
#include <stdlib.h>

static const hs_option options[] = {
    {"output", "FILE",
     "what to write, by extension (also -o): .geojson .geojsonl .geojsons .gpkg .fgb .csv "
     ".xlsx .kml .gpx .shp.zip .shp",
     "输出文件，格式由扩展名决定（同 -o）：.geojson .geojsonl .geojsons .gpkg .fgb .csv .xlsx .kml .gpx "
     ".shp.zip .shp"},
    {"run", "ID", "of hotspots: the features of one saved run", "hotspots 要素集：只导出某次已存分析"},
    {NULL, NULL, NULL, NULL},
};

/* An export that is interrupted takes its private folder away before it ends. */
static volatile sig_atomic_t interrupted;

static void interrupt(int number) {
    interrupted = number;
}

static void listen_for_interrupts(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)sigaction(numbers[i], &action, NULL);
}

static void end_if_interrupted(void) {
    if (!interrupted) return;
    (void)signal(interrupted, SIG_DFL);
    (void)raise(interrupted);
}

static bool on_progress(void *context, uint64_t done, uint64_t total) {
    hs_show_progress(context, "rows", (double)done, (double)total);
    return !interrupted;
}

static void on_warn(void *context, const char *message) {
    const hs_arguments *arguments = context;
    hs_show_progress_end(arguments);
    fprintf(stderr, "%s: %s\n", hs_say(arguments, "warning", "注意"), message);
}

static int list_collections(const char *given) {
    fprintf(stderr, "hotspotd: no collection %s; one of", given);
    for (const hs_collection *c = hs_collections; c->id; c++)
        fprintf(stderr, " %s", c->id);
    fputs(" is expected\n", stderr);
    return HS_EXIT_USAGE;
}

static int list_formats(const hs_arguments *arguments) {
    fputs(hs_say(arguments, "hotspotd export: -o FILE is needed, with one of",
                 "hotspotd export：需要 -o 文件，扩展名为以下之一："),
          stderr);
    for (const hs_export_format *f = hs_export_formats; f->name; f++)
        fprintf(stderr, " .%s", f->extension);
    fputc('\n', stderr);
    return HS_EXIT_USAGE;
}

static int export_file(const hs_arguments *arguments, const hs_export_request *request, const char *path) {
    hs_error error = {0};
    hs_service *service = NULL;
    uint64_t rows = 0;
    listen_for_interrupts();
    hs_status status = hs_service_open(arguments->positional[0], HS_STORE_READ, NULL, &error, &service);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) {
        hs_snapshot *snapshot = hs_service_snapshot(service);
        status = hs_service_export(service, snapshot, request, path, &error, &rows);
        hs_snapshot_unref(snapshot);
    }
    hs_show_progress_end(arguments);
    hs_service_close(service);
    end_if_interrupted();
    if (status != HS_OK) return hs_fail(&error);
    printf("%s: %llu %s\n", path, (unsigned long long)rows,
           hs_say(arguments, request->collection->id, request->collection->title_zh));
    return HS_EXIT_DONE;
}

static int run(const hs_arguments *arguments) {
    const hs_collection *collection = hs_collection_find(hs_str_of(arguments->positional[1]));
    if (!collection) return list_collections(arguments->positional[1]);
    const char *path = hs_arguments_get(arguments, "output");
    const hs_export_format *format = path ? hs_export_format_of_path(path) : NULL;
    if (!format) return list_formats(arguments);
    hs_str *names = calloc((size_t)arguments->option_count + 1, sizeof *names);
    hs_str *values = calloc((size_t)arguments->option_count + 1, sizeof *values);
    int result = HS_EXIT_STORE;
    for (int i = 0; names && values && i < arguments->option_count; i++) {
        names[i] = hs_str_of(arguments->options[i].name);
        values[i] = hs_str_of(arguments->options[i].value);
    }
    const hs_export_request request = {.collection = collection,
                                       .format = format,
                                       .names = names,
                                       .values = values,
                                       .count = (size_t)arguments->option_count,
                                       .context = (void *)arguments,
                                       .progress = on_progress,
                                       .warn = on_warn};
    if (names && values) result = export_file(arguments, &request, path);
    free(names);
    free(values);
    return result;
}

const hs_command hs_command_export = {
    "export",
    "STORE COLLECTION -o FILE",
    "a collection as a file: cities districts subdistricts communities cells units streets segments "
    "addresses places zones incidents population targets taxonomy hotspots",
    "导出要素集为文件：cities districts subdistricts communities cells units streets segments addresses "
    "places zones incidents population targets taxonomy hotspots",
    options,
    2,
    2,
    run,
    true,
};
