#include "service/hotspots.h"
#include "base/text.h"
#include "cli/command.h"

static const hs_option options[] = {
    {"output", "FILE", "what to write, by extension (also -o): .geojson .gpkg .fgb .csv .xlsx .kml .shp",
     "输出文件，格式由扩展名决定（同 -o）：.geojson .gpkg .fgb .csv .xlsx .kml .shp"},
    {"level", "LEVEL",
     "units analysed: community, cell, subdistrict ... (default community, else what there is)",
     "分析单元层级：community、cell、subdistrict 等（默认 community，否则为已有层级）"},
    {"grid", "square:M|hex:M", "instead a grid: side, or width across flats, in metres",
     "改用网格：方格边长或六边形对边距（米）"},
    {"streets", NULL, "instead street segments", "改用街道段"},
    {"weights", "W", "queen (default) rook knn:K band:M kernel:M network:M (streets)",
     "邻接权重：queen（默认）rook knn:K band:M kernel:M network:M（街道）"},
    {"style", "B|W", "binary (default of gi-star) or row-standardised", "二元（gi-star 默认）或行标准化"},
    {"value", "V", "count (default) per-km2 per-km per-population eb eb-local",
     "数值：count（默认）per-km2 per-km per-population eb eb-local"},
    {"count", "attribute:NAME", "the units' column instead of incidents", "以单元的列代替案件数"},
    {"population", "attribute:NAME", "the units' column of residents", "单元人口列"},
    {"permutations", "N", "0: analytic p-values (default: 9999, more where a lone unit needs them)",
     "置换次数，0 为解析法（默认 9999，必要时增加）"},
    {"seed", "N", "of the permutations (default 1)", "置换的随机种子（默认 1）"},
    {"alpha", "P", "significance after correction (default 0.05)", "校正后的显著性水平（默认 0.05）"},
    {"correction", "C", "bh (default) by bonferroni none", "多重检验校正：bh（默认）by bonferroni none"},
    {NULL, NULL, NULL, NULL},
};

static hs_status make(const hs_arguments *arguments, hs_hotspot_method method, const char *path,
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
    hs_hotspot_request request;
    hs_hotspots hotspots = {0};
    if (status == HS_OK)
        status = hs_hotspot_request_parse(snapshot, method, names, values, count, arena, error, &request);
    if (status == HS_OK) status = hs_service_hotspots(service, snapshot, &request, error, &hotspots);
    if (status == HS_OK) status = hs_hotspots_file(service, snapshot, &request, &hotspots, path, error);
    if (status == HS_OK) {
        hs_buffer words;
        hs_buffer_init(&words, 65536);
        hs_hotspots_explain(&request, &hotspots, arguments->chinese, &words);
        printf("%s: %u %s\n%.*s\n", path, (unsigned)hotspots.significant,
               hs_say(arguments, "significant", "处显著"), (int)words.size, words.data ? words.data : "");
        if (!hotspots.enough)
            printf("%s\n", hs_in_language(arguments->chinese, hotspots.reason_en, hotspots.reason_zh));
        if (hotspots.caution_en)
            printf("%s\n", hs_in_language(arguments->chinese, hotspots.caution_en, hotspots.caution_zh));
        hs_buffer_done(&words);
    }
    hs_hotspots_done(&hotspots);
    hs_arena_free(arena);
    hs_snapshot_unref(snapshot);
    return status;
}

static int run(const hs_arguments *arguments) {
    hs_hotspot_method method = hs_hotspot_method_parse(hs_str_of(arguments->positional[1]));
    const char *path = hs_arguments_get(arguments, "output");
    if (method == HS_HOTSPOT_METHODS || !path) {
        fprintf(stderr, "%s\n",
                hs_say(arguments,
                       "hotspotd hotspots: METHOD is gi-star, local-moran or global, and -o FILE is needed",
                       "hotspotd hotspots：方法为 gi-star、local-moran 或 global，并需要 -o 文件"));
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

const hs_command hs_command_hotspots = {
    "hotspots",
    "STORE METHOD -o FILE",
    "hotspots as statistics: gi-star local-moran global",
    "统计热点：gi-star local-moran global",
    options,
    2,
    2,
    run,
    true,
};
