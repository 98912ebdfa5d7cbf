/* Counters of a server, in Prometheus text. All atomic. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "base/buffer.h"
#include <stdatomic.h>

#define HS_METRIC_BUCKETS 13

typedef struct hs_http_metrics {
    atomic_uint_fast64_t by_class[6]; /* [status / 100] */
    atomic_uint_fast64_t bytes_sent;
    atomic_uint_fast64_t bucket[HS_METRIC_BUCKETS + 1];
    atomic_uint_fast64_t total_us;
    atomic_uint_fast64_t cache_hits, cache_misses, not_modified, deadline_closed, deferred_refused;
    atomic_int connections, in_flight, deferred;
} hs_http_metrics;

void hs_http_metrics_count(hs_http_metrics *metrics, unsigned status, uint64_t bytes, double duration_ms);
void hs_http_metrics_write(const hs_http_metrics *metrics, hs_buffer *out);

#endif
