#include "bench.h"

#include "base/clock.h"
#include "base/random.h"

#include <stdlib.h>

enum { APPENDS = 5000, MERGES_MOST = 64 };

typedef struct live {
    hs_service *service;
    hs_snapshot *snapshot;
    hs_filter filter; /* of a selection that somebody looks at */
    hs_random random;
    double append_ms[APPENDS], all_ms[APPENDS], merge_ms[MERGES_MOST];
    size_t merges;
} live;

/* The next incident: like one that is there, some metres away. */
static hs_incident_record next_record(live *l) {
    const hs_incidents *incidents = l->snapshot->incidents;
    const hs_incident_chunk *chunk = incidents->chunk[0];
    uint32_t i = hs_random_below(&l->random, chunk->count);
    hs_incident_record record = {.id = (INT64_C(1) << 40) + (int64_t)incidents->count,
                                 .category = incidents->category_code[hs_incident_category(chunk, i)],
                                 .reported_s = hs_incident_time(chunk, i, HS_TIME_DEFAULT),
                                 .occurred_s = HS_NO_TIME,
                                 .closed_s = HS_NO_TIME,
                                 .deadline_s = HS_NO_TIME,
                                 .has_position = chunk->positioned,
                                 .match_type = HS_MATCH_GIVEN,
                                 .weight = 1};
    if (chunk->positioned) record.position = hs_incident_position(chunk, i);
    record.position.lon_e7 += (int32_t)hs_random_below(&l->random, 1000);
    return record;
}

/* A snapshot with other incidents, and the selection on it that was cached before. */
static hs_status show(live *l, hs_incidents *incidents, hs_error *error) {
    const hs_snapshot *old = l->snapshot;
    hs_snapshot *snapshot;
    const hs_selection *selection;
    hs_status status =
        hs_snapshot_next(old, old->version + 1, old->plans_version, &old->info, incidents, error, &snapshot);
    if (status != HS_OK) return status;
    hs_snapshot_unref(l->snapshot);
    l->snapshot = snapshot;
    status = hs_service_select(l->service, snapshot, &l->filter, error, &selection);
    if (status == HS_OK) hs_service_selection_unref(selection);
    return status;
}

static hs_status append_one(live *l, size_t number, hs_error *error) {
    hs_incident_record record = next_record(l);
    hs_incidents_builder *builder;
    hs_incidents *incidents = NULL;
    double start_ms = hs_clock_monotonic_ms();
    hs_status status = hs_incidents_builder_new(error, &builder);
    if (status != HS_OK) return status;
    hs_incidents_builder_set_zone(builder, l->snapshot->timezone);
    status = hs_incidents_add(builder, &record, error);
    if (status != HS_OK) {
        hs_incidents_builder_free(builder);
        return status;
    }
    status = hs_incidents_append(l->snapshot->incidents, builder, l->snapshot->geography,
                                 l->snapshot->incidents_version + 1, error, &incidents);
    l->append_ms[number] = hs_clock_monotonic_ms() - start_ms;
    if (status == HS_OK) status = show(l, incidents, error);
    l->all_ms[number] = hs_clock_monotonic_ms() - start_ms;
    return status;
}

static hs_status merge_due(live *l, hs_error *error) {
    hs_status status = HS_OK;
    while (status == HS_OK && l->merges < MERGES_MOST && hs_incidents_merge_due(l->snapshot->incidents)) {
        hs_incidents *incidents;
        double start_ms = hs_clock_monotonic_ms();
        status = hs_incidents_merge(l->snapshot->incidents, l->snapshot->timezone, error, &incidents);
        if (status == HS_OK) l->merge_ms[l->merges++] = hs_clock_monotonic_ms() - start_ms;
        if (status == HS_OK) status = show(l, incidents, error);
    }
    return status;
}

static hs_status measure(live *l, hs_arena *arena, hs_error *error) {
    hs_str name = HS_STR("hours"), value = HS_STR("18-23");
    const hs_selection *selection;
    hs_status status = hs_filter_parse(l->snapshot, &name, &value, 1, -1, arena, error, &l->filter);
    if (status == HS_OK) status = hs_service_select(l->service, l->snapshot, &l->filter, error, &selection);
    if (status != HS_OK) return status;
    hs_service_selection_unref(selection);
    for (size_t i = 0; status == HS_OK && i < APPENDS; i++) {
        status = append_one(l, i, error);
        if (status == HS_OK) status = merge_due(l, error);
    }
    if (status != HS_OK) return status;
    bench_report("one incident into the columns", "ms", l->append_ms, APPENDS);
    bench_report("and into a snapshot and a selection", "ms", l->all_ms, APPENDS);
    bench_report("merging live chunks, in the background", "ms", l->merge_ms, l->merges);
    return HS_OK;
}

/* Live incidents, one by one: the store is not part of it. */
hs_status bench_append(hs_service *service, const bench_options *options, hs_error *error) {
    (void)options;
    hs_arena *arena = hs_arena_new(1 << 20);
    live *l = calloc(1, sizeof *l);
    hs_status status = HS_OK;
    if (arena && l) {
        l->service = service;
        l->snapshot = hs_service_snapshot(service);
        hs_random_seed(&l->random, 1);
        if (l->snapshot->incidents->chunk_count > 0) status = measure(l, arena, error);
        hs_snapshot_unref(l->snapshot);
    } else {
        status = hs_error_set(error, HS_E_MEMORY, "out of memory");
    }
    free(l);
    hs_arena_free(arena);
    return status;
}
