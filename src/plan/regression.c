#include "plan/regression.h"

#include "geo/real.h"
#include <math.h>
#include <string.h>

#define MOST        HS_REGRESSION_MOST
#define STEPS       12
#define MOST_LINEAR 30.0
#define CLOSE       1e-4

static void standardise(const hs_design *const *designs, uint32_t count, hs_regression *r) {
    double n = 0, sum[MOST] = {0}, square[MOST] = {0};
    for (uint32_t d = 0; d < count; d++)
        for (uint32_t i = 0; i < designs[d]->rows; i++) {
            const float *x = designs[d]->x + (size_t)i * r->columns;
            double w = (double)designs[d]->weight[i];
            n += w;
            for (uint32_t k = 0; k < r->columns; k++) {
                sum[k] += w * (double)x[k];
                square[k] += w * (double)x[k] * (double)x[k];
            }
        }
    for (uint32_t k = 0; k < r->columns; k++) {
        r->mean[k] = n > 0 ? sum[k] / n : 0;
        double variance = n > 0 ? square[k] / n - r->mean[k] * r->mean[k] : 0;
        r->scale[k] = variance > 1e-9 ? sqrt(variance) : 1;
    }
}

static double linear(const hs_regression *r, const float *x, double *z) {
    double eta = r->constant;
    for (uint32_t k = 0; k < r->columns; k++) {
        z[k] = ((double)x[k] - r->mean[k]) / r->scale[k];
        eta += r->slope[k] * z[k];
    }
    return fmin(fmax(eta, -MOST_LINEAR), MOST_LINEAR);
}

/* Gradient and curvature of the penalised likelihood; the constant is the last column. */
static void add_rows(const hs_design *d, const hs_regression *r, double gradient[MOST],
                     double curvature[MOST][MOST]) {
    double z[MOST];
    for (uint32_t i = 0; i < d->rows; i++) {
        double eta = linear(r, d->x + (size_t)i * r->columns, z);
        double w = (double)d->weight[i], mean = (double)d->exposure[i] * hs_real_exp(eta);
        double left = w * ((double)d->count[i] - mean), bend = w * mean;
        z[r->columns] = 1;
        for (uint32_t a = 0; a <= r->columns; a++) {
            gradient[a] += left * z[a];
            double part = bend * z[a];
            for (uint32_t b = 0; b <= a; b++)
                curvature[a][b] += part * z[b];
        }
    }
}

/* Solves curvature step = gradient by Cholesky's decomposition, in place. */
static bool solve(uint32_t n, double curvature[MOST][MOST], double gradient[MOST]) {
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b <= a; b++) {
            double sum = curvature[a][b];
            for (uint32_t k = 0; k < b; k++)
                sum -= curvature[a][k] * curvature[b][k];
            if (a == b && !(sum > 0)) return false;
            curvature[a][b] = a == b ? sqrt(sum) : sum / curvature[b][b];
        }
    for (uint32_t a = 0; a < n; a++) {
        for (uint32_t k = 0; k < a; k++)
            gradient[a] -= curvature[a][k] * gradient[k];
        gradient[a] /= curvature[a][a];
    }
    for (uint32_t a = n; a-- > 0;) {
        for (uint32_t k = a + 1; k < n; k++)
            gradient[a] -= curvature[k][a] * gradient[k];
        gradient[a] /= curvature[a][a];
    }
    return true;
}

void hs_regression_fit(const hs_design *const *designs, uint32_t count, double ridge, hs_regression *r) {
    *r = (hs_regression){.columns = count > 0 ? designs[0]->columns : 0};
    standardise(designs, count, r);
    for (int step = 0; step < STEPS; step++) {
        double gradient[MOST] = {0}, curvature[MOST][MOST];
        memset(curvature, 0, sizeof curvature);
        for (uint32_t d = 0; d < count; d++)
            add_rows(designs[d], r, gradient, curvature);
        for (uint32_t k = 0; k < r->columns; k++) {
            gradient[k] -= ridge * r->slope[k];
            curvature[k][k] += ridge;
        }
        curvature[r->columns][r->columns] += 1e-9;
        if (!solve(r->columns + 1, curvature, gradient)) return;
        double largest = 0;
        for (uint32_t k = 0; k <= r->columns; k++)
            largest = fmax(largest, fabs(gradient[k]));
        double part = largest > 2 ? 2 / largest : 1;
        for (uint32_t k = 0; k < r->columns; k++)
            r->slope[k] += part * gradient[k];
        r->constant += part * gradient[r->columns];
        if (largest < CLOSE) return;
    }
}

double hs_regression_mean(const hs_regression *r, const float *x) {
    double z[MOST];
    return hs_real_exp(linear(r, x, z));
}
