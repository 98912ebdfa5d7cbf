#include "api/summary.h"

#include "base/text.h"
#include "render/geojson.h"
#include "service/published.h"
#include <math.h>

typedef struct told {
    const hs_summary *s;
    const hs_units *units;
    uint64_t *count; /* [unit_count + 2] */
    hs_published rows, classes;
    uint64_t *class_count; /* [category_count] */
    uint64_t total;
} told;

static hs_status count(hs_call *call, const hs_summary *s, told *t) {
    uint32_t rows = s->unit_count + 2;
    uint32_t *parent = hs_arena_array(call->arena, rows, sizeof *parent);
    uint32_t *none = hs_arena_array(call->arena, (size_t)s->category_count + 1, sizeof *none);
    t->count = hs_arena_array(call->arena, rows, sizeof *t->count);
    t->class_count = hs_arena_array(call->arena, (size_t)s->category_count + 1, sizeof *t->class_count);
    if (!parent || !none || !t->count || !t->class_count) return hs_error_memory(call->error, "the summary");
    for (uint32_t r = 0; r < rows; r++) {
        parent[r] = r < s->unit_count ? t->units->parent[s->first_unit + r] : HS_NONE;
        t->count[r] = hs_summary_row(s, r);
        t->total += t->count[r];
        for (uint32_t k = 0; k < s->category_count; k++)
            t->class_count[k] += s->cells[(size_t)r * s->category_count + k];
    }
    hs_status status =
        hs_publish(t->count, parent, rows, (uint64_t)s->least, call->arena, call->error, &t->rows);
    if (status != HS_OK) return status;
    return hs_publish(t->class_count, none, s->category_count, (uint64_t)s->least, call->arena, call->error,
                      &t->classes);
}

static bool is_told(const told *t, uint32_t row) {
    return t->rows.group[row] == HS_NONE;
}

/* The count, or null and the number of the group that it is in. */
static void write_count(hs_json *json, const told *t, uint32_t row) {
    hs_json_key(json, "count");
    if (is_told(t, row)) {
        hs_json_int(json, (int64_t)t->count[row]);
    } else {
        hs_json_null(json);
        hs_json_pair_int(json, "merged", t->rows.group[row] + 1);
    }
}

static void write_unit(hs_json *json, const told *t, uint32_t u) {
    uint32_t row = t->s->first_unit + u, parent = t->units->parent[row];
    hs_json_pair_int(json, "id", t->units->id[row]);
    hs_json_pair_str(json, "code", t->units->code[row]);
    hs_json_pair_str(json, "name", t->units->name[row]);
    hs_json_pair_str(json, "name_en", t->units->name_en[row]);
    hs_json_pair_str(json, "parent", parent != HS_NONE ? t->units->name[parent] : (hs_str){"", 0});
    hs_json_pair_str(json, "parent_en", parent != HS_NONE ? t->units->name_en[parent] : (hs_str){"", 0});
    write_count(json, t, u);
    hs_json_pair_double(json, "area_km2", t->units->area_km2[row]);
    hs_summary_write_people(json, t->units->population[row], t->count[u], is_told(t, u));
}

static void write_group_count(hs_json *json, const hs_published_group *group) {
    hs_json_key(json, "count");
    if (group->withheld)
        hs_json_null(json);
    else
        hs_json_int(json, (int64_t)group->count);
}

static void write_group(hs_json *json, const told *t, uint32_t g) {
    const hs_published_group *group = &t->rows.groups[g];
    hs_json_object(json);
    hs_json_pair_int(json, "merged", g + 1);
    hs_json_pair_str(json, "parent",
                     group->parent != HS_NONE ? t->units->name[group->parent] : (hs_str){"", 0});
    hs_json_pair_str(json, "parent_en",
                     group->parent != HS_NONE ? t->units->name_en[group->parent] : (hs_str){"", 0});
    hs_json_pair_int(json, "units", group->rows);
    write_group_count(json, group);
    hs_json_object_end(json);
}

/* Classes by code; those of few incidents stand together behind them. */
static void write_classes(hs_call *call, const told *t) {
    hs_json *json = &call->json;
    hs_json_key(json, "categories");
    hs_json_array(json);
    for (uint32_t k = 0; k < t->s->category_count; k++) {
        if (t->class_count[k] > 0 && t->classes.group[k] == HS_NONE)
            hs_summary_write_class(call, k, t->class_count[k]);
    }
    for (uint32_t g = 0; g < t->classes.group_count; g++) {
        const hs_published_group *group = &t->classes.groups[g];
        hs_json_object(json);
        hs_json_pair_int(json, "categories", group->rows);
        write_group_count(json, group);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
}

static void write_words(hs_call *call, const told *t) {
    for (int chinese = 1; chinese >= 0; chinese--) {
        const char *words = hs_arena_printf(
            call->arena,
            hs_in_language(
                chinese,
                "Incidents are counted in the unit that they lie in, whatever the accuracy of their "
                "position. Counts from 1 to %lld are merged with other units below the same parent, "
                "or where these do not suffice in the whole city, so that no number tells of fewer "
                "than %lld incidents and all numbers still add up to the total. 0 is told.",
                "案件计入其所在单元，不论定位精度。1 至 %lld 件的单元与同一上级的其他单元合并计数，仍"
                "不足时在全市范围内合并，使任何数字都不少于 %lld 件，且各数之和仍等于总数；0 如实公布"
                "。"),
            (long long)t->s->least - 1, (long long)t->s->least);
        hs_json_pair_text(&call->json, chinese ? "how_zh" : "how_en", words ? words : "");
    }
}

/* Everything but the units. */
static void write_about(hs_call *call, const told *t) {
    hs_json *json = &call->json;
    bool small = t->total > 0 && t->total < (uint64_t)t->s->least;
    hs_json_pair_text(json, "level", hs_level_name(t->s->level));
    hs_json_pair_int(json, "least", t->s->least);
    hs_json_key(json, "total");
    if (small)
        hs_json_null(json);
    else
        hs_json_int(json, (int64_t)t->total);
    write_classes(call, t);
    hs_json_key(json, "merged");
    hs_json_array(json);
    for (uint32_t g = 0; g < t->rows.group_count; g++)
        write_group(json, t, g);
    hs_json_array_end(json);
    hs_json_key(json, "outside");
    hs_json_object(json);
    write_count(json, t, t->s->unit_count);
    hs_json_object_end(json);
    hs_json_key(json, "unmatched");
    hs_json_object(json);
    write_count(json, t, t->s->unit_count + 1);
    hs_json_object_end(json);
    if (t->s->least > 1) write_words(call, t);
    hs_json_key(json, "data_until");
    hs_json_time(json, call->snapshot->incidents->max_time_s);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
}

static void write_json(hs_call *call, const told *t) {
    hs_json *json = &call->json;
    hs_json_object(json);
    write_about(call, t);
    hs_json_key(json, "units");
    hs_json_array(json);
    for (uint32_t u = 0; u < t->s->unit_count; u++) {
        hs_json_object(json);
        write_unit(json, t, u);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_geojson(hs_call *call, const told *t) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "type", "FeatureCollection");
    write_about(call, t);
    hs_json_key(json, "features");
    hs_json_array(json);
    for (uint32_t u = 0; u < t->s->unit_count; u++) {
        uint32_t row = t->s->first_unit + u;
        hs_json_object(json);
        hs_json_pair_text(json, "type", "Feature");
        hs_json_pair_int(json, "id", t->units->id[row]);
        hs_json_key(json, "geometry");
        hs_geojson_geometry(json, &t->units->geometry[row]);
        hs_json_key(json, "properties");
        hs_json_object(json);
        write_unit(json, t, u);
        hs_json_object_end(json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_cell(hs_buffer *out, hs_str text) {
    hs_buffer_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"') hs_buffer_byte(out, '"');
        hs_buffer_byte(out, text.data[i]);
    }
    hs_buffer_text(out, "\",");
}

static void write_csv_count(hs_buffer *out, const told *t, uint32_t row) {
    if (is_told(t, row))
        hs_buffer_printf(out, "%llu,", (unsigned long long)t->count[row]);
    else
        hs_buffer_printf(out, ",%u", (unsigned)t->rows.group[row] + 1);
}

static void write_csv_unit(hs_buffer *out, const told *t, uint32_t u) {
    uint32_t row = t->s->first_unit + u, parent = t->units->parent[row];
    double population = t->units->population[row];
    hs_buffer_text(out, "unit,");
    write_cell(out, t->units->code[row]);
    write_cell(out, t->units->name[row]);
    write_cell(out, t->units->name_en[row]);
    write_cell(out, parent != HS_NONE ? t->units->name[parent] : (hs_str){"", 0});
    write_csv_count(out, t, u);
    hs_buffer_printf(out, ",%.9g,", t->units->area_km2[row]);
    if (!isnan(population)) hs_buffer_printf(out, "%.9g", population);
    hs_buffer_byte(out, ',');
    if (population > 0 && is_told(t, u))
        hs_buffer_printf(out, "%.9g", (double)t->count[u] * 1000.0 / population);
    hs_buffer_text(out, "\r\n");
}

/* Units, then what was merged, then what lies in no unit; the counts add up to the total. */
static void write_csv(hs_call *call, const told *t) {
    static const char *const others[] = {"outside", "unmatched"};
    hs_buffer *out = &call->response->body;
    hs_buffer_text(out, "kind,code,name,name_en,parent,count,merged,area_km2,population,per_1000\r\n");
    for (uint32_t u = 0; u < t->s->unit_count; u++)
        write_csv_unit(out, t, u);
    for (uint32_t g = 0; g < t->rows.group_count; g++) {
        const hs_published_group *group = &t->rows.groups[g];
        hs_buffer_text(out, "merged,,,,");
        write_cell(out, group->parent != HS_NONE ? t->units->name[group->parent] : (hs_str){"", 0});
        if (!group->withheld) hs_buffer_printf(out, "%llu", (unsigned long long)group->count);
        hs_buffer_printf(out, ",%u,,,\r\n", (unsigned)g + 1);
    }
    for (uint32_t i = 0; i < 2; i++) {
        hs_buffer_printf(out, "%s,,,,,", others[i]);
        write_csv_count(out, t, t->s->unit_count + i);
        hs_buffer_text(out, ",,,\r\n");
    }
}

hs_status hs_summary_write_published(hs_call *call, const hs_summary *s) {
    told t = {.s = s, .units = &call->snapshot->geography->units};
    hs_status status = count(call, s, &t);
    if (status != HS_OK) return status;
    if (s->form == HS_SUMMARY_CSV)
        write_csv(call, &t);
    else if (s->form == HS_SUMMARY_GEOJSON)
        write_geojson(call, &t);
    else
        write_json(call, &t);
    return HS_OK;
}
