#include "base/text.h"
#include "city/filter.h"
#include "cli/command.h"
#include "service/density_legend.h"
#include "service/left_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const hs_option options[] = {
    {"output", "FILE", "what to write (also -o): .tif, .png (with .pgw and .prj) or .geojson (isobands)",
     "输出文件（同 -o）：.tif、.png（附 .pgw、.prj）或 .geojson（等值面）"},
    {"bandwidth", "M|METHOD", "bandwidth in ground metres (default 300), or scott silverman diggle ppl",
     "带宽（地面米，默认 300），或方法名 scott silverman diggle ppl"},
    {"kernel", "K", "quartic (default) epanechnikov gaussian triweight uniform triangular",
     "核函数：quartic（默认）epanechnikov gaussian triweight uniform triangular"},
    {"cell", "M", "side of a cell (default: an eighth of the bandwidth)", "像元边长（默认带宽的八分之一）"},
    {"exact", NULL, "taken, and always so here", "精确计算（此处总是精确）"},
    {"adaptive", NULL, "Abramson's bandwidths: wide where incidents are few",
     "Abramson 自适应带宽：案件稀处宽"},
    {"edge-correction", NULL, "divide each kernel by its mass inside the city; nothing counts outside",
     "边界校正：核除以其在市域内的份额，界外不计"},
    {"at", "TIME", "instant, or now: a rate at that moment", "时刻或 now：该时刻的速率"},
    {"time-bandwidth", "P7D", "bandwidth in time", "时间带宽"},
    {"time-kernel", "K", "kernel in time", "时间核"},
    {"compare", "PERIOD", "difference to another period", "与另一时段之差"},
    {"over", "all|CODES|population", "relative risk over other problems, or over residents",
     "相对其他问题或人口的风险"},
    {"population", "attribute:NAME",
     "the units' number of residents (default imported population, else population, pop, 人口, 常住人口)",
     "单元的人口数（默认为导入的人口，否则 population、pop、人口、常住人口）"},
    {"tolerance", "P",
     "only what departs from 0 at this two-sided p-value, pointwise (0.05); .tif adds a band",
     "仅保留在此双侧 p 值上偏离 0 之处，逐点检验（如 0.05）；.tif 增加一个波段"},
    {"min-n", "N", "masked where fewer effective incidents (residents) lie under the kernel",
     "核下有效案件（人口）少于此数处不绘"},
    {"network", NULL,
     "density of streets: lixels as lines into .geojson .gpkg .fgb .csv .xlsx .kml .gpx .shp .shp.zip",
     "沿街道的密度：街道小段作为线写入 .geojson .gpkg .fgb .csv .xlsx .kml .gpx .shp .shp.zip"},
    {"network-kernel", "K", "equal-split-continuous (default) equal-split-discontinuous simple",
     "equal-split-continuous（默认）equal-split-discontinuous simple"},
    {"snap", "M", "farthest that an incident may lie from its street (default 50)",
     "案件到街道的最大距离（默认 50）"},
    {"lixel", "M", "length of a lixel (default: a twentieth of the bandwidth, 5 to 50)",
     "街道小段长度（默认带宽的二十分之一，5 至 50）"},
    {"ramp", "NAME", "colour ramp of .png and .geojson", "色带（.png 与 .geojson）"},
    {"breaks", "LIST", "class breaks, comma separated", "分级界线，逗号分隔"},
    {"legend", "FILE.png", "writes the legend too, as a picture", "同时把图例写成图片"},
    {NULL, NULL, NULL, NULL},
};

/* The options as words; flags are `true`. */
static size_t words_of(const hs_arguments *arguments, hs_str *names, hs_str *values) {
    for (int i = 0; i < arguments->option_count; i++) {
        const char *value = arguments->options[i].value;
        names[i] = hs_str_of(arguments->options[i].name);
        values[i] = *value ? hs_str_of(value) : HS_STR("true");
    }
    return (size_t)arguments->option_count;
}

static hs_status write_file(const char *path, const void *bytes, size_t size, hs_error *error) {
    FILE *file = fopen(path, "wb");
    bool done = file && fwrite(bytes, 1, size, file) == size;
    if (file && fclose(file) != 0) done = false;
    return done ? HS_OK : hs_error_set(error, HS_E_IO, "%s: %s", path, strerror(errno));
}

/* `city.png` and its `.pgw`, `.prj` beside it. */
static hs_status write_beside(const char *path, const char *extension, const char *text, hs_error *error) {
    size_t stem = strlen(path) - 4;
    char *beside = malloc(stem + 5);
    if (!beside) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    (void)snprintf(beside, stem + 5, "%.*s%s", (int)stem, path, extension);
    hs_status status = write_file(beside, text, strlen(text), error);
    free(beside);
    return status;
}

static hs_status write_png(const char *path, const hs_snapshot *snapshot, const hs_ramp_classes *classes,
                           double tolerance, hs_density_raster *raster, hs_error *error) {
    const hs_raster_grid *g = &raster->grid;
    hs_buffer out;
    hs_buffer_init(&out, (size_t)1 << 30);
    hs_density_keep_significant(raster, tolerance);
    hs_status status = hs_render_density_picture(raster->values, g->columns, g->rows, classes, error, &out);
    if (status == HS_OK) status = write_file(path, out.data, out.size, error);
    hs_buffer_done(&out);
    char text[512];
    (void)snprintf(text, sizeof text, "%.12g\n0\n0\n%.12g\n%.12g\n%.12g\n", g->cell_m, -g->cell_m,
                   g->west_m + 0.5 * g->cell_m, g->north_m - 0.5 * g->cell_m);
    if (status == HS_OK) status = write_beside(path, ".pgw", text, error);
    (void)snprintf(text, sizeof text,
                   "PROJCS[\"city_plane\",GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\","
                   "6378137,298.257223563]],PRIMEM[\"Greenwich\",0],UNIT[\"Degree\",0.0174532925199433]],"
                   "PROJECTION[\"Azimuthal_Equidistant\"],PARAMETER[\"False_Easting\",0],"
                   "PARAMETER[\"False_Northing\",0],PARAMETER[\"Central_Meridian\",%.10g],"
                   "PARAMETER[\"Latitude_Of_Origin\",%.10g],UNIT[\"Meter\",1]]\n",
                   snapshot->plane.center_lon_deg, snapshot->plane.center_lat_deg);
    return status == HS_OK ? write_beside(path, ".prj", text, error) : status;
}

static hs_status write_isobands(const char *path, const hs_snapshot *snapshot,
                                const hs_density_request *request, const hs_ramp_classes *classes,
                                const hs_density_raster *raster, const hs_left_out *left_out,
                                hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, (size_t)1 << 30);
    hs_json_init(&json, &out);
    hs_status status = hs_density_isobands(snapshot, request, classes, raster, error, &json);
    if (status == HS_OK) hs_left_out_append(&out, left_out);
    if (status == HS_OK && out.status != HS_OK)
        status = hs_error_set(error, HS_E_LIMIT, "over 1 GiB of isobands: take larger cells");
    if (status == HS_OK) status = write_file(path, out.data, out.size, error);
    hs_buffer_done(&out);
    return status;
}

typedef struct asking {
    hs_density_request request;
    hs_ramps *ramps;
    hs_ramp_classes classes;
    hs_box box;
    bool has_box;
    double cell_m;
    hs_left_out left_out;
} asking;

static hs_status write_lixels(const char *path, const hs_snapshot *snapshot, const asking *a,
                              const hs_density_streets *streets, hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, (size_t)1 << 30);
    hs_json_init(&json, &out);
    hs_density_lixels(snapshot, &a->request, &a->classes, streets, a->has_box ? &a->box : NULL, &json);
    hs_left_out_append(&out, &a->left_out);
    hs_status status = out.status == HS_OK ? write_file(path, out.data, out.size, error)
                                           : hs_error_set(error, HS_E_LIMIT,
                                                          "over 1 GiB of lixels: take longer ones or a bbox");
    hs_buffer_done(&out);
    return status;
}

static void on_warn(void *context, const char *message) {
    hs_show_progress_end(context);
    fprintf(stderr, "%s: %s\n", hs_say(context, "warning", "注意"), message);
}

static bool is_whole_geojson(const hs_export_format *format) {
    return format->maker == HS_MAKE_GEOJSON && !format->is_sequence;
}

static bool ends_with(const char *path, const char *extension) {
    size_t size = strlen(path);
    size_t tail = strlen(extension);
    return size > tail && strcmp(path + size - tail, extension) == 0;
}

static hs_status ask(const hs_arguments *arguments, hs_service *service, const hs_snapshot *snapshot,
                     hs_arena *arena, hs_error *error, asking *a) {
    hs_str *names = hs_arena_array(arena, (size_t)arguments->option_count + 1, sizeof *names);
    hs_str *values = hs_arena_array(arena, (size_t)arguments->option_count + 1, sizeof *values);
    if (!names || !values) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    size_t count = words_of(arguments, names, values);
    hs_status status = hs_density_raster_parse(snapshot, names, values, count, arena, error, &a->request,
                                               &a->box, &a->has_box, &a->cell_m);
    if (status == HS_OK) status = hs_service_density_choose(service, snapshot, &a->request, error);
    if (status == HS_OK) status = hs_ramps_new(error, &a->ramps);
    const char *ramp = hs_arguments_get(arguments, "ramp");
    const char *breaks = hs_arguments_get(arguments, "breaks");
    if (status == HS_OK)
        status = hs_ramps_classes(a->ramps, hs_str_of(ramp ? ramp : ""), hs_str_of(breaks ? breaks : ""),
                                  hs_density_scale(&a->request), hs_filter_problem(&a->request.filter), error,
                                  &a->classes);
    return status;
}

/* The number that a method gave. */
static void say_bandwidth(const hs_arguments *arguments, const hs_density_request *request) {
    if (request->bandwidth_source != HS_BANDWIDTH_CHOSEN) return;
    printf("%s %g m (%s, %llu %s)\n", hs_say(arguments, "bandwidth", "带宽"), request->bandwidth_m,
           hs_density_bandwidth_source(request), (unsigned long long)request->chosen.used,
           hs_say(arguments, "incidents", "件案件"));
}

/* The legend of the same request beside the picture, twice as fine for print; on dark paper where the ramp is
 * the dark one. */
static hs_status write_legend(const hs_arguments *arguments, hs_service *service, const hs_snapshot *snapshot,
                              const asking *a, hs_arena *arena, hs_error *error) {
    const char *path = hs_arguments_get(arguments, "legend");
    const char *ramp = hs_arguments_get(arguments, "ramp");
    bool dark = ramp && strcmp(ramp, "dark") == 0;
    const hs_density_legend legend = {&a->request, &a->classes, hs_ramps_paper(a->ramps, dark),
                                      arguments->chinese, 2};
    hs_buffer out;
    hs_buffer_init(&out, (size_t)64 << 20);
    hs_status status = hs_service_density_legend(service, snapshot, &legend, arena, error, &out);
    if (status == HS_OK) status = write_file(path, out.data, out.size, error);
    hs_buffer_done(&out);
    return status;
}

static hs_status make_streets(const hs_arguments *arguments, const char *path, hs_service *service,
                              const hs_snapshot *snapshot, const asking *a, hs_error *error) {
    const hs_export_format *format = hs_export_format_of_path(path);
    hs_density_streets streets;
    if (!format)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%s: streets are lines: take .geojson, .gpkg or another vector format", path);
    hs_show_progress(arguments, "density", 0, 1);
    hs_status status = hs_service_density_streets(service, snapshot, &a->request, error, &streets);
    if (status != HS_OK) return status;
    const hs_density_warning warning = {(void *)arguments, on_warn};
    status = is_whole_geojson(format)
                 ? write_lixels(path, snapshot, a, &streets, error)
                 : hs_density_lixels_file(service, snapshot, &a->request, &a->classes, &streets,
                                          a->has_box ? &a->box : NULL, format, path, &warning, error);
    hs_show_progress(arguments, "density", 1, 1);
    hs_show_progress_end(arguments);
    if (status == HS_OK)
        printf("%s: %llu %s %.0f m, %llu %s, %s\n", path, (unsigned long long)streets.snapping.snapped,
               hs_say(arguments, "incidents on streets within", "件案件落在街道上，距离不超过"),
               a->request.snap_m, (unsigned long long)streets.snapping.left_out,
               hs_say(arguments, "left out", "件未计入"),
               hs_say(arguments, hs_density_unit_en(&a->request), hs_density_unit_zh(&a->request)));
    hs_density_streets_done(&streets);
    return status;
}

static hs_status make_plane(const hs_arguments *arguments, const char *path, hs_service *service,
                            const hs_snapshot *snapshot, const asking *a, hs_error *error) {
    hs_density_raster raster = {0};
    hs_show_progress(arguments, "density", 0, 2);
    hs_status status = hs_service_density_raster(service, snapshot, &a->request, a->has_box ? &a->box : NULL,
                                                 a->cell_m, error, &raster);
    hs_show_progress(arguments, "density", 1, 2);
    if (status == HS_OK) {
        if (ends_with(path, ".tif"))
            status = hs_density_tif(snapshot, &a->request, &raster, path, error, NULL);
        else if (ends_with(path, ".png"))
            status = write_png(path, snapshot, &a->classes, a->request.tolerance, &raster, error);
        else
            status = write_isobands(path, snapshot, &a->request, &a->classes, &raster, &a->left_out, error);
    }
    hs_show_progress(arguments, "density", 2, 2);
    hs_show_progress_end(arguments);
    if (status == HS_OK)
        printf("%s: %u x %u %s %g m, %s\n", path, (unsigned)raster.grid.columns, (unsigned)raster.grid.rows,
               hs_say(arguments, "cells of", "像元，边长"), raster.grid.cell_m,
               hs_say(arguments, hs_density_unit_en(&a->request), hs_density_unit_zh(&a->request)));
    hs_density_raster_done(&raster);
    return status;
}

/* Incidents that are in no picture, and why. */
static void say_left_out(const hs_arguments *arguments, const hs_left_out *out) {
    if (out->unmatched + out->inaccurate == 0) return;
    fprintf(stderr,
            hs_say(arguments,
                   "left out of %llu incidents: %llu without a position, %llu known worse than to %.0f m\n",
                   "共 %llu 件，未计入：无位置 %llu 件，精度劣于上限 %llu 件（上限 %.0f 米）\n"),
            (unsigned long long)out->total, (unsigned long long)out->unmatched,
            (unsigned long long)out->inaccurate, out->max_accuracy_m >= 0 ? out->max_accuracy_m : 65535.0);
}

static hs_status make(const hs_arguments *arguments, const char *path, hs_service *service, hs_error *error) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    asking a = {0};
    hs_status status = arena ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) status = ask(arguments, service, snapshot, arena, error, &a);
    if (status == HS_OK)
        status = hs_service_left_out(service, snapshot, &a.request.filter, error, &a.left_out);
    if (status == HS_OK)
        status = a.request.network ? make_streets(arguments, path, service, snapshot, &a, error)
                                   : make_plane(arguments, path, service, snapshot, &a, error);
    if (status == HS_OK) say_bandwidth(arguments, &a.request);
    if (status == HS_OK) say_left_out(arguments, &a.left_out);
    if (status == HS_OK && hs_arguments_has(arguments, "legend"))
        status = write_legend(arguments, service, snapshot, &a, arena, error);
    hs_ramps_free(a.ramps);
    hs_arena_free(arena);
    hs_snapshot_unref(snapshot);
    return status;
}

static int run(const hs_arguments *arguments) {
    const char *path = hs_arguments_get(arguments, "output");
    bool streets = hs_arguments_has(arguments, "network");
    bool known =
        path && (streets ? hs_export_format_of_path(path) != NULL
                         : ends_with(path, ".tif") || ends_with(path, ".png") || ends_with(path, ".geojson"));
    if (!known) {
        fprintf(stderr, "%s\n",
                streets
                    ? hs_say(arguments,
                             "hotspotd density: with --network -o FILE of a vector format is needed, as "
                             ".geojson, .gpkg, .fgb, .csv, .xlsx, .kml, .gpx, .shp or .shp.zip",
                             "hotspotd density：--network 需要 -o 矢量文件，如 .geojson、.gpkg、.fgb、.csv、"
                             ".xlsx、.kml、.gpx、.shp 或 .shp.zip")
                    : hs_say(arguments, "hotspotd density: -o FILE with .tif, .png or .geojson is needed",
                             "hotspotd density：需要 -o 文件，扩展名为 .tif、.png 或 .geojson"));
        return HS_EXIT_USAGE;
    }
    const char *legend = hs_arguments_get(arguments, "legend");
    if (ends_with(path, ".tif") && !legend &&
        (hs_arguments_has(arguments, "ramp") || hs_arguments_has(arguments, "breaks"))) {
        fprintf(stderr, "%s\n",
                hs_say(arguments,
                       "hotspotd density: --ramp and --breaks have no effect on a .tif without --legend",
                       "hotspotd density：不写 --legend 时，--ramp 与 --breaks 对 .tif 无作用"));
        return HS_EXIT_USAGE;
    }
    if (legend && !ends_with(legend, ".png")) {
        fprintf(stderr, "%s\n",
                hs_say(arguments, "hotspotd density: --legend takes a .png file",
                       "hotspotd density：--legend 需要 .png 文件"));
        return HS_EXIT_USAGE;
    }
    hs_error error = {0};
    hs_service *service = NULL;
    hs_status status = hs_service_open(arguments->positional[0], HS_STORE_READ, NULL, &error, &service);
    if (status == HS_OK) status = hs_service_load(service, &error, NULL);
    if (status == HS_OK) status = make(arguments, path, service, &error);
    hs_service_close(service);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

const hs_command hs_command_density = {
    "density",
    "STORE -o FILE",
    "kernel density as GeoTIFF, picture or isobands",
    "核密度：GeoTIFF、图片或等值面",
    options,
    1,
    1,
    run,
    true,
};
