/* What a forecast answers: cells, and of the whole its parameters and its scores side by side. */
#include "service/forecast.h"

#include <math.h>
#include <stdio.h>

#define REPLICATES 2000u
#define CONFIDENCE 0.95
#define SEED       1u

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},    {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},  {"method", HS_FIELD_TEXT},
    {"rank", HS_FIELD_INTEGER},  {"expected", HS_FIELD_REAL},
    {"value", HS_FIELD_REAL},    {"n", HS_FIELD_INTEGER},
    {"share", HS_FIELD_REAL},    {"cumulative_share", HS_FIELD_REAL},
    {"area_km2", HS_FIELD_REAL}, {"length_km", HS_FIELD_REAL},
    {"label_zh", HS_FIELD_TEXT}, {"label_en", HS_FIELD_TEXT},
    {"lon", HS_FIELD_REAL},      {"lat", HS_FIELD_REAL},
};
enum { FIELDS = sizeof fields / sizeof *fields, FILE_ONLY = 2 };

static const char *label_of(const hs_hotspot_run *run, uint32_t cell, bool chinese, hs_arena *arena) {
    const hs_forecast_request *r = run->request;
    const hs_forecast_answer *a = run->result;
    double expected = a->forecast->expected[cell];
    if (a->rank[cell] == 0)
        return chinese ? hs_arena_printf(arena, "未入选：预计 %lld 天内 %.2f 件", (long long)r->horizon_days,
                                         expected)
                       : hs_arena_printf(arena, "not chosen: %.2f expected in %lld days", expected,
                                         (long long)r->horizon_days);
    return chinese ? hs_arena_printf(arena, "第 %u 位：预计 %lld 天内 %.2f 件", (unsigned)a->rank[cell],
                                     (long long)r->horizon_days, expected)
                   : hs_arena_printf(arena, "rank %u: %.2f expected in %lld days", (unsigned)a->rank[cell],
                                     expected, (long long)r->horizon_days);
}

static void read_row(const hs_hotspot_run *run, uint32_t row, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_forecast_request *r = run->request;
    const hs_forecast_answer *a = run->result;
    uint32_t cell = a->order[row];
    double expected = a->forecast->expected[cell], total = a->forecast->fitted.total;
    const char *zh = label_of(run, cell, true, arena), *en = label_of(run, cell, false, arena);
    *geometry = &a->geometry[cell];
    *v++ = hs_hotspot_integer_value(r->streets ? a->streets.id[cell] : (int64_t)cell + 1);
    *v++ = hs_hotspot_str(r->streets ? a->streets.name[cell] : (hs_str){0});
    *v++ = hs_hotspot_str(r->streets ? a->streets.name_en[cell] : (hs_str){0});
    *v++ = hs_hotspot_text(hs_forecast_method_name(a->forecast->method));
    *v++ = (hs_value){.integer = a->rank[cell], .absent = a->rank[cell] == 0};
    *v++ = hs_hotspot_real(expected);
    *v++ = hs_hotspot_real(expected / a->measure[cell]);
    *v++ = hs_hotspot_integer_value(a->n[cell]);
    *v++ = hs_hotspot_real(expected / total);
    *v++ = hs_hotspot_real(a->cumulative[row] / total);
    *v++ = hs_hotspot_real(r->streets ? (double)NAN : a->measure[cell]);
    *v++ = hs_hotspot_real(r->streets ? a->measure[cell] : (double)NAN);
    *v++ = hs_hotspot_text(zh ? zh : "");
    *v++ = hs_hotspot_text(en ? en : "");
    *v++ = hs_hotspot_real(a->label[cell].lon_e7 * 1e-7);
    *v = hs_hotspot_real(a->label[cell].lat_e7 * 1e-7);
}

void hs_forecast_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_forecast_request *r = run->request;
    const hs_forecast_answer *a = run->result;
    *table = (hs_hotspot_table){
        .fields = fields,
        .field_count = FIELDS,
        .file_only = FILE_ONLY,
        .type = r->streets ? HS_GEOMETRY_LINES : HS_GEOMETRY_POLYGONS,
        .rows = a->rows,
        .read = read_row,
    };
}

const char *hs_forecast_score_name(hs_forecast_score_kind kind) {
    static const char *const names[] = {"hit_rate", "pai", "pei", "pei_star", "recapture_rate"};
    return names[kind];
}

static double score_of(const hs_forecast_score *score, hs_forecast_score_kind kind) {
    const double values[] = {score->hit_rate, score->pai, score->pei, score->pei_star, score->recapture};
    return values[kind];
}

static hs_forecast_interval interval_of(const double *values, uint32_t count) {
    hs_forecast_interval interval = {(double)NAN, (double)NAN, (double)NAN, 0};
    (void)hs_forecast_bootstrap(values, count, REPLICATES, CONFIDENCE, SEED, NULL, &interval);
    return interval;
}

hs_forecast_interval hs_forecast_interval_of(const hs_forecast *f, hs_forecast_method method,
                                             hs_forecast_score_kind kind) {
    double values[HS_FORECAST_MOST_FOLDS];
    for (uint32_t k = 0; k < f->folds; k++)
        values[k] = score_of(&f->result[method].score[k], kind);
    return interval_of(values, f->folds);
}

hs_forecast_interval hs_forecast_gain(const hs_forecast *f, hs_forecast_method method,
                                      hs_forecast_rival rival, hs_forecast_score_kind kind) {
    double hit_rate[HS_FORECAST_MOST_FOLDS];
    double pai[HS_FORECAST_MOST_FOLDS];
    hs_forecast_gains(f, method, rival, hit_rate, pai);
    return interval_of(kind == HS_SCORE_PAI ? pai : hit_rate, f->folds);
}

hs_forecast_interval hs_forecast_lead(const hs_forecast *f, hs_forecast_method method,
                                      hs_forecast_method other) {
    double values[HS_FORECAST_MOST_FOLDS];
    for (uint32_t k = 0; k < f->folds; k++)
        values[k] = f->result[method].score[k].hit_rate - f->result[other].score[k].hit_rate;
    return interval_of(values, f->folds);
}

static void write_interval(hs_json *json, const char *key, hs_forecast_interval v) {
    hs_json_key(json, key);
    hs_json_object(json);
    hs_json_pair_double(json, "mean", v.mean);
    hs_json_pair_double(json, "low", v.low);
    hs_json_pair_double(json, "high", v.high);
    hs_json_object_end(json);
}

static void write_time(const hs_hotspot_run *run, hs_json *json, const char *key, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    size_t size = hs_timezone_format(run->snapshot->timezone, time_s, text);
    hs_json_pair_str(json, key, (hs_str){text, size});
}

static void write_parameters(const hs_hotspot_run *run, hs_json *json) {
    const hs_forecast_request *r = run->request;
    const hs_forecast_answer *a = run->result;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_json_pair_double(json, "area_share", r->share);
    hs_json_pair_bool(json, "streets", r->streets);
    if (!r->streets) {
        hs_json_pair_double(json, "cell", a->ground.size_m);
        hs_json_pair_bool(json, "cell_tuned", !(r->cell_m > 0));
        hs_json_pair_double(json, "rotation_deg", a->ground.angle_deg);
    }
    hs_json_pair_int(json, "horizon", r->horizon_days);
    hs_json_pair_int(json, "backtest", r->folds);
    hs_json_pair_text(json, "method", hs_forecast_method_name(r->method));
    write_time(run, json, "origin", r->origin_s);
    write_time(run, json, "until", r->origin_s + r->horizon_days * 86400);
    hs_json_object_end(json);
}

static void write_method(const hs_forecast *f, int method, hs_json *json) {
    hs_json_object(json);
    hs_json_pair_text(json, "method", hs_forecast_method_name((hs_forecast_method)method));
    for (int kind = 0; kind < HS_SCORES; kind++)
        write_interval(json, hs_forecast_score_name((hs_forecast_score_kind)kind),
                       hs_forecast_interval_of(f, (hs_forecast_method)method, (hs_forecast_score_kind)kind));
    write_interval(json, "hit_rate_over_kernel_scott",
                   hs_forecast_lead(f, (hs_forecast_method)method, HS_FORECAST_SCOTT));
    hs_json_key(json, "capture_curve");
    hs_json_array(json);
    for (uint32_t k = 0; k < HS_FORECAST_CURVE_POINTS; k++) {
        hs_json_array(json);
        hs_json_double(json, hs_forecast_curve_shares()[k]);
        hs_json_double(json, f->result[method].curve[k]);
        hs_json_array_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
}

static void write_fold(const hs_hotspot_run *run, const hs_forecast *f, uint32_t fold, hs_json *json) {
    hs_json_object(json);
    write_time(run, json, "origin", f->fold_s[fold]);
    hs_json_pair_text(json, "auto", hs_forecast_method_name(f->fold_method[fold]));
    hs_json_key(json, "best_single_earlier");
    if (f->fold_single[fold] < HS_FORECAST_METHODS)
        hs_json_text(json, hs_forecast_method_name(f->fold_single[fold]));
    else
        hs_json_null(json);
    hs_json_pair_double(json, "n", f->result[HS_FORECAST_AUTO].score[fold].observed);
    hs_json_key(json, "hit_rate");
    hs_json_object(json);
    for (int m = 0; m <= HS_FORECAST_METHODS; m++)
        hs_json_pair_double(json, hs_forecast_method_name((hs_forecast_method)m),
                            f->result[m].score[fold].hit_rate);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

/* What the method asked for won over others, in periods that neither saw. */
static void write_gain(const hs_forecast *f, hs_forecast_method method, hs_json *json) {
    static const hs_forecast_score_kind kinds[] = {HS_SCORE_HIT_RATE, HS_SCORE_PAI};
    hs_json_key(json, "gain");
    hs_json_array(json);
    for (int rival = 0; rival < HS_RIVALS && f->folds > 0; rival++) {
        for (int k = 0; k < 2; k++) {
            hs_forecast_interval v = hs_forecast_gain(f, method, (hs_forecast_rival)rival, kinds[k]);
            hs_json_object(json);
            hs_json_pair_text(json, "of", hs_forecast_method_name(method));
            hs_json_pair_text(json, "over", hs_forecast_rival_name((hs_forecast_rival)rival));
            hs_json_pair_text(json, "score", hs_forecast_score_name(kinds[k]));
            hs_json_pair_double(json, "mean", v.mean);
            hs_json_pair_double(json, "low", v.low);
            hs_json_pair_double(json, "high", v.high);
            hs_json_pair_int(json, "folds", v.periods);
            hs_json_object_end(json);
        }
    }
    hs_json_array_end(json);
}

static void write_reporting(const hs_hotspot_run *run, hs_json *json) {
    const hs_forecast_answer *a = run->result;
    char when[HS_TIME_TEXT_SIZE];
    (void)hs_timezone_format(run->snapshot->timezone, a->change_s, when);
    hs_json_key(json, "reporting");
    hs_json_object(json);
    hs_reporting_members(json, &a->found);
    hs_reporting_write_change(json, &a->change, when);
    hs_reporting_write_how(json);
    hs_json_object_end(json);
}

static void write_definitions(hs_json *json) {
    hs_json_key(json, "definitions");
    hs_json_object(json);
    for (int chinese = 1; chinese >= 0; chinese--) {
        hs_json_pair_text(json, chinese ? "recapture_rate_zh" : "recapture_rate_en",
                          hs_forecast_recapture_words(chinese));
        hs_json_pair_text(json, chinese ? "calibration_zh" : "calibration_en",
                          hs_forecast_calibration_words(chinese));
    }
    hs_json_object_end(json);
}

static void write_held_out(const hs_hotspot_run *run, const hs_forecast *f, hs_json *json) {
    const hs_forecast_request *r = run->request;
    hs_json_key(json, "held_out");
    hs_json_object(json);
    hs_json_pair_text(json, "sample", "held-out");
    hs_json_pair_text(json, "note_zh", "留出：各期均未参与该起点的拟合与选择");
    hs_json_pair_text(json, "note_en",
                      "held out: no period was seen by what was fitted and chosen at its origin");
    hs_json_pair_int(json, "periods", f->folds);
    hs_json_pair_double(json, "confidence", CONFIDENCE);
    hs_json_key(json, "methods");
    hs_json_array(json);
    for (int m = 0; m <= HS_FORECAST_METHODS && f->folds > 0; m++)
        write_method(f, m, json);
    hs_json_array_end(json);
    write_gain(f, r->method, json);
    write_definitions(json);
    hs_json_key(json, "folds");
    hs_json_array(json);
    for (uint32_t k = 0; k < f->folds; k++)
        write_fold(run, f, k, json);
    hs_json_array_end(json);
    hs_json_key(json, "calibration");
    hs_json_object(json);
    hs_json_pair_text(json, "method", hs_forecast_method_name(r->method));
    hs_json_pair_double(json, "observed_over_expected", f->calibration.ratio);
    hs_json_pair_double(json, "slope", f->calibration.slope);
    hs_json_pair_double(json, "deviance", f->calibration.deviance);
    hs_json_key(json, "bins");
    hs_json_array(json);
    for (uint32_t b = 0; b < HS_FORECAST_BINS && f->folds > 0; b++) {
        hs_json_object(json);
        hs_json_pair_int(json, "cells", f->bin[b].cells);
        hs_json_pair_double(json, "expected", f->bin[b].expected);
        hs_json_pair_double(json, "observed", f->bin[b].observed);
        hs_json_pair_double(json, "low", f->bin[b].low);
        hs_json_pair_double(json, "high", f->bin[b].high);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

static void write_in_sample(const hs_forecast *f, hs_json *json) {
    hs_json_key(json, "in_sample");
    hs_json_object(json);
    hs_json_pair_text(json, "sample", "in-sample");
    hs_json_pair_text(json, "note_zh",
                      "样本内：所选单元在起点前最近一期的表现，预测已见过该期，不能作为准确度");
    hs_json_pair_text(
        json, "note_en",
        "in-sample: the chosen cells in the period before the origin, which the forecast has seen; "
        "no measure of how good it is");
    hs_json_pair_double(json, "hit_rate", f->in_sample.hit_rate);
    hs_json_pair_double(json, "pai", f->in_sample.pai);
    hs_json_object_end(json);
}

static void write_surface(hs_json *json, const hs_forecast_surface *s) {
    hs_json_object(json);
    hs_json_pair_text(json, "kind", s->kind);
    hs_json_pair_double(json, "bandwidth_m", s->bandwidth_m);
    hs_json_pair_double(json, "half_life_days", isinf(s->half_life_days) ? (double)NAN : s->half_life_days);
    hs_json_pair_double(json, "weight", s->weight);
    hs_json_object_end(json);
}

static void write_fitted(const hs_forecast_fitted *v, hs_json *json) {
    hs_json_key(json, "fitted");
    hs_json_object(json);
    hs_json_pair_int(json, "training_periods", v->training);
    hs_json_pair_double(json, "kernel_scott_bandwidth_m", v->scott_m);
    hs_json_key(json, "kernel");
    write_surface(json, &v->kernel);
    hs_json_pair_double(json, "triggered", v->triggered);
    hs_json_pair_double(json, "trigger_mean_days", v->trigger_days);
    hs_json_pair_double(json, "trigger_sigma_m", v->trigger_m);
    hs_json_key(json, "mixture");
    hs_json_array(json);
    for (uint32_t k = 0; k < HS_FORECAST_WEIGHTS_TOLD; k++)
        write_surface(json, &v->mixture[k]);
    hs_json_array_end(json);
    hs_json_key(json, "stack");
    hs_json_object(json);
    for (int m = 0; m < HS_FORECAST_METHODS; m++)
        if (v->stack[m] > 0)
            hs_json_pair_double(json, hs_forecast_method_name((hs_forecast_method)m), v->stack[m]);
    hs_json_object_end(json);
    hs_json_object_end(json);
}

void hs_forecast_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_forecast_answer *a = run->result;
    const hs_forecast *f = a->forecast;
    write_parameters(run, json);
    hs_json_pair_text(json, "method_used", hs_forecast_method_name(f->method));
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_pair_int(json, "seed", SEED);
    hs_json_pair_int(json, "cells", f->count);
    hs_json_pair_int(json, "chosen", a->chosen);
    hs_json_pair_double(json, "chosen_share", a->chosen_measure / a->all_measure);
    hs_json_pair_double(json, "expected_total", f->fitted.total);
    hs_json_pair_double(json, "expected_in_chosen", a->caught);
    hs_json_pair_int(json, "known_at_origin", (int64_t)f->used);
    write_reporting(run, json);
    write_held_out(run, f, json);
    write_in_sample(f, json);
    write_fitted(&f->fitted, json);
    hs_json_pair_int(json, "without_time", (int64_t)a->timeless);
    hs_areas_tally_members(&a->tally, json);
}
