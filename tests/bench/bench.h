/* What the files of the benchmark share. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "service/service.h"

/* One measured thing: median and 99th percentile of samples. */
void bench_report(const char *name, const char *unit, double *samples, size_t count);
double bench_median(double *samples, size_t count);

/* Each loads nothing itself: the service has a snapshot, except for bench_load. */
hs_status bench_load(const char *store, unsigned runs, hs_error *error);
hs_status bench_rows(hs_service *service, unsigned runs, hs_error *error);
hs_status bench_tiles(hs_service *service, unsigned runs, hs_error *error);

#endif
