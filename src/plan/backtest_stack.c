/* The third pass: the stack, by the members' own forecasts of periods that had ended, and what auto is. */
#include "plan/backtest.h"

#include "geo/real.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS     60
#define MOST_LEAD 2.0
#define PRIOR     40.0 /* incidents that equal weights are worth */
/* Another method is taken when it caught more by so many standard errors. */
#define CLEARLY 3.0

const hs_forecast_method hs_stacked[HS_STACKED] = {HS_FORECAST_ALL, HS_FORECAST_KERNEL,
                                                   HS_FORECAST_SELF_EXCITING, HS_FORECAST_REGRESSION,
                                                   HS_FORECAST_MIXTURE};

/* How much more a member caught than the members' mean, in standard errors, at most MOST_LEAD either way. */
static double lead_of(const hs_backtest *b, uint32_t first, uint32_t end, int member) {
    double n = 0, sum = 0, square = 0;
    for (uint32_t j = first; j < end; j += b->per_horizon) {
        const hs_origin *o = &b->origin[j];
        double mean = 0;
        if (o->count == 0) continue;
        for (int m = 0; m < HS_STACKED; m++)
            mean += o->method_caught[hs_stacked[m]] / HS_STACKED;
        double more = (o->method_caught[hs_stacked[member]] - mean) / o->count;
        n++;
        sum += more;
        square += more * more;
    }
    if (n < 4) return 0;
    double variance = (square - sum * sum / n) / (n - 1);
    double z = variance > 0 ? sum / n / sqrt(variance / n) : 0;
    return fmin(MOST_LEAD, fmax(-MOST_LEAD, z));
}

/* Half by likelihood and half alike, then by what each caught: the plan is to catch, not to be likely. */
static void weigh(const hs_backtest *b, uint32_t first, uint32_t end, double *weight) {
    double sum = 0;
    for (int m = 0; m < HS_STACKED; m++) {
        weight[m] = (weight[m] + 1.0 / HS_STACKED) / 2 * hs_real_exp(lead_of(b, first, end, m));
        sum += weight[m];
    }
    for (int m = 0; m < HS_STACKED; m++)
        weight[m] /= sum;
}

static hs_status stack(hs_backtest *b, uint32_t own) {
    hs_origin *o = &b->origin[own];
    uint32_t first, end, cells = b->space->cells->count, most = 0;
    double prior[HS_STACKED], weight[HS_STACKED];
    const float *chance[2 * HS_TRAINING_PERIODS];
    uint32_t count[2 * HS_TRAINING_PERIODS];
    hs_backtest_training(b, own, &first, &end);
    for (uint32_t j = first; j < end; j++) {
        chance[j - first] = b->origin[j].member;
        count[j - first] = b->origin[j].count;
        most = count[j - first] > most ? count[j - first] : most;
    }
    double *spare = malloc(((size_t)most + 1) * sizeof *spare);
    float *observed = malloc(cells * sizeof *observed), *bins = malloc(2 * HS_CAUGHT_BINS * sizeof *bins);
    if (spare && observed && bins) {
        for (int m = 0; m < HS_STACKED; m++)
            prior[m] = PRIOR / HS_STACKED;
        const hs_mixture_data data = {HS_STACKED, end - first, chance, count};
        hs_mixture_fit(&data, prior, STEPS, spare, weight);
        weigh(b, first, end, weight);
        float *mass = o->mass + (size_t)HS_FORECAST_STACK * cells;
        memset(mass, 0, cells * sizeof *mass);
        for (int m = 0; m < HS_STACKED; m++) {
            o->fitted.stack[hs_stacked[m]] = weight[m];
            for (uint32_t i = 0; i < cells; i++)
                mass[i] += (float)weight[m] * o->mass[(size_t)hs_stacked[m] * cells + i];
        }
        if (own >= b->per_horizon) {
            hs_backtest_observed(b, o->time_s, true, observed);
            o->method_caught[HS_FORECAST_STACK] =
                hs_space_caught(b->space, mass, observed, b->options->share, bins);
        }
    }
    bool good = spare && observed && bins;
    free(spare);
    free(observed);
    free(bins);
    return good ? HS_OK : hs_error_memory(&o->error, "a stack");
}

/* How clearly a method caught more than the stack: the mean difference in standard errors. */
static double clearness(const hs_backtest *b, uint32_t first, uint32_t end, int method) {
    double n = 0, sum = 0, square = 0;
    for (uint32_t j = first; j < end; j += b->per_horizon) {
        const hs_origin *o = &b->origin[j];
        if (o->count == 0) continue;
        double more = (o->method_caught[method] - o->method_caught[HS_FORECAST_STACK]) / o->count;
        n++;
        sum += more;
        square += more * more;
    }
    if (n < 4 || !(sum > 0)) return 0;
    double variance = (square - sum * sum / n) / (n - 1);
    return variance > 0 ? sum / n / sqrt(variance / n) : 0;
}

static hs_forecast_method best_single(const hs_backtest *b, uint32_t first, uint32_t end) {
    hs_forecast_method best = HS_FORECAST_METHODS;
    double most = -1;
    for (int m = 0; m < HS_FORECAST_STACK && first < end; m++) {
        double caught = 0;
        for (uint32_t j = first; j < end; j += b->per_horizon)
            caught += b->origin[j].method_caught[m] / fmax(1, b->origin[j].count);
        if (caught <= most) continue;
        most = caught;
        best = (hs_forecast_method)m;
    }
    return best;
}

static hs_status choose(hs_backtest *b, uint32_t own) {
    uint32_t first, end;
    double clearest = CLEARLY;
    hs_origin *o = &b->origin[own];
    hs_backtest_training(b, own, &first, &end);
    o->single = best_single(b, first, end);
    o->chosen = HS_FORECAST_STACK;
    for (int m = 0; m < HS_FORECAST_STACK; m++) {
        double clear = clearness(b, first, end, m);
        if (clear <= clearest) continue;
        clearest = clear;
        o->chosen = (hs_forecast_method)m;
    }
    return HS_OK;
}

hs_status hs_backtest_stack(hs_backtest *b, hs_error *error) {
    hs_status status = hs_backtest_each(b, stack, error);
    return status == HS_OK ? hs_backtest_each(b, choose, error) : status;
}
