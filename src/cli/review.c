/* The review queue on the command line. */
#include "base/text.h"
#include "cli/command.h"
#include "service/hit_rate.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_MOST = 50, JSON_CEILING = 1 << 30 };

static const hs_option options[] = {
    {"state", "STATE", "waiting (default) decided unlocatable skipped all",
     "状态：waiting（默认）decided unlocatable skipped all"},
    {"limit", "N", "list at most N addresses (default 50; export: all)",
     "最多列出 N 个地址（默认 50；export 为全部）"},
    {"level", "LEVEL", "of the units of hit-rate (default subdistrict)",
     "hit-rate 的单元层级（默认 subdistrict）"},
    {"json", NULL, "as JSON", "输出 JSON"},
    {"user", "NAME", "who decides, for the record (default: who is logged in)", "决定人（默认当前登录用户）"},
    {NULL, NULL, NULL, NULL},
};

/* What a subcommand works with. */
typedef struct reviewing {
    const hs_arguments *arguments;
    hs_service *service;
    hs_snapshot *snapshot; /* NULL: the command needs none */
    hs_arena *arena;
    hs_review_request request;
    hs_level level;
} reviewing;

/* Filters the CLI's options pass to the service by name. */
static hs_status read_request(reviewing *r, hs_error *error) {
    const hs_arguments *arguments = r->arguments;
    size_t count = (size_t)arguments->option_count;
    hs_str *names = hs_arena_array(r->arena, count + 1, sizeof *names);
    hs_str *values = hs_arena_array(r->arena, count + 1, sizeof *values);
    if (!names || !values) return hs_error_memory(error, "the filters");
    for (size_t i = 0; i < count; i++) {
        names[i] = hs_str_of(arguments->options[i].name);
        values[i] = hs_str_of(arguments->options[i].value);
    }
    const char *state = hs_arguments_get(arguments, "state"), *level = hs_arguments_get(arguments, "level");
    hs_status status =
        hs_review_request_parse(r->snapshot, names, values, count, r->arena, error, &r->request);
    if (status != HS_OK) return status;
    r->request.state = state ? hs_review_state_parse(hs_str_of(state)) : HS_REVIEW_WAITING;
    if (r->request.state == HS_REVIEW_STATE_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "--state %s: waiting, decided, unlocatable, skipped or all is expected", state);
    r->level = level ? hs_level_parse(hs_str_of(level)) : HS_LEVEL_COUNT;
    if (level && r->level == HS_LEVEL_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "--level %s: city, district, subdistrict, community or cell is expected", level);
    return HS_OK;
}

static hs_status load(reviewing *r, hs_error *error) {
    hs_status status = hs_service_load(r->service, error, NULL);
    if (status != HS_OK) return status;
    r->snapshot = hs_service_snapshot(r->service);
    return read_request(r, error);
}

static void print_entry(const reviewing *r, const hs_review_entry *entry, const hs_geocoder *geocoder) {
    hs_geocode_result found;
    size_t count = 0;
    (void)hs_geocode(geocoder, entry->address, &found, 1, NULL, &count);
    printf("%llu\t%.*s\t%s\t%.2f\t%s\t%s\n", (unsigned long long)entry->count, (int)entry->address.size,
           entry->address.data, hs_review_reason_name(entry->reason), entry->score,
           count > 0 ? found.label : "",
           entry->decision ? hs_decision_action_name(entry->decision->action) : "");
    (void)r;
}

static hs_status print_json(hs_buffer *out, hs_error *error) {
    if (out->status != HS_OK) return hs_error_set(error, out->status, "the answer is too large");
    (void)fwrite(out->data, 1, out->size, stdout);
    (void)fputc('\n', stdout);
    return HS_OK;
}

static hs_status list_json(const reviewing *r, const hs_review_page *page, const hs_geocoder *geocoder,
                           hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, JSON_CEILING);
    hs_json_init(&json, &out);
    hs_json_object(&json);
    hs_json_pair_text(&json, "state", hs_review_state_name(r->request.state));
    hs_json_pair_int(&json, "texts", (int64_t)page->texts);
    hs_json_pair_int(&json, "incidents", (int64_t)page->incidents);
    hs_json_key(&json, "entries");
    hs_json_array(&json);
    hs_status status = HS_OK;
    for (size_t e = 0; e < page->count && status == HS_OK; e++)
        status = hs_review_write_entry(&json, r->snapshot, geocoder, &page->entries[e], error);
    hs_json_array_end(&json);
    hs_json_object_end(&json);
    if (status == HS_OK) status = print_json(&out, error);
    hs_buffer_done(&out);
    return status;
}

static hs_status run_list(reviewing *r, hs_error *error) {
    int64_t limit;
    hs_review_page page;
    const hs_geocoder *geocoder = NULL;
    if (!hs_arguments_get_int(r->arguments, "limit", 1, UINT32_MAX, TABLE_MOST, &limit))
        return hs_error_set(error, HS_E_ARGUMENT, "--limit: a whole number from 1 is expected");
    hs_status status = load(r, error);
    if (status != HS_OK) return status;
    r->request.limit = (uint32_t)limit;
    status = hs_service_review(r->service, r->snapshot, &r->request, r->arena, error, &page);
    if (status == HS_OK) status = hs_service_geocoder(r->service, r->snapshot, error, &geocoder);
    if (status != HS_OK) return status;
    if (hs_arguments_has(r->arguments, "json")) return list_json(r, &page, geocoder, error);
    puts(hs_say(r->arguments, "count\taddress\treason\tscore\tbest candidate\tdecision",
                "件数\t地址\t原因\t得分\t最佳候选\t决定"));
    for (size_t e = 0; e < page.count; e++)
        print_entry(r, &page.entries[e], geocoder);
    fprintf(stderr,
            hs_say(r->arguments, "%zu of %llu addresses shown; %llu incidents\n",
                   "显示 %zu / %llu 个地址，共 %llu 件\n"),
            page.count, (unsigned long long)page.texts, (unsigned long long)page.incidents);
    return HS_OK;
}

static hs_status run_export(reviewing *r, hs_error *error) {
    uint64_t rows;
    int64_t limit;
    if (!hs_arguments_get_int(r->arguments, "limit", 1, UINT32_MAX, 0, &limit))
        return hs_error_set(error, HS_E_ARGUMENT, "--limit: a whole number from 1 is expected");
    hs_status status = load(r, error);
    r->request.limit = (uint32_t)limit;
    const char *path = r->arguments->positional[2];
    if (status == HS_OK) status = hs_review_export(r->service, r->snapshot, &r->request, path, error, &rows);
    if (status == HS_OK)
        printf(hs_say(r->arguments, "%s: %llu addresses\n", "%s：%llu 个地址\n"), path,
               (unsigned long long)rows);
    return status;
}

static hs_str user_of(const hs_arguments *arguments) {
    const char *name = hs_arguments_get(arguments, "user");
    if (!name) name = getenv("USER");
    return hs_str_of(name ? name : "");
}

static void print_report(const hs_arguments *arguments, const hs_review_report *report, uint64_t rows) {
    printf(hs_say(arguments, "%llu decisions read, %llu new, %llu incidents placed anew\n",
                  "读取 %llu 条决定，其中 %llu 条有变化，重新定位 %llu 件\n"),
           (unsigned long long)rows, (unsigned long long)report->changed, (unsigned long long)report->moved);
    if (report->batch > 0) printf("batch %lld\n", (long long)report->batch);
}

static hs_status run_apply(reviewing *r, hs_error *error) {
    hs_review_report report;
    uint64_t rows;
    hs_status status = hs_review_apply(r->service, r->arguments->positional[2], user_of(r->arguments), error,
                                       &report, &rows);
    if (status == HS_OK) print_report(r->arguments, &report, rows);
    return status;
}

/* Takes the decision about one address back. */
static hs_status run_forget(reviewing *r, hs_error *error) {
    hs_review_report report;
    hs_review_choice choice = {.address = hs_str_of(r->arguments->positional[2]), .action = HS_DECISION_OPEN};
    hs_status status = hs_service_decide(r->service, &choice, 1, user_of(r->arguments), (hs_str){"", 0},
                                         HS_STR("review forget"), error, &report);
    if (status == HS_OK && !choice.changed)
        return hs_error_set(error, HS_E_NOT_FOUND, "%s: nothing was decided about this address",
                            r->arguments->positional[2]);
    if (status == HS_OK) print_report(r->arguments, &report, 1);
    return status;
}

static hs_status run_decisions(reviewing *r, hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_status status = load(r, error);
    if (status != HS_OK) return status;
    hs_buffer_init(&out, JSON_CEILING);
    hs_json_init(&json, &out);
    hs_json_array(&json);
    const hs_decisions *decisions = r->snapshot->decisions;
    bool as_json = hs_arguments_has(r->arguments, "json");
    if (!as_json)
        puts(hs_say(r->arguments, "address\taction\tlabel or address\tremembered\tby\tnote\tbatch",
                    "地址\t决定\t名称或新地址\t别名\t决定人\t备注\t批次"));
    for (uint32_t d = 0; d < decisions->count; d++) {
        const hs_decision_record *one = &decisions->decision[d];
        hs_str to = one->target.size > 0 ? one->target : one->label;
        if (as_json)
            hs_review_write_decided(&json, one);
        else
            printf("%.*s\t%s\t%.*s\t%s\t%.*s\t%.*s\t%lld\n", (int)one->address.size, one->address.data,
                   hs_decision_action_name(one->action), (int)to.size, to.data,
                   one->remembered ? hs_say(r->arguments, "yes", "是") : "", (int)one->user.size,
                   one->user.data, (int)one->note.size, one->note.data, (long long)one->batch);
    }
    hs_json_array_end(&json);
    if (as_json) status = print_json(&out, error);
    hs_buffer_done(&out);
    return status;
}

static hs_status run_hit_rate(reviewing *r, hs_error *error) {
    hs_buffer out;
    hs_json json;
    hs_hit_rate rate;
    hs_status status = load(r, error);
    if (status == HS_OK)
        status = hs_service_hit_rate(r->service, r->snapshot, &r->request, r->level, r->arena, error, &rate);
    if (status != HS_OK) return status;
    hs_buffer_init(&out, JSON_CEILING);
    if (hs_arguments_has(r->arguments, "json")) {
        hs_json_init(&json, &out);
        hs_json_object(&json);
        hs_hit_rate_write_json(&json, &rate);
        hs_json_object_end(&json);
        status = print_json(&out, error);
    } else {
        hs_hit_rate_write_csv(&out, &rate);
        (void)fwrite(out.data, 1, out.size, stdout);
        hs_hit_rate_warn(stderr, &rate, r->arguments->chinese);
    }
    hs_buffer_done(&out);
    return status;
}

typedef struct subcommand {
    const char *name;
    int positional;
    hs_store_mode mode;
    hs_status (*run)(reviewing *r, hs_error *error);
} subcommand;

static const subcommand subcommands[] = {
    {"list", 2, HS_STORE_READ, run_list},           {"export", 3, HS_STORE_READ, run_export},
    {"apply", 3, HS_STORE_WRITE, run_apply},        {"forget", 3, HS_STORE_WRITE, run_forget},
    {"decisions", 2, HS_STORE_READ, run_decisions}, {"hit-rate", 2, HS_STORE_READ, run_hit_rate},
};

static const subcommand *find_subcommand(const hs_arguments *arguments) {
    if (arguments->positional_count == 1) return &subcommands[0];
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(arguments->positional[1], subcommands[i].name) == 0 &&
            arguments->positional_count == subcommands[i].positional)
            return &subcommands[i];
    return NULL;
}

static int run(const hs_arguments *arguments) {
    const subcommand *what = find_subcommand(arguments);
    if (!what) {
        fprintf(stderr,
                "%s: hotspotd review STORE [list] | export FILE.csv|.xlsx | apply FILE | decisions | forget "
                "ADDRESS | hit-rate\n",
                hs_say(arguments, "usage", "用法"));
        return HS_EXIT_USAGE;
    }
    hs_error error = {0};
    reviewing r = {.arguments = arguments, .arena = hs_arena_new(SIZE_MAX)};
    hs_status status = r.arena ? HS_OK : hs_error_memory(&error, "the review queue");
    if (status == HS_OK)
        status = hs_service_open(arguments->positional[0], what->mode, NULL, &error, &r.service);
    if (status == HS_OK) status = what->run(&r, &error);
    hs_snapshot_unref(r.snapshot);
    hs_service_close(r.service);
    hs_arena_free(r.arena);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

const hs_command hs_command_review = {
    "review",
    "STORE [list|export FILE|apply FILE|decisions|forget ADDRESS|hit-rate]",
    "addresses that wait for a decision, as a table to fill in too, and the hit rate",
    "待确认的地址：列出、导出填写、导入决定，以及定位率",
    options,
    1,
    3,
    run,
    true,
};
