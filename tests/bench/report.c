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
    size_t at = (size_t)ceil(0.99 * (double)count) - 1;
    printf("{\"name\":\"%s\",\"unit\":\"%s\",\"median\":%.6g,\"p99\":%.6g,\"n\":%zu}\n", name, unit, median,
           samples[at], count);
    (void)fflush(stdout);
}
