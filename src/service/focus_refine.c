/* What is expected on each street, where its class and quarter and its last period say more than the forecast
 * does. Of four ways to put them together each origin takes the one that made what came at earlier origins
 * likeliest; without such the forecast stays as it is. */
#include "service/focus_private.h"

#include "base/hash.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The last period's count against the forecast, which weighs as so many incidents (Gamma-Poisson). */
#define FORECAST_INCIDENTS 8.0
/* A way is taken for another only where it made each earlier incident likelier by this in the mean. */
#define CLEARLY 0.002
/* No place is impossible. */
#define LEAST_CHANCE 1e-9

typedef struct origin {
    int64_t time_s;
    double *way[HS_FOCUS_WAYS]; /* [cells] */
    double likelihood[HS_FOCUS_WAYS];
    uint32_t came;
    hs_status status;
    hs_error error;
} origin;

typedef struct refining {
    const hs_hotspot_work *work;
    const hs_focus_request *r;
    hs_focus_ground *g;
    hs_focus_streets streets;
    origin *origin; /* [folds + 1], the plan's own first */
} refining;

static uint32_t cell_of(const hs_focus_ground *g, const hs_forecast_point *p) {
    const hs_areas *streets = &g->forecast->streets;
    return p->segment < streets->area_of_count ? streets->area_of[p->segment] : HS_NONE;
}

static void count_before(const refining *f, int64_t origin_s, double *all, double *last) {
    const hs_forecast_points *points = &f->g->forecast->points;
    int64_t from_s = origin_s - f->r->forecast.horizon_days * 86400;
    for (uint32_t i = 0; i < points->count; i++) {
        uint32_t cell = cell_of(f->g, &points->point[i]);
        if (cell == HS_NONE || !hs_focus_knows(&points->point[i], origin_s)) continue;
        all[cell] += 1;
        last[cell] += points->point[i].time_s >= from_s;
    }
}

/* The ways: the forecast; it and the last period; its exceptional part and the background; those and the last
 * period. */
static void put_together(const refining *f, origin *o, const double *expected, const double *last,
                         const hs_focus_background *b) {
    double due = 0, usual = 0;
    for (uint32_t i = 0; i < f->streets.count; i++) {
        due += b->ordinary[i] * expected[i];
        usual += b->ordinary[i] * b->background[i];
    }
    for (uint32_t i = 0; i < f->streets.count; i++) {
        double own = expected[i], seen = 0;
        if (own > 0) seen = (FORECAST_INCIDENTS + last[i]) / (FORECAST_INCIDENTS / own + 1);
        double ordinary = usual > 0 ? b->ordinary[i] : 0;
        double background = usual > 0 ? b->background[i] * due / usual : 0;
        o->way[HS_FOCUS_FORECAST][i] = own;
        o->way[HS_FOCUS_LAST][i] = seen;
        o->way[HS_FOCUS_BACKGROUND][i] = ordinary * background + (1 - ordinary) * own;
        o->way[HS_FOCUS_BACKGROUND_LAST][i] = ordinary * background + (1 - ordinary) * seen;
    }
}

/* How likely each way made where the period's incidents came, those that were known at its end. */
static void judge(const refining *f, origin *o) {
    const hs_forecast_points *points = &f->g->forecast->points;
    int64_t until_s = o->time_s + f->r->forecast.horizon_days * 86400;
    double total[HS_FOCUS_WAYS] = {0};
    for (int w = 0; w < HS_FOCUS_WAYS; w++)
        for (uint32_t i = 0; i < f->streets.count; i++)
            total[w] += o->way[w][i];
    for (uint32_t i = 0; i < points->count; i++) {
        const hs_forecast_point *p = &points->point[i];
        uint32_t cell = cell_of(f->g, p);
        if (cell == HS_NONE || p->time_s < o->time_s || !hs_focus_knows(p, until_s)) continue;
        o->came++;
        for (int w = 0; w < HS_FOCUS_WAYS; w++)
            o->likelihood[w] += log(fmax(total[w] > 0 ? o->way[w][cell] / total[w] : 0, LEAST_CHANCE));
    }
}

static hs_status look_from(const refining *f, uint32_t k, origin *o) {
    const hs_forecast *forecast = f->g->forecast->forecast;
    size_t cells = (size_t)f->streets.count + 1;
    double *all = calloc(cells, sizeof *all), *last = calloc(cells, sizeof *last);
    hs_focus_background b = {malloc(cells * sizeof(double)), malloc(cells * sizeof(double)), 0, 0};
    hs_status status = all && last && b.background && b.ordinary ? hs_hotspot_check(f->work, &o->error)
                                                                 : hs_error_memory(&o->error, "streets");
    o->time_s = k == 0 ? f->r->forecast.origin_s : forecast->fold_s[k - 1];
    if (status == HS_OK) {
        count_before(f, o->time_s, all, last);
        status = hs_focus_find_background(&f->streets, all, &o->error, &b);
    }
    if (status == HS_OK) {
        put_together(
            f, o, k == 0 ? forecast->expected : forecast->fold_expected + (size_t)(k - 1) * f->streets.count,
            last, &b);
        if (k > 0) judge(f, o);
        if (k == 0) {
            f->g->background_shape = b.shape;
            f->g->exceptional = b.exceptional;
        }
    }
    free(all);
    free(last);
    free(b.background);
    free(b.ordinary);
    return status;
}

static void look_from_some(void *context, size_t begin, size_t end) {
    const refining *f = context;
    for (size_t k = begin; k < end; k++)
        f->origin[k].status = look_from(f, (uint32_t)k, &f->origin[k]);
}

/* By what came after earlier origins. */
static hs_focus_way choose(const refining *f, uint32_t own) {
    double sum[HS_FOCUS_WAYS] = {0};
    uint32_t came = 0;
    hs_focus_way best = HS_FOCUS_FORECAST;
    for (uint32_t k = own + 1; k <= f->g->forecast->forecast->folds; k++) {
        came += f->origin[k].came;
        for (int w = 0; w < HS_FOCUS_WAYS; w++)
            sum[w] += f->origin[k].likelihood[w];
    }
    for (int w = 1; w < HS_FOCUS_WAYS; w++)
        if (sum[w] > sum[best] + CLEARLY * came) best = (hs_focus_way)w;
    return best;
}

static hs_status describe_streets(refining *f) {
    const hs_focus_ground *g = f->g;
    const hs_areas *areas = &g->forecast->streets;
    const hs_geography *geography = g->snapshot->geography;
    hs_dictionary *classes = hs_dictionary_new();
    uint32_t *class_of = hs_arena_array(g->arena, (size_t)areas->count + 1, sizeof *class_of);
    uint32_t *quarter_of = hs_arena_array(g->arena, (size_t)areas->count + 1, sizeof *quarter_of);
    hs_status status = classes && class_of && quarter_of ? HS_OK : hs_error_memory(f->work->error, "streets");
    for (uint32_t i = 0; i < areas->count && status == HS_OK; i++) {
        uint32_t street = geography->segments.street[areas->segment[i]], row = HS_NONE;
        hs_placement at;
        hs_geography_place(geography, areas->label[i], &at);
        for (int level = HS_LEVEL_COMMUNITY; level >= 0 && row == HS_NONE; level--)
            row = at.unit[level];
        quarter_of[i] = row == HS_NONE ? geography->units.count : row;
        class_of[i] = hs_dictionary_put(classes, geography->streets.road_class[street]);
        if (class_of[i] == HS_NONE) status = hs_error_memory(f->work->error, "streets");
    }
    if (status == HS_OK)
        f->streets = (hs_focus_streets){areas->count,
                                        areas->measure,
                                        class_of,
                                        quarter_of,
                                        hs_dictionary_count(classes),
                                        geography->units.count + 1};
    hs_dictionary_free(classes);
    return status;
}

static hs_status allocate(refining *f) {
    hs_focus_ground *g = f->g;
    size_t cells = (size_t)f->streets.count + 1, origins = (size_t)g->forecast->forecast->folds + 1;
    f->origin = hs_arena_array(g->arena, origins, sizeof *f->origin);
    g->expected = hs_arena_array(g->arena, origins, sizeof *g->expected);
    g->way = hs_arena_array(g->arena, origins, sizeof *g->way);
    bool good = f->origin && g->expected && g->way;
    for (size_t k = 0; good && k < origins; k++)
        for (int w = 0; good && w < HS_FOCUS_WAYS; w++) {
            f->origin[k].way[w] = malloc(cells * sizeof(double));
            good = f->origin[k].way[w] != NULL;
        }
    for (size_t k = 0; good && k < origins; k++) {
        g->expected[k] = hs_arena_array(g->arena, cells, sizeof **g->expected);
        good = g->expected[k] != NULL;
    }
    return good ? HS_OK : hs_error_memory(f->work->error, "streets");
}

static void release(refining *f) {
    for (uint32_t k = 0; f->origin && k <= f->g->forecast->forecast->folds; k++)
        for (int w = 0; w < HS_FOCUS_WAYS; w++)
            free(f->origin[k].way[w]);
}

hs_status hs_focus_refine(const hs_hotspot_work *work, hs_focus_ground *g) {
    refining f = {.work = work, .r = work->request, .g = g};
    size_t origins = (size_t)g->forecast->forecast->folds + 1;
    hs_status status = describe_streets(&f);
    if (status == HS_OK) status = allocate(&f);
    if (status == HS_OK) hs_pool_for(hs_service_pool(work->service), origins, 1, look_from_some, &f);
    for (size_t k = 0; k < origins && status == HS_OK; k++)
        if (f.origin[k].status != HS_OK)
            status = hs_error_set(work->error, f.origin[k].status, "%s", f.origin[k].error.message);
    for (size_t k = 0; k < origins && status == HS_OK; k++) {
        g->way[k] = choose(&f, (uint32_t)k);
        memcpy(g->expected[k], f.origin[k].way[g->way[k]], f.streets.count * sizeof **g->expected);
    }
    release(&f);
    return status;
}
