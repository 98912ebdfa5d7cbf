#include "service/check/check.h"
#include "base/text.h"
#include "cli/command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 20

static const hs_option options[] = {
    {"output", "FILE",
     "all flaws as features, by extension (also -o): .geojson .geojsonl .gpkg .fgb .kml .csv .xlsx",
     "把全部问题写成要素，格式由扩展名决定（同 -o）：.geojson .geojsonl .gpkg .fgb .kml .csv .xlsx"},
    {"repair", NULL,
     "first mend polygons that are not valid (GEOS MakeValid) and tell what changed; undo takes it back",
     "先用 GEOS MakeValid 修复无效多边形并列出改动（可用 undo 撤销）"},
    {"tolerance", "M", "pieces narrower than this are rounding (default 0.1)",
     "宽度小于此值的碎块视为舍入误差（默认 0.1 米）"},
    {"sliver", "M", "narrower pieces are slivers; width is twice the area by the perimeter (default 3)",
     "宽度小于此值者为碎条；宽度为面积的两倍除以周长（默认 3 米）"},
    {"near", "M", "street ends this near to another street, or this far behind one (default 5)",
     "街道端点距另一街道小于此值（默认 5 米）"},
    {"code-digits", "LIST", "digits that name city,district,subdistrict,community,cell (default 4,6,9,12,15)",
     "编码中表示市、区、街道、社区、网格的位数（默认 4,6,9,12,15）"},
    {"limit", "N", "rows printed of each kind (default 20, 0: all); -o has them all",
     "每类最多显示的行数（默认 20，0 为全部）；-o 文件中为全部"},
    {NULL, NULL, NULL, NULL},
};

static bool on_progress(void *context, const char *phase, double share) {
    hs_show_progress(context, phase, 100 * share, 100);
    return true;
}

static bool take_metres(const hs_arguments *arguments, const char *name, double *value) {
    const char *text = hs_arguments_get(arguments, name);
    if (!text || hs_str_to_double(hs_str_of(text), value)) return true;
    fprintf(stderr, "hotspotd: --%s %s: %s\n", name, text,
            hs_say(arguments, "a number of metres is expected", "应为米数"));
    return false;
}

static bool take_digits(const hs_arguments *arguments, int digits[HS_LEVEL_COUNT]) {
    const char *text = hs_arguments_get(arguments, "code-digits");
    if (!text) return true;
    hs_str rest = hs_str_of(text);
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        int64_t value;
        bool more = rest.size > 0;
        if (!more || !hs_str_to_int(hs_str_cut(&rest, ','), &value) || value < 0 || value > 64) {
            fprintf(stderr, "hotspotd: --code-digits %s: %s\n", text,
                    hs_say(arguments, "five whole numbers with commas are expected, such as 4,6,9,12,15",
                           "应为五个以逗号分隔的整数，如 4,6,9,12,15"));
            return false;
        }
        digits[level] = (int)value;
    }
    return true;
}

static void print_str(hs_str text) {
    /* A table has a row a line. */
    for (size_t i = 0; i < text.size; i++)
        putchar(text.data[i] == '\t' || text.data[i] == '\n' || text.data[i] == '\r' ? ' ' : text.data[i]);
}

static void print_number(double value, int decimals) {
    putchar('\t');
    if (!isnan(value)) printf("%.*f", decimals, value);
}

static void print_place(bool has_place, hs_position place) {
    print_number(has_place ? place.lon_e7 / 1e7 : NAN, 7);
    print_number(has_place ? place.lat_e7 / 1e7 : NAN, 7);
}

static void print_title(const hs_arguments *arguments, const char *en, const char *zh) {
    printf("\n# %s\n", arguments->chinese ? zh : en);
}

static void print_counts(const hs_arguments *arguments, const hs_check_report *report) {
    print_title(arguments, "rows", "行数");
    puts("table\trows\twith_geometry");
    for (uint32_t i = 0; i < report->table_count; i++)
        printf("%s\t%llu\t%llu\n", report->tables[i].table, (unsigned long long)report->tables[i].rows,
               (unsigned long long)report->tables[i].shapes);
    print_title(arguments, "incidents by level: inside + outside + unmatched = total",
                "各级案件：单元内 + 界外 + 未匹配 = 总数");
    puts("level\tunits\tinside\toutside\tunmatched\ttotal\tin_parent_only\tacross_parents");
    for (int l = 0; l < HS_LEVEL_COUNT; l++) {
        const hs_check_level *level = &report->levels[l];
        if (level->units == 0) continue;
        printf("%s\t%u\t%llu\t%llu\t%llu\t%llu\t%llu\t%llu\n", hs_level_name((hs_level)l),
               (unsigned)level->units, (unsigned long long)level->inside, (unsigned long long)level->outside,
               (unsigned long long)level->unmatched, (unsigned long long)level->total,
               (unsigned long long)level->in_parent_only, (unsigned long long)level->across);
    }
}

static void print_streets(const hs_arguments *arguments, const hs_check_streets *s) {
    if (s->streets == 0) return;
    print_title(arguments, "streets", "街道");
    puts("measure\tvalue");
    printf("streets\t%u\nsegments\t%u\nnodes\t%u\nlength_m\t%.0f\n", (unsigned)s->streets,
           (unsigned)s->segments, (unsigned)s->nodes, s->length_m);
    printf("components\t%u\nlargest_component_segments\t%u\nlargest_component_share_of_length\t%.4f\n",
           (unsigned)s->components, (unsigned)s->largest_segments,
           s->length_m > 0 ? s->largest_m / s->length_m : 0);
    printf("dangles\t%u\nnear_misses\t%u\novershoots\t%u\n", (unsigned)s->dangles, (unsigned)s->near_misses,
           (unsigned)s->overshoots);
    printf("crossings_split\t%u\ntouches_split\t%u\n", (unsigned)s->crossings, (unsigned)s->touches);
    printf("streets_with_duplicates\t%u\nduplicate_m\t%.0f\ncrossings_kept_apart_by_layer\t%u\n",
           (unsigned)s->duplicates, s->duplicate_m, (unsigned)s->apart);
}

static void print_summary(const hs_arguments *arguments, const hs_check_report *report) {
    print_title(arguments, "flaws by kind", "各类问题");
    puts("kind\tseverity\tcount\ttitle");
    for (int k = 0; k < HS_CHECK_KINDS; k++) {
        uint32_t notes = 0;
        if (report->by_kind[k] == 0) continue;
        for (uint32_t i = 0; i < report->flaw_count; i++)
            notes += report->flaws[i].kind == (hs_check_kind)k && report->flaws[i].is_note;
        if (report->by_kind[k] > notes)
            printf("%s\tproblem\t%u\t%s\n", hs_check_kind_name((hs_check_kind)k),
                   (unsigned)(report->by_kind[k] - notes),
                   hs_check_kind_title((hs_check_kind)k, arguments->chinese));
        if (notes > 0)
            printf("%s\tnote\t%u\t%s\n", hs_check_kind_name((hs_check_kind)k), (unsigned)notes,
                   hs_check_kind_title((hs_check_kind)k, arguments->chinese));
    }
    printf(hs_say(arguments, "%u piece(s) narrower than the tolerance (%.1f m² in all) are rounding\n",
                  "另有 %u 个碎块（共 %.1f 平方米）窄于容差，视为舍入误差\n"),
           (unsigned)report->within_tolerance, report->within_tolerance_m2);
}

static void print_flaw(const hs_arguments *arguments, const hs_check_flaw *flaw) {
    printf("%s\t%s\t%s\t%s\t", hs_check_kind_name(flaw->kind), flaw->is_note ? "note" : "problem",
           flaw->collection, flaw->level < HS_LEVEL_COUNT ? hs_level_name(flaw->level) : "");
    if (flaw->id) printf("%lld", (long long)flaw->id);
    const hs_str texts[] = {flaw->code, flaw->name, flaw->other_code, flaw->other_name};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        putchar('\t');
        print_str(texts[i]);
    }
    print_number(flaw->area_m2, 1);
    print_number(flaw->width_m, 2);
    print_number(flaw->length_m, 2);
    print_number(flaw->share, 6);
    print_place(flaw->has_place, flaw->place);
    putchar('\t');
    print_str(hs_str_of(arguments->chinese ? flaw->words_zh : flaw->words_en));
    putchar('\n');
}

static void print_flaws(const hs_arguments *arguments, const hs_check_report *report, uint32_t limit) {
    uint32_t same = 0, hidden = 0;
    print_title(arguments, "flaws, the largest of each kind first", "问题明细（各类由大到小）");
    puts(
        "kind\tseverity\tcollection\tlevel\tid\tcode\tname\tother_code\tother_name\tarea_m2\twidth_m\tlength_"
        "m\tshare\tlon\tlat\tmessage");
    for (uint32_t i = 0; i < report->flaw_count; i++) {
        const hs_check_flaw *flaw = &report->flaws[i];
        bool goes_on = i > 0 && flaw->kind == flaw[-1].kind && flaw->is_note == flaw[-1].is_note;
        same = goes_on ? same + 1 : 0;
        if (limit > 0 && same >= limit)
            hidden++;
        else
            print_flaw(arguments, flaw);
    }
    if (hidden > 0)
        printf(hs_say(arguments, "%u more: give --limit 0, or -o FILE to look at them all on a map\n",
                      "另有 %u 条：用 --limit 0 显示全部，或用 -o 文件 在地图上查看\n"),
               (unsigned)hidden);
}

static void print_repair(const hs_arguments *arguments, const hs_check_repair *repair) {
    printf("%s\t%s\t%lld\t", repair->collection,
           repair->level < HS_LEVEL_COUNT ? hs_level_name(repair->level) : "", (long long)repair->id);
    print_str(repair->code);
    putchar('\t');
    print_str(repair->name);
    printf("\t%s\t%s", arguments->chinese ? repair->reason_zh : repair->reason_en,
           repair->mended ? "yes" : "no");
    print_place(repair->has_place, repair->place);
    for (int when = 0; when < 2; when++)
        printf("\t%u\t%u\t%u\t%.1f", (unsigned)repair->parts[when], (unsigned)repair->rings[when],
               (unsigned)repair->vertices[when], repair->area_m2[when]);
    putchar('\n');
}

static void print_repairs(const hs_arguments *arguments, const hs_check_repairs *repairs) {
    print_title(arguments, "repaired by MakeValid", "MakeValid 修复");
    puts("collection\tlevel\tid\tcode\tname\treason\tmended\tlon\tlat\tparts_before\trings_before\tvertices_"
         "before\tarea_m2_before\tparts_after\trings_after\tvertices_after\tarea_m2_after");
    for (uint32_t i = 0; i < repairs->count; i++)
        print_repair(arguments, &repairs->repair[i]);
    for (size_t i = 0; i < sizeof repairs->batch / sizeof *repairs->batch; i++)
        if (repairs->batch[i]) printf("batch %lld\n", (long long)repairs->batch[i]);
}

static hs_status repair(const hs_arguments *arguments, hs_service *service, hs_error *error) {
    hs_check_repairs repairs;
    if (!hs_arguments_has(arguments, "repair")) return HS_OK;
    hs_status status = hs_service_check_repair(service, error, &repairs);
    if (status != HS_OK) return status;
    print_repairs(arguments, &repairs);
    hs_check_repairs_done(&repairs);
    return HS_OK;
}

static hs_status write_file(const hs_arguments *arguments, hs_service *service, const hs_check_report *report,
                            hs_error *error) {
    const char *path = hs_arguments_get(arguments, "output");
    uint64_t left_out;
    if (!path) return HS_OK;
    hs_status status =
        hs_check_write(service, report, hs_export_format_of_path(path), path, error, &left_out);
    if (status == HS_OK && left_out > 0)
        fprintf(stderr,
                hs_say(arguments, "%s: %llu flaws have no place and are not in it\n",
                       "%s：%llu 条问题没有位置，未写入\n"),
                path, (unsigned long long)left_out);
    return status;
}

static int check(const hs_arguments *arguments, const hs_check_options *check_options, uint32_t limit) {
    hs_error error = {0};
    hs_service *service = NULL;
    hs_check_report report = {0};
    hs_store_mode mode = hs_arguments_has(arguments, "repair") ? HS_STORE_WRITE : HS_STORE_READ;
    hs_status status = hs_service_open(arguments->positional[0], mode, NULL, &error, &service);
    if (status == HS_OK) status = repair(arguments, service, &error);
    if (status == HS_OK) status = hs_service_check(service, check_options, &error, &report);
    hs_show_progress_end(arguments);
    if (report.arena) {
        print_counts(arguments, &report);
        print_streets(arguments, &report.streets);
        print_summary(arguments, &report);
        print_flaws(arguments, &report, limit);
    }
    if (status == HS_OK) status = write_file(arguments, service, &report, &error);
    uint32_t problems = report.problem_count;
    hs_check_report_done(&report);
    hs_service_close(service);
    if (status != HS_OK) return hs_fail(&error);
    return problems > 0 ? HS_EXIT_REJECTS : HS_EXIT_DONE;
}

static int run(const hs_arguments *arguments) {
    hs_check_options check_options = HS_CHECK_DEFAULTS;
    int64_t limit;
    const char *path = hs_arguments_get(arguments, "output");
    check_options.context = (void *)arguments;
    check_options.progress = on_progress;
    if (!take_metres(arguments, "tolerance", &check_options.tolerance_m) ||
        !take_metres(arguments, "sliver", &check_options.sliver_m) ||
        !take_metres(arguments, "near", &check_options.near_m) ||
        !take_digits(arguments, check_options.code_digits) ||
        !hs_arguments_get_int(arguments, "limit", 0, UINT32_MAX, DEFAULT_LIMIT, &limit))
        return HS_EXIT_USAGE;
    if (path && !hs_export_format_of_path(path)) {
        fprintf(stderr, "%s\n",
                hs_say(arguments,
                       "hotspotd check: -o FILE ends in .geojson, .gpkg, .fgb, .kml, .csv or .xlsx",
                       "hotspotd check：-o 文件的扩展名应为 .geojson .gpkg .fgb .kml .csv .xlsx"));
        return HS_EXIT_USAGE;
    }
    return check(arguments, &check_options, (uint32_t)limit);
}

const hs_command hs_command_check = {
    "check",
    "STORE",
    "topology, hierarchy, counts, integrity (exit status 1: problems were found)",
    "检查拓扑、层级、计数与完整性（退出码 1：发现问题）",
    options,
    1,
    1,
    run,
    false,
};
