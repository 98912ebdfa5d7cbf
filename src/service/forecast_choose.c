/* Which lattice: its size by what earlier periods would have caught, its turn and shift by what it promises.
 */
#include "service/forecast.h"

#include <math.h>
#include <stdlib.h>

/* Turns and shifts that are tried. */
enum { TURNS = 6, SHIFTS = 3, TRIED = TURNS * SHIFTS * SHIFTS };
#define TURN_DEG 15.0
/* A lattice other than the one with edges on whole multiples must promise so much more. */
#define CLEARLY 1.02
/* Incidents that the choice looks at, evenly drawn from all. */
#define MOST_LOOKED_AT 60000u
/* Horizons that sizes are compared on. */
#define COMPARED 6

static const double sizes_m[] = {100, 150, 200, 300, 400};
enum { SIZES = sizeof sizes_m / sizeof *sizes_m };
#define USUAL_M 150.0

typedef struct trial {
    double size_m, angle_deg, east_m, north_m, promise;
    hs_status status;
    hs_error error;
} trial;

typedef struct trying {
    const hs_hotspot_work *work;
    const hs_forecast_request *request;
    const hs_forecast_outline *outline;
    hs_forecast_points points;
    int64_t before_s, until_s;
    trial *trials;
    hs_progress_steps steps;
} trying;

static hs_status try_one(trying *t, trial *one) {
    hs_lattice_ground ground;
    hs_status status =
        hs_lattice_ground_make(t->work->snapshot, t->request, t->outline, one->size_m, one->angle_deg,
                               one->east_m, one->north_m, &one->error, &ground);
    if (status != HS_OK) return status;
    hs_forecast_incident *incidents = hs_lattice_ground_place(&ground, &t->points);
    status = incidents ? hs_forecast_promise(&ground.cells, incidents, t->points.count, t->request->share,
                                             t->before_s, t->until_s, &one->error, &one->promise)
                       : hs_error_memory(&one->error, "a lattice");
    free(incidents);
    hs_lattice_ground_done(&ground);
    return status;
}

static void try_some(void *context, size_t begin, size_t end) {
    trying *t = context;
    for (size_t i = begin; i < end; i++)
        t->trials[i].status = hs_progress_step(&t->steps, 1) ? try_one(t, &t->trials[i])
                                                             : hs_hotspot_check(t->work, &t->trials[i].error);
}

static hs_status try_all(trying *t, trial *trials, size_t count) {
    t->trials = trials;
    hs_pool_for(hs_service_pool(t->work->service), count, 1, try_some, t);
    for (size_t i = 0; i < count; i++)
        if (trials[i].status != HS_OK)
            return hs_error_set(t->work->error, trials[i].status, "%s", trials[i].error.message);
    return HS_OK;
}

/* Every so many of the points that were known: they lie in no order of time or place that matters. */
static bool thin(trying *t, const hs_forecast_points *points, int64_t until_s) {
    uint32_t known = 0, stride, seen = 0;
    for (uint32_t i = 0; i < points->count; i++)
        known += points->point[i].time_s < until_s;
    stride = known / MOST_LOOKED_AT + 1;
    t->points = (hs_forecast_points){.point = malloc(((size_t)known / stride + 2) * sizeof *t->points.point)};
    for (uint32_t i = 0; t->points.point && i < points->count; i++)
        if (points->point[i].time_s < until_s && seen++ % stride == 0)
            t->points.point[t->points.count++] = points->point[i];
    return t->points.point != NULL;
}

static hs_status choose_size(trying *t, double *size_m) {
    trial trials[SIZES];
    for (size_t k = 0; k < SIZES; k++)
        trials[k] = (trial){.size_m = sizes_m[k]};
    t->until_s = t->before_s;
    t->before_s -= COMPARED * t->request->horizon_days * 86400;
    hs_status status = try_all(t, trials, SIZES);
    t->before_s = t->until_s;
    double best = 0;
    *size_m = USUAL_M;
    for (size_t k = 0; k < SIZES && status == HS_OK; k++) {
        if (trials[k].promise <= best) continue;
        best = trials[k].promise;
        *size_m = sizes_m[k];
    }
    return status;
}

static hs_status choose_turn(trying *t, double size_m, const trial **chosen, trial *trials) {
    for (int k = 0; k < TRIED; k++) {
        int turn = k / (SHIFTS * SHIFTS), east = k / SHIFTS % SHIFTS, north = k % SHIFTS;
        trials[k] = (trial){.size_m = size_m,
                            .angle_deg = TURN_DEG * turn,
                            .east_m = size_m * east / SHIFTS,
                            .north_m = size_m * north / SHIFTS};
    }
    t->until_s = t->before_s;
    hs_status status = try_all(t, trials, TRIED);
    *chosen = &trials[0];
    double best = trials[0].promise * CLEARLY;
    for (int k = 1; k < TRIED && status == HS_OK; k++) {
        if (trials[k].promise <= best) continue;
        best = trials[k].promise;
        *chosen = &trials[k];
    }
    return status;
}

hs_status hs_lattice_ground_choose(const hs_hotspot_work *work, const hs_forecast_request *request,
                                   const hs_forecast_outline *outline, const hs_forecast_points *points,
                                   int64_t before_s, hs_lattice_ground *ground) {
    trying t = {.work = work, .request = request, .outline = outline, .before_s = before_s};
    trial trials[TRIED];
    const trial *chosen = NULL;
    double size_m = request->cell_m;
    const hs_progress_part part = {&work->progress, 0, HS_FORECAST_CHOICE_SHARE};
    const hs_progress progress = hs_progress_of_part(&part);
    hs_progress_steps_init(&t.steps, &progress, TRIED + (size_m > 0 ? 0 : SIZES));
    if (!thin(&t, points, before_s)) return hs_error_memory(work->error, "a lattice");
    hs_status status = size_m > 0 ? HS_OK : choose_size(&t, &size_m);
    if (status == HS_OK) status = choose_turn(&t, size_m, &chosen, trials);
    free(t.points.point);
    if (status != HS_OK) return status;
    return hs_lattice_ground_make(work->snapshot, request, outline, size_m, chosen->angle_deg, chosen->east_m,
                                  chosen->north_m, work->error, ground);
}
