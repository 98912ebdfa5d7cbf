#include "base/text.h"
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const hs_option options[] = {
    {"layer", "NAME", "layer of the file, where it has several", "文件中的图层"},
    {"crs", "CRS", "reference system of the file: anything PROJ takes, GCJ-02 or BD-09",
     "坐标系：PROJ 支持的任意写法，或 GCJ-02、BD-09"},
    {"map", "FIELD=COLUMN", "which column holds a field (repeatable)", "指定字段对应的列（可重复）"},
    {"level", "LEVEL", "level of units: city district subdistrict community cell",
     "单元层级：city district subdistrict community cell"},
    {"encoding", "NAME", "text encoding, where the guess is wrong", "文本编码"},
    {"date-format", "FORMAT", "form of dates, as %m/%d/%Y %H:%M", "日期格式，如 %m/%d/%Y %H:%M"},
    {"mapping", "NAME", "keep these options under a name; alone: read the file by those kept",
     "以此名称保存上述选项；单独使用时按已保存的选项读取"},
    {"rejects", "FILE", "write rejected rows there (CSV)", "将被拒绝的行写入此文件（CSV）"},
    {"dry-run", NULL, "show what would happen and change nothing", "只预览，不写入"},
    {NULL, NULL, NULL, NULL},
};

static bool on_progress(void *context, uint64_t rows, int64_t total) {
    hs_show_progress(context, "rows", (double)rows, (double)total);
    return true;
}

static void on_warn(void *context, const char *message) {
    const hs_arguments *arguments = context;
    hs_show_progress_end(arguments);
    fprintf(stderr, "%s: %s\n", hs_say(arguments, "warning", "注意"), message);
}

/* FIELD=COLUMN pairs of --map; false when one has no '='. */
static bool split_maps(const hs_arguments *arguments, hs_str *fields, hs_str *columns, size_t *count) {
    *count = 0;
    for (int i = 0; i < arguments->option_count; i++) {
        if (strcmp(arguments->options[i].name, "map") != 0) continue;
        hs_str rest = hs_str_of(arguments->options[i].value);
        if (!memchr(rest.data, '=', rest.size)) {
            fprintf(stderr, "hotspotd: --map %s: FIELD=COLUMN is expected\n", arguments->options[i].value);
            return false;
        }
        fields[*count] = hs_str_cut(&rest, '=');
        columns[(*count)++] = rest;
    }
    return true;
}

static void print_incidents(const hs_arguments *arguments, const hs_import_report *report) {
    char from[HS_TIME_TEXT_SIZE] = "", to[HS_TIME_TEXT_SIZE] = "";
    if (report->min_time_s != HS_NO_TIME) hs_time_format(report->min_time_s, from);
    if (report->max_time_s != HS_NO_TIME) hs_time_format(report->max_time_s, to);
    fprintf(
        stderr,
        hs_say(arguments, "positioned %llu (geocoded %llu), unmatched %llu; from %s to %s; time zone %s%s\n",
               "已定位 %llu（地址定位 %llu），未匹配 %llu；时间 %s 至 %s；时区 %s%s\n"),
        (unsigned long long)report->positioned, (unsigned long long)report->geocoded,
        (unsigned long long)report->unmatched, from, to, report->timezone,
        report->timezone_guessed ? hs_say(arguments, " (guessed from the position; hotspotd city sets it)",
                                          "（由位置推测，可用 hotspotd city 设置）")
                                 : "");
    fputs(hs_say(arguments, "inside:", "落入："), stderr);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (report->in_unit[level])
            fprintf(stderr, " %s %llu", hs_level_name((hs_level)level),
                    (unsigned long long)report->in_unit[level]);
    fprintf(stderr, hs_say(arguments, "; on a street segment %llu\n", "；路段 %llu\n"),
            (unsigned long long)report->on_segment);
    for (int type = HS_MATCH_GIVEN + 1; type < HS_MATCH_COUNT; type++)
        if (report->by_match_type[type])
            fprintf(stderr, "  %s %llu\n", hs_match_type_name((hs_match_type)type),
                    (unsigned long long)report->by_match_type[type]);
    if (report->unknown_categories)
        fprintf(stderr,
                hs_say(arguments,
                       "%llu rows have a category outside the taxonomy; kept under their own text\n",
                       "%llu 行的类别不在分类表中，按原文保留\n"),
                (unsigned long long)report->unknown_categories);
}

/* What a dry run adds: the first rows as they would be stored, the extent, rows that come more than once. */
static void print_preview(const hs_arguments *arguments, const hs_import_report *report) {
    const hs_box *box = &report->extent;
    if (report->preview.size)
        fprintf(stderr, "%s\n%.*s\n",
                hs_say(arguments, "first rows as they would be stored:", "前几行入库后的样子："),
                (int)report->preview.size, report->preview.data);
    if (box->min_lon_e7 <= box->max_lon_e7)
        fprintf(stderr,
                hs_say(arguments, "extent: %.7f %.7f to %.7f %.7f (longitude latitude)\n",
                       "范围：%.7f %.7f 至 %.7f %.7f（经度 纬度）\n"),
                box->min_lon_e7 / 1e7, box->min_lat_e7 / 1e7, box->max_lon_e7 / 1e7, box->max_lat_e7 / 1e7);
    fprintf(
        stderr,
        hs_say(arguments,
               "duplicates: %llu rows are in the store already, %llu repeat an external id, %llu repeat a "
               "whole row (each is kept)\n",
               "重复：%llu 行已在库中，%llu 行外部编号重复，%llu 行内容完全相同（均保留）\n"),
        (unsigned long long)report->batch.rows_unchanged, (unsigned long long)report->repeated_ids,
        (unsigned long long)report->identical_rows);
}

static void print_report(const hs_arguments *arguments, hs_kind kind, const hs_import_report *report) {
    const hs_batch_info *batch = &report->batch;
    fprintf(stderr,
            hs_say(arguments,
                   "%s: read %llu, added %llu, updated %llu, unchanged %llu, rejected %llu (%.1f s)\n",
                   "%s：读取 %llu，新增 %llu，更新 %llu，未变 %llu，拒绝 %llu（%.1f 秒）\n"),
            hs_kind_name(kind), (unsigned long long)batch->rows_read, (unsigned long long)batch->rows_added,
            (unsigned long long)batch->rows_updated, (unsigned long long)batch->rows_unchanged,
            (unsigned long long)batch->rows_rejected, report->seconds);
    uint64_t told = batch->rows_added + batch->rows_updated + batch->rows_unchanged + batch->rows_rejected;
    if (batch->rows_read > told)
        fprintf(stderr,
                hs_say(arguments, "%llu rows are no %s and were passed over\n", "%llu 行不是 %s，已略过\n"),
                (unsigned long long)(batch->rows_read - told), hs_kind_name(kind));
    const char *rejects = hs_arguments_get(arguments, "rejects");
    if (batch->rows_rejected)
        fprintf(stderr, hs_say(arguments, "first rejected: %s%s%s\n", "首个被拒绝的行：%s%s%s\n"),
                report->first_reject, hs_say(arguments, "; all of them: ", "；全部："),
                rejects ? rejects : hs_say(arguments, "give --rejects FILE", "用 --rejects 文件 保存"));
    if (kind == HS_KIND_INCIDENTS) print_incidents(arguments, report);
    if (report->dry_run) print_preview(arguments, report);
}

/* A dry run of a store that is not there yet makes it in a folder of its own, which remove_trial takes away.
 */
typedef struct trial {
    char folder[64], store[96];
} trial;

static bool make_trial(trial *t) {
    const char *parent = getenv("TMPDIR");
    int size =
        snprintf(t->folder, sizeof t->folder, "%s/hotspotd-XXXXXX", parent && *parent ? parent : "/tmp");
    if (size < 0 || size >= (int)sizeof t->folder || !mkdtemp(t->folder)) return false;
    (void)snprintf(t->store, sizeof t->store, "%s/trial.gpkg", t->folder);
    return true;
}

static void remove_trial(const trial *t) {
    if (!t->store[0]) return;
    (void)unlink(t->store);
    (void)rmdir(t->folder);
}

static int import(const hs_arguments *arguments, hs_kind kind, hs_import_options *import_options) {
    hs_error error = {0};
    hs_service *service = NULL;
    hs_import_report report;
    trial t = {{0}, {0}};
    const char *path = arguments->positional[0];
    if (import_options->dry_run && access(path, F_OK) != 0 && make_trial(&t)) path = t.store;
    hs_status status = hs_service_open(path, HS_STORE_CREATE, NULL, &error, &service);
    if (status != HS_OK) {
        remove_trial(&t);
        return hs_fail(&error);
    }
    status = hs_service_import(service, kind, arguments->positional[2], import_options, &error, &report);
    hs_show_progress_end(arguments);
    hs_service_close(service);
    remove_trial(&t);
    if (report.mapping.size)
        fprintf(stderr, "%s: %.*s\n", hs_say(arguments, "mapping", "字段映射"), (int)report.mapping.size,
                report.mapping.data);
    if (status == HS_OK) print_report(arguments, kind, &report);
    hs_import_report_done(&report);
    if (status != HS_OK) return hs_fail(&error);
    if (import_options->dry_run)
        fputs(hs_say(arguments, "dry run: nothing was changed\n", "预览：未作任何更改\n"), stderr);
    else if (report.batch.id)
        printf("batch %lld\n", (long long)report.batch.id);
    else
        fputs(hs_say(arguments, "nothing changed\n", "没有变化\n"), stderr);
    return report.batch.rows_rejected ? HS_EXIT_REJECTS : HS_EXIT_DONE;
}

static int run(const hs_arguments *arguments) {
    hs_kind kind = hs_kind_parse(hs_str_of(arguments->positional[1]));
    if (!hs_kind_is_imported(kind)) {
        fprintf(stderr, "hotspotd: no kind %s; one of", arguments->positional[1]);
        for (int k = 0; k < HS_KIND_COUNT; k++)
            if (hs_kind_is_imported((hs_kind)k)) fprintf(stderr, " %s", hs_kind_name((hs_kind)k));
        fputs(" is expected\n", stderr);
        return HS_EXIT_USAGE;
    }
    hs_level level = HS_LEVEL_COUNT;
    const char *level_name = hs_arguments_get(arguments, "level");
    if (level_name && (level = hs_level_parse(hs_str_of(level_name))) == HS_LEVEL_COUNT) {
        fprintf(stderr, "hotspotd: --level %s: city, district, subdistrict, community or cell is expected\n",
                level_name);
        return HS_EXIT_USAGE;
    }
    size_t pairs = (size_t)arguments->option_count + 1;
    hs_str *fields = calloc(pairs, sizeof *fields), *columns = calloc(pairs, sizeof *columns);
    size_t count = 0;
    int result = HS_EXIT_USAGE;
    if (fields && columns && split_maps(arguments, fields, columns, &count)) {
        hs_import_options import_options = {
            .ingest = {.chinese = arguments->chinese,
                       .layer = hs_arguments_get(arguments, "layer"),
                       .crs = hs_arguments_get(arguments, "crs"),
                       .encoding = hs_arguments_get(arguments, "encoding"),
                       .date_format = hs_arguments_get(arguments, "date-format"),
                       .level = level,
                       .map_field = fields,
                       .map_column = columns,
                       .map_count = count},
            .mapping = hs_arguments_get(arguments, "mapping"),
            .rejects_path = hs_arguments_get(arguments, "rejects"),
            .dry_run = hs_arguments_has(arguments, "dry-run"),
            .context = (void *)arguments,
            .progress = on_progress,
            .warn = on_warn,
        };
        result = import(arguments, kind, &import_options);
    }
    free(fields);
    free(columns);
    return result;
}

const hs_command hs_command_import = {
    "import",
    "STORE KIND FILE",
    "import units streets addresses places zones incidents targets population or taxonomy from a file",
    "从文件导入 units streets addresses places zones incidents targets population taxonomy",
    options,
    3,
    3,
    run,
    false,
};
