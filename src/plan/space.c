#include "plan/space.h"

#include "geo/real.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS HS_FORECAST_PARTS
/* Bandwidths up to so many sides of a square are evaluated on its parts. */
#define FINE_SIDES 1.0
/* A Gaussian ends at so many standard deviations. */
#define REACH 3.5
/* Bandwidths so far beyond a lattice make no difference to it. */
#define MOST_TAPS 4096

void hs_space_init(hs_space *space, const hs_forecast_cells *cells) {
    *space = (hs_space){.cells = cells, .squares = cells->place != NULL};
    space->parts = space->squares ? cells->columns * cells->rows * PARTS * PARTS : cells->count;
    for (uint32_t i = 0; i < cells->count; i++)
        space->all_measure += cells->measure[i];
}

uint32_t hs_space_part(const hs_space *space, const hs_forecast_incident *incident) {
    const hs_forecast_cells *c = space->cells;
    if (!space->squares) return incident->cell;
    uint32_t place = c->place[incident->cell], row = place / c->columns, column = place % c->columns;
    return (row * PARTS + incident->part / PARTS) * c->columns * PARTS + column * PARTS +
           incident->part % PARTS;
}

hs_status hs_smoother_init(hs_smoother *s, const hs_space *space, hs_error *error) {
    const hs_forecast_cells *c = space->cells;
    size_t parts = (size_t)space->parts + 1, squares = space->squares ? parts / (PARTS * PARTS) + 1 : 1;
    *s = (hs_smoother){
        .weight = calloc(parts, sizeof *s->weight),
        .fine = malloc(parts * sizeof *s->fine),
        .spare = malloc(2 * parts * sizeof *s->spare),
        .rough = malloc(squares * sizeof *s->rough),
        .kernel = malloc((2 * MOST_TAPS + 1) * sizeof *s->kernel),
        .reach = malloc(((size_t)c->count + 1) * sizeof *s->reach),
    };
    if (s->weight && s->fine && s->spare && s->rough && s->kernel && s->reach) return HS_OK;
    hs_smoother_done(s);
    return hs_error_memory(error, "smoothing");
}

void hs_smoother_done(hs_smoother *s) {
    free(s->weight);
    free(s->fine);
    free(s->spare);
    free(s->rough);
    free(s->kernel);
    free(s->reach);
    *s = (hs_smoother){0};
}

void hs_smoother_clear(hs_smoother *s, const hs_space *space) {
    memset(s->weight, 0, space->parts * sizeof *s->weight);
}

void hs_smoother_take(hs_smoother *s, const hs_space *space) {
    const hs_forecast_cells *c = space->cells;
    for (uint32_t p = 0; p < space->parts; p++)
        s->fine[p] = (float)((double)s->weight[p] / HS_SPACE_UNIT);
    if (!space->squares) return;
    size_t width = (size_t)c->columns * PARTS;
    for (uint32_t row = 0; row < c->rows; row++)
        for (uint32_t column = 0; column < c->columns; column++) {
            int64_t sum = 0;
            for (uint32_t a = 0; a < PARTS; a++)
                for (uint32_t b = 0; b < PARTS; b++)
                    sum += s->weight[(row * PARTS + a) * width + column * PARTS + b];
            s->rough[(size_t)row * c->columns + column] = (float)((double)sum / HS_SPACE_UNIT);
        }
}

/* Shares of a Gaussian at whole steps; returns how many to each side. */
static int fill_kernel(float *kernel, double steps) {
    int taps = (int)ceil(REACH * steps);
    if (taps > MOST_TAPS) taps = MOST_TAPS;
    double sum = 0;
    for (int k = -taps; k <= taps; k++)
        sum += hs_real_exp(-0.5 * (k / steps) * (k / steps));
    for (int k = -taps; k <= taps; k++)
        kernel[k + taps] = (float)(hs_real_exp(-0.5 * (k / steps) * (k / steps)) / sum);
    return taps;
}

static void add_scaled(float *restrict to, const float *restrict from, float scale, size_t count) {
    for (size_t i = 0; i < count; i++)
        to[i] += scale * from[i];
}

static bool is_empty(const float *row, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (row[i] != 0) return false;
    return true;
}

static void blur_rows(const float *in, float *out, size_t width, size_t height, const float *kernel,
                      int taps) {
    memset(out, 0, width * height * sizeof *out);
    for (size_t y = 0; y < height; y++) {
        const float *from = in + y * width;
        float *to = out + y * width;
        if (is_empty(from, width)) continue;
        for (int k = -taps; k <= taps; k++) {
            size_t shift = (size_t)abs(k);
            if (shift >= width) continue;
            if (k >= 0)
                add_scaled(to + shift, from, kernel[k + taps], width - shift);
            else
                add_scaled(to, from + shift, kernel[k + taps], width - shift);
        }
    }
}

static void blur_columns(const float *in, float *out, size_t width, size_t height, const float *kernel,
                         int taps) {
    memset(out, 0, width * height * sizeof *out);
    for (size_t y = 0; y < height; y++)
        for (int k = -taps; k <= taps; k++) {
            int64_t from = (int64_t)y + k;
            if (from >= 0 && from < (int64_t)height)
                add_scaled(out + y * width, in + (size_t)from * width, kernel[k + taps], width);
        }
}

static float sum_parts(const hs_space *space, const float *fine, uint32_t place) {
    const hs_forecast_cells *c = space->cells;
    size_t width = (size_t)c->columns * PARTS;
    const float *at =
        fine + (size_t)(place / c->columns) * PARTS * width + (size_t)(place % c->columns) * PARTS;
    float sum = 0;
    for (uint32_t a = 0; a < PARTS; a++)
        for (uint32_t b = 0; b < PARTS; b++)
            sum += at[a * width + b];
    return sum;
}

static void spread_squares(hs_smoother *s, const hs_space *space, double east_m, double north_m,
                           float *mass) {
    const hs_forecast_cells *c = space->cells;
    if (east_m <= 0 || north_m <= 0) {
        for (uint32_t i = 0; i < c->count; i++)
            mass[i] = s->rough[c->place[i]];
        return;
    }
    bool fine = fmin(east_m, north_m) <= FINE_SIDES * c->size_m;
    size_t per = fine ? PARTS : 1, width = c->columns * per, height = c->rows * per;
    double step_m = c->size_m / (double)per;
    float *once = s->spare, *twice = s->spare + width * height;
    int taps = fill_kernel(s->kernel, east_m / step_m);
    blur_rows(fine ? s->fine : s->rough, once, width, height, s->kernel, taps);
    taps = fill_kernel(s->kernel, north_m / step_m);
    blur_columns(once, twice, width, height, s->kernel, taps);
    for (uint32_t i = 0; i < c->count; i++)
        mass[i] = fine ? sum_parts(space, twice, c->place[i]) : twice[c->place[i]];
    double whole = c->size_m * c->size_m * 1e-6;
    for (uint32_t i = 0; i < c->count;
         i++) /* what a wide kernel puts outside of the city is not in the cell */
        if (east_m >= 0.8 * c->size_m) mass[i] *= (float)fmin(1, c->measure[i] / whole);
}

static double share_at(double distance_m, double bandwidth_m) {
    double r = distance_m / bandwidth_m;
    return r < REACH ? hs_real_exp(-0.5 * r * r) : 0;
}

/* Each segment spreads its weight over the ones in reach by their length and the kernel. */
static void spread_segments(hs_smoother *s, const hs_space *space, double bandwidth_m, float *mass) {
    const hs_forecast_cells *c = space->cells;
    if (bandwidth_m <= 0) {
        memcpy(mass, s->fine, c->count * sizeof *mass);
        return;
    }
    enum { STEPS = 512 };
    double most_m = fmin(HS_FORECAST_REACH_M, REACH * bandwidth_m), step_m = most_m / STEPS;
    float *share = s->kernel;
    for (int k = 0; k <= STEPS; k++)
        share[k] = (float)share_at(k * step_m, bandwidth_m);
    for (uint32_t i = 0; i < c->count; i++) {
        double sum = c->measure[i];
        for (uint32_t l = c->link_first[i]; l < c->link_first[i + 1]; l++)
            if ((double)c->link_m[l] < most_m)
                sum += c->measure[c->link[l]] * (double)share[(int)((double)c->link_m[l] / step_m)];
        s->reach[i] = (float)((double)s->fine[i] / sum);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        double sum = (double)s->reach[i];
        for (uint32_t l = c->link_first[i]; l < c->link_first[i + 1]; l++)
            if ((double)c->link_m[l] < most_m)
                sum += (double)s->reach[c->link[l]] * (double)share[(int)((double)c->link_m[l] / step_m)];
        mass[i] = (float)(sum * c->measure[i]);
    }
}

void hs_smoother_spread(hs_smoother *s, const hs_space *space, double east_m, double north_m, float *mass) {
    if (space->squares)
        spread_squares(s, space, east_m, north_m, mass);
    else
        spread_segments(s, space, sqrt(east_m * north_m), mass);
}

void hs_space_normalise(const hs_space *space, float *mass) {
    const hs_forecast_cells *c = space->cells;
    double sum = 0;
    for (uint32_t i = 0; i < c->count; i++)
        sum += (double)mass[i];
    for (uint32_t i = 0; i < c->count; i++)
        mass[i] = (float)(sum > 0 ? (double)mass[i] / sum : c->measure[i] / space->all_measure);
}
