#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

void bench_report(const char *name, const char *unit, double *samples, size_t count) {
    if (count == 0) return;
    qsort(samples, count, sizeof *samples, compare);
    double median = count % 2 ? samples[count / 2] : (samples[count / 2 - 1] + samples[count / 2]) / 2;
    size_t p95 = (size_t)ceil(0.95 * (double)count) - 1;
    size_t p99 = (size_t)ceil(0.99 * (double)count) - 1;
    printf("{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.6g,\"p95\":%.6g,\"p99\":%.6g,\"n\":%zu}\n", name,
           unit, median, samples[p95], samples[p99], count);
    (void)fflush(stdout);
}
