#include "service/sample/incidents.h"

#include "base/text.h"
#include "service/sample/words.h"

#include <math.h>
#include <stdlib.h>

/* Mean seconds between an occurrence and its report, by source. */
static const double delay_s[HS_SAMPLE_SOURCE_COUNT] = {60, 1200, 400, 7200, 0};

typedef struct reporting {
    const hs_sample_process *process;
    const hs_sample_city *city;
    const hs_timezone *zone;
    hs_sample_words *words;
    hs_arena *arena;
    hs_random random;
    int64_t end_s; /* of the period, UTC */
    uint32_t count;
} reporting;

/* Exponential with mean 1 by comparisons alone (J. von Neumann 1951), so without a logarithm. */
static double waiting(hs_random *random) {
    double whole = 0;
    for (;;) {
        double first = hs_random_uniform(random);
        double last = first;
        uint32_t run = 1;
        for (;;) {
            double next = hs_random_uniform(random);
            if (next >= last) break;
            last = next;
            run++;
        }
        if (run % 2 == 1) return whole + first;
        whole += 1;
    }
}

static hs_sample_source draw_source(const hs_sample_category *category, hs_random *random) {
    double target = hs_random_uniform(random) * category->source_cumulative[HS_SAMPLE_SOURCE_COUNT - 1];
    return (hs_sample_source)hs_sample_pick(category->source_cumulative, HS_SAMPLE_SOURCE_COUNT, target);
}

static void set_times(reporting *r, const hs_sample_event *event, hs_sample_source source,
                      const hs_sample_category *category, hs_incident_record *record) {
    int64_t occurred_s = hs_timezone_to_utc(r->zone, event->local_s);
    int64_t reported_s = occurred_s + (int64_t)(waiting(&r->random) * delay_s[source]);
    if (reported_s >= r->end_s) reported_s = r->end_s - 1;
    record->reported_s = reported_s;
    record->occurred_s = source == HS_SAMPLE_MEDIA ? HS_NO_TIME : occurred_s;
    record->deadline_s = reported_s + (int64_t)(category->limit_h * 3600);
    double hours = category->median_h * hs_sample_exp(category->sigma * hs_sample_gauss(&r->random));
    int64_t closed_s = reported_s + (int64_t)(hours * 3600);
    bool dropped = hs_random_uniform(&r->random) < 0.015; /* not found on site, or not the city's business */
    record->closed_s = closed_s < r->end_s ? closed_s : HS_NO_TIME;
    if (record->closed_s != HS_NO_TIME)
        record->status = dropped ? HS_STR("void") : HS_STR("closed");
    else
        record->status = r->end_s - reported_s < 1800 ? HS_STR("filed") : HS_STR("handling");
}

/* Where it really was: on the edge, a few metres beside its middle line. */
static hs_sample_point true_point(reporting *r, const hs_sample_event *event, double *along_m,
                                  double *offset_m) {
    const hs_sample_edge *edge = &r->city->edge[event->edge];
    *along_m = edge->start_m + event->along * edge->length_m;
    *offset_m = hs_sample_gauss(&r->random) * r->city->definition.street_offset_m;
    return hs_sample_street_point(r->city, &r->city->street[edge->street], *along_m, *offset_m, NULL);
}

static void set_position(reporting *r, hs_sample_point point, hs_sample_source source,
                         hs_incident_record *record) {
    double typical_m = r->city->definition.accuracy_m[source];
    if (!(typical_m > 0)) return;
    double accuracy_m = typical_m * (0.6 + 0.4 * waiting(&r->random));
    /* A device's accuracy is the radius that holds 68 % of its fixes: 1.51 deviations of each axis. */
    point.x_m += hs_sample_gauss(&r->random) * accuracy_m / 1.51;
    point.y_m += hs_sample_gauss(&r->random) * accuracy_m / 1.51;
    record->has_position = true;
    record->position = hs_sample_position(r->city, point);
    record->match_type = HS_MATCH_GIVEN;
    record->accuracy_m = (float)(floor(accuracy_m * 10 + 0.5) / 10);
}

static hs_status emit_event(reporting *r, const hs_sample_event *event, const hs_sample_sink *sink,
                            hs_error *error, int64_t *last_reported_s) {
    const hs_sample_category *category =
        &r->city->definition.category[r->process->component[event->component].category];
    hs_arena_reset(r->arena);
    hs_incident_record record = {.id = (int64_t)++r->count, .weight = 1, .match_type = HS_MATCH_NONE};
    hs_civil civil = hs_civil_from_s(event->local_s);
    record.external_id = hs_str_of(
        hs_arena_printf(r->arena, "SC%04d%02d%02d-%06u", civil.year, civil.month, civil.day, r->count));
    hs_sample_source source = draw_source(category, &r->random);
    record.category = category->code;
    record.department = category->department;
    record.source = hs_str_of(hs_sample_source_name[source]);
    set_times(r, event, source, category, &record);
    double along_m;
    double offset_m;
    hs_sample_point point = true_point(r, event, &along_m, &offset_m);
    set_position(r, point, source, &record);
    const hs_sample_spot spot = {.street = r->city->edge[event->edge].street,
                                 .along_m = along_m,
                                 .right = offset_m > 0,
                                 .point = point};
    record.address = record.has_position ? hs_sample_words_number(r->words, &spot, r->arena)
                                         : hs_sample_words_call(r->words, &spot, &r->random, r->arena);
    record.description = hs_str_of(
        hs_arena_printf(r->arena, "%s：%s", category->name.data, r->city->street[spot.street].name.zh.data));
    if (!record.external_id.size || !record.address.size || !record.description.size)
        return hs_error_set(error, HS_E_MEMORY, "no memory for an incident");
    if (record.reported_s > *last_reported_s) *last_reported_s = record.reported_s;
    return sink->incident(sink->context, &record, error);
}

hs_status hs_sample_emit_incidents(const hs_sample_process *process, uint32_t count, const hs_timezone *zone,
                                   const hs_sample_sink *sink, hs_error *error, int64_t *last_reported_s) {
    const hs_sample_definition *definition = &process->city->definition;
    reporting r = {.process = process, .city = process->city, .zone = zone};
    r.end_s = hs_timezone_to_utc(zone, definition->last_day * 86400);
    hs_random_seed_stream(&r.random, process->city->seed, HS_SAMPLE_STREAM_INCIDENTS);
    hs_sample_event *events = NULL;
    hs_status status = hs_sample_draw(process, definition->first_day, definition->last_day, count, &r.random,
                                      error, &events);
    if (status != HS_OK) return status;
    status = hs_sample_words_new(process->city, error, &r.words);
    r.arena = hs_arena_new((size_t)1 << 20);
    if (status == HS_OK && !r.arena) status = hs_error_set(error, HS_E_MEMORY, "no memory for incidents");
    int64_t last_s = HS_NO_TIME;
    for (uint32_t n = 0; status == HS_OK && n < count; n++)
        status = emit_event(&r, &events[n], sink, error, &last_s);
    hs_arena_free(r.arena);
    hs_sample_words_free(r.words);
    free(events);
    if (status == HS_OK) *last_reported_s = last_s;
    return status;
}
