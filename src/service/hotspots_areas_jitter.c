/* Counts with uncertain positions: each incident is moved to a random place within its accuracy. Chance comes
 * from seed, run and incident, so that threads change nothing. */
#include "service/hotspots_areas.h"

#include "base/pool.h"
#include "base/random.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROWS_A_PIECE = 4096 };

typedef struct moving {
    const hs_hotspot_work *work;
    const hs_areas_request *request;
    const hs_areas *areas;
    const hs_selection *selection;
    uint32_t chunk, run;
    atomic_int_least64_t *weight; /* [areas] */
    atomic_bool stopped;
} moving;

/* Anywhere in the disc, equally likely; a few hundred metres are short enough for the local scale. */
static hs_position move(const moving *m, hs_position from, double radius_m, int64_t row) {
    hs_random random;
    double u, v, metres_per_lon_e7, metres_per_lat_e7;
    hs_random_seed_stream(&random, m->request->seed + ((uint64_t)m->run << 40), (uint64_t)row);
    do {
        u = 2 * hs_random_uniform(&random) - 1;
        v = 2 * hs_random_uniform(&random) - 1;
    } while (u * u + v * v > 1);
    hs_ground_scale_m(from.lat_e7, &metres_per_lon_e7, &metres_per_lat_e7);
    return (hs_position){from.lon_e7 + (int32_t)lround(u * radius_m / metres_per_lon_e7),
                         from.lat_e7 + (int32_t)lround(v * radius_m / metres_per_lat_e7)};
}

static void move_rows(void *context, size_t begin, size_t end) {
    moving *m = context;
    const hs_snapshot *snapshot = m->work->snapshot;
    const hs_incident_chunk *chunk = snapshot->incidents->chunk[m->chunk];
    hs_error error = {0};
    if (atomic_load(&m->stopped)) return;
    if (hs_hotspot_check(m->work, &error) != HS_OK) atomic_store(&m->stopped, true);
    for (uint32_t i = (uint32_t)begin; i < (uint32_t)end; i++) {
        if (!hs_selected(m->selection, m->chunk, i)) continue;
        double radius_m = hs_incident_attributes_of(chunk, i)->accuracy_m;
        uint32_t area =
            radius_m > 0
                ? hs_area_at(snapshot, m->request, m->areas,
                             move(m, hs_incident_position(chunk, i), radius_m, hs_incident_row(chunk, i)))
                : hs_area_of_incident(snapshot, m->request, m->areas, chunk, i);
        if (area == HS_NONE) continue;
        atomic_fetch_add_explicit(&m->weight[area],
                                  llround(hs_incident_weight(chunk, i) * HS_AREAS_WEIGHT_UNIT),
                                  memory_order_relaxed);
    }
}

hs_status hs_areas_count_moved(const hs_hotspot_work *work, const hs_areas_request *request,
                               const hs_areas *areas, const hs_selection *selection, uint32_t run,
                               double *events) {
    moving m = {work, request, areas, selection, 0, run, NULL, false};
    m.weight = calloc((size_t)areas->count + 1, sizeof *m.weight);
    if (!m.weight) return hs_error_memory(work->error, "counts");
    for (m.chunk = 0; m.chunk < selection->chunk_count; m.chunk++) {
        const hs_incident_chunk *chunk = work->snapshot->incidents->chunk[m.chunk];
        if (chunk->positioned)
            hs_pool_for(hs_service_pool(work->service), chunk->count, ROWS_A_PIECE, move_rows, &m);
    }
    for (uint32_t i = 0; i < areas->count; i++)
        events[i] = (double)atomic_load(&m.weight[i]) / HS_AREAS_WEIGHT_UNIT;
    free(m.weight);
    return atomic_load(&m.stopped) ? hs_hotspot_check(work, work->error) : HS_OK;
}
