/* The hit rate as JSON and CSV, with warnings in words. */
#include "service/hit_rate.h"

#include "base/text.h"
#include "export/text_writer.h"
#include <math.h>
#include <stdio.h>

static double share(uint64_t part, uint64_t whole) {
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static double hit_rate(const hs_hit_counts *counts) {
    return share(counts->given + counts->geocoded, hs_hit_total(counts));
}

/* Of those that the geocoder was needed for. */
static double address_rate(const hs_hit_counts *counts) {
    return share(counts->geocoded, hs_hit_total(counts) - counts->given);
}

static void write_share(hs_json *json, const char *key, double value) {
    hs_json_key(json, key);
    if (isnan(value))
        hs_json_null(json);
    else
        hs_json_fixed(json, llround(1e6 * value), 6);
}

static void write_counts(hs_json *json, const hs_hit_counts *counts) {
    double rate = hit_rate(counts);
    hs_json_pair_int(json, "n", (int64_t)hs_hit_total(counts));
    hs_json_pair_int(json, "given", (int64_t)counts->given);
    hs_json_pair_int(json, "geocoded", (int64_t)counts->geocoded);
    hs_json_pair_int(json, "unit_only", (int64_t)counts->unit_only);
    hs_json_pair_int(json, "unmatched", (int64_t)counts->unmatched);
    write_share(json, "hit_rate", rate);
    write_share(json, "hit_rate_of_addresses", address_rate(counts));
    hs_json_pair_bool(json, "below_minimum", rate < HS_HIT_RATE_MINIMUM);
}

static void write_groups(hs_json *json, const char *key, const char *code, const hs_hit_groups *groups) {
    hs_json_key(json, key);
    hs_json_array(json);
    for (uint32_t g = 0; g < groups->count; g++) {
        const hs_hit_group *group = &groups->group[g];
        hs_json_object(json);
        hs_json_pair_str(json, code, group->code);
        hs_json_pair_str(json, "name", group->name);
        hs_json_pair_str(json, "name_en", group->name_en);
        write_counts(json, &group->counts);
        hs_json_key(json, "expected_missing");
        hs_json_double(json, group->tested ? group->expected : NAN);
        hs_json_key(json, "p_value");
        hs_json_double(json, group->tested ? group->p_value : NAN);
        hs_json_key(json, "q_value");
        hs_json_double(json, group->tested ? group->q_value : NAN);
        hs_json_pair_bool(json, "clustered", group->clustered);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

typedef struct dimension {
    const char *word, *en, *zh;
} dimension;

static const dimension dimensions[] = {
    {"month", "month", "月份"}, {"source", "source", "来源"}, {"unit", "unit", "单元"}};

enum { WARNING_SIZE = 640 };

static void say_rate(char text[WARNING_SIZE], const hs_hit_counts *counts, bool chinese) {
    (void)snprintf(text, WARNING_SIZE,
                   chinese
                       ? "%.1f%% 的案件有优于单元的位置；热点分析至少需要 85%%（Ratcliffe 2004）"
                       : "%.1f %% of the incidents have a position better than their unit; hot spots need "
                         "85 %% (Ratcliffe 2004)",
                   100 * hit_rate(counts));
}

static void say_cluster(char text[WARNING_SIZE], const dimension *of, const hs_hit_group *group,
                        bool chinese) {
    hs_str name = chinese ? group->name : group->name_en;
    (void)snprintf(
        text, WARNING_SIZE,
        chinese ? "%s %.*s：%llu 件缺少此类位置（共 %llu 件，预期 %.1f 件，q = %.2g）：该处热点会被掩盖"
                : "%s %.*s: %llu incidents have no such position (of %llu; %.1f expected, q = %.2g): "
                  "hot spots there are hidden",
        chinese ? of->zh : of->en, (int)hs_utf8_cut(name, 100), name.data,
        (unsigned long long)hs_hit_missing(&group->counts), (unsigned long long)hs_hit_total(&group->counts),
        group->expected, group->q_value);
}

static void write_clusters(hs_json *json, const dimension *of, const hs_hit_groups *groups) {
    char text[WARNING_SIZE];
    for (uint32_t g = 0; g < groups->count; g++) {
        const hs_hit_group *group = &groups->group[g];
        if (!group->clustered) continue;
        hs_json_object(json);
        hs_json_pair_text(json, "kind", "clustered");
        hs_json_pair_text(json, "of", of->word);
        hs_json_pair_str(json, "code", group->code);
        say_cluster(text, of, group, false);
        hs_json_pair_text(json, "en", text);
        say_cluster(text, of, group, true);
        hs_json_pair_text(json, "zh", text);
        hs_json_object_end(json);
    }
}

static void write_warnings(hs_json *json, const hs_hit_rate *rate) {
    char text[WARNING_SIZE];
    hs_json_key(json, "warnings");
    hs_json_array(json);
    if (hit_rate(&rate->all) < HS_HIT_RATE_MINIMUM) {
        hs_json_object(json);
        hs_json_pair_text(json, "kind", "below-minimum");
        say_rate(text, &rate->all, false);
        hs_json_pair_text(json, "en", text);
        say_rate(text, &rate->all, true);
        hs_json_pair_text(json, "zh", text);
        hs_json_object_end(json);
    }
    write_clusters(json, &dimensions[0], &rate->months);
    write_clusters(json, &dimensions[1], &rate->sources);
    write_clusters(json, &dimensions[2], &rate->units);
    hs_json_array_end(json);
}

static void print_clusters(FILE *out, const dimension *of, const hs_hit_groups *groups, bool chinese) {
    char text[WARNING_SIZE];
    for (uint32_t g = 0; g < groups->count; g++) {
        if (!groups->group[g].clustered) continue;
        say_cluster(text, of, &groups->group[g], chinese);
        (void)fprintf(out, "%s\n", text);
    }
}

void hs_hit_rate_warn(FILE *out, const hs_hit_rate *rate, bool chinese) {
    char text[WARNING_SIZE];
    if (hit_rate(&rate->all) < HS_HIT_RATE_MINIMUM) {
        say_rate(text, &rate->all, chinese);
        (void)fprintf(out, "%s\n", text);
    }
    print_clusters(out, &dimensions[0], &rate->months, chinese);
    print_clusters(out, &dimensions[1], &rate->sources, chinese);
    print_clusters(out, &dimensions[2], &rate->units, chinese);
}

static void write_classes(hs_json *json, const hs_hit_rate *rate) {
    hs_json_key(json, "match_types");
    hs_json_object(json);
    for (int type = 0; type < HS_MATCH_COUNT; type++)
        if (rate->by_match_type[type] > 0)
            hs_json_pair_int(json, hs_match_type_name((hs_match_type)type),
                             (int64_t)rate->by_match_type[type]);
    hs_json_object_end(json);
    hs_json_key(json, "accuracy");
    hs_json_array(json);
    for (int a = 0; a < HS_ACCURACY_CLASSES; a++) {
        hs_json_object(json);
        hs_json_key(json, "up_to_m"); /* null: farther */
        if (hs_accuracy_limits[a] == UINT16_MAX)
            hs_json_null(json);
        else
            hs_json_int(json, hs_accuracy_limits[a]);
        hs_json_pair_int(json, "n", (int64_t)rate->by_accuracy[a]);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

void hs_hit_rate_write_json(hs_json *json, const hs_hit_rate *rate) {
    hs_json_pair_double(json, "minimum", HS_HIT_RATE_MINIMUM);
    hs_json_pair_text(json, "minimum_of", "Ratcliffe (2004), IJGIS 18(1), 61-72");
    hs_json_pair_text(
        json, "test",
        "Fisher's exact test, one-sided, of each group against the others of its kind; q after "
        "Benjamini and Hochberg; clustered: q <= 0.05 and a share of missing at least 0.05 above "
        "the others'");
    write_counts(json, &rate->all);
    hs_json_pair_int(json, "reviewed", (int64_t)rate->reviewed);
    hs_json_pair_int(json, "usable_for_density", (int64_t)rate->usable);
    hs_json_pair_text(json, "level", hs_level_name(rate->level));
    write_warnings(json, rate);
    write_classes(json, rate);
    write_groups(json, "months", "month", &rate->months);
    write_groups(json, "sources", "source", &rate->sources);
    write_groups(json, "units", "code", &rate->units);
}

enum {
    OF,
    CODE,
    NAME,
    N,
    HITS_GIVEN,
    HITS_GEOCODED,
    UNIT_ONLY,
    UNMATCHED,
    RATE,
    ADDRESS_RATE,
    EXPECTED,
    P,
    Q,
    CLUSTERED,
    COLUMNS
};

static const hs_field columns[COLUMNS] = {
    {"of", HS_FIELD_TEXT},
    {"code", HS_FIELD_TEXT},
    {"name", HS_FIELD_TEXT},
    {"n", HS_FIELD_INTEGER},
    {"given", HS_FIELD_INTEGER},
    {"geocoded", HS_FIELD_INTEGER},
    {"unit_only", HS_FIELD_INTEGER},
    {"unmatched", HS_FIELD_INTEGER},
    {"hit_rate", HS_FIELD_REAL},
    {"hit_rate_of_addresses", HS_FIELD_REAL},
    {"expected_missing", HS_FIELD_REAL},
    {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL},
    {"clustered", HS_FIELD_INTEGER},
};

static const hs_text_layout layout = {.layer = "hit-rate", .fields = columns, .field_count = COLUMNS};

static void put_row(hs_buffer *out, const char *of, const hs_hit_group *group) {
    const hs_hit_counts *counts = &group->counts;
    const hs_geometry none = {.type = HS_GEOMETRY_NONE};
    hs_value values[COLUMNS] = {
        [OF] = {.text = hs_str_of(of)},
        [CODE] = {.text = group->code},
        [NAME] = {.text = group->name},
        [N] = {.integer = (int64_t)hs_hit_total(counts)},
        [HITS_GIVEN] = {.integer = (int64_t)counts->given},
        [HITS_GEOCODED] = {.integer = (int64_t)counts->geocoded},
        [UNIT_ONLY] = {.integer = (int64_t)counts->unit_only},
        [UNMATCHED] = {.integer = (int64_t)counts->unmatched},
        [RATE] = {.real = hit_rate(counts)},
        [ADDRESS_RATE] = {.real = address_rate(counts)},
        [EXPECTED] = {.real = group->tested ? group->expected : NAN},
        [P] = {.real = group->tested ? group->p_value : NAN},
        [Q] = {.real = group->tested ? group->q_value : NAN},
        [CLUSTERED] = {.integer = group->clustered, .absent = !group->tested},
    };
    hs_text_csv.feature(out, &layout, &none, values);
}

static void put_groups(hs_buffer *out, const char *of, const hs_hit_groups *groups) {
    for (uint32_t g = 0; g < groups->count; g++)
        put_row(out, of, &groups->group[g]);
}

void hs_hit_rate_write_csv(hs_buffer *out, const hs_hit_rate *rate) {
    const hs_hit_group all = {.counts = rate->all};
    hs_text_csv.begin(out, &layout);
    put_row(out, "all", &all);
    put_groups(out, "month", &rate->months);
    put_groups(out, "source", &rate->sources);
    put_groups(out, "unit", &rate->units);
    hs_text_csv.end(out, &layout);
}
