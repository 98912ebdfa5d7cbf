#include "http/metrics.h"

static const double bucket_s[HS_METRIC_BUCKETS] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                   0.1,    0.25,  0.5,    1,     2.5,  10};
static const char *const bucket_text[HS_METRIC_BUCKETS] = {
    "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10"};

void hs_http_metrics_count(hs_http_metrics *metrics, unsigned status, uint64_t bytes, double duration_ms) {
    unsigned status_class = status / 100;
    atomic_fetch_add(&metrics->by_class[status_class < 6 ? status_class : 5], 1);
    atomic_fetch_add(&metrics->bytes_sent, bytes);
    if (status == 304) atomic_fetch_add(&metrics->not_modified, 1);
    size_t bucket = 0;
    while (bucket < HS_METRIC_BUCKETS && duration_ms > bucket_s[bucket] * 1000)
        bucket++;
    atomic_fetch_add(&metrics->bucket[bucket], 1);
    atomic_fetch_add(&metrics->total_us, (uint64_t)(duration_ms * 1000));
}

static void write_head(hs_buffer *out, const char *name, const char *type, const char *help) {
    hs_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_counter(hs_buffer *out, const char *name, const char *help, uint64_t value) {
    write_head(out, name, "counter", help);
    hs_buffer_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

void hs_http_metrics_write(const hs_http_metrics *metrics, hs_buffer *out) {
    write_head(out, "hotspotd_http_requests_total", "counter", "Requests answered, by status class.");
    for (unsigned i = 1; i < 6; i++)
        hs_buffer_printf(out, "hotspotd_http_requests_total{class=\"%uxx\"} %llu\n", i,
                         (unsigned long long)atomic_load(&metrics->by_class[i]));
    write_counter(out, "hotspotd_http_sent_bytes_total", "Bytes of answer bodies.",
                  atomic_load(&metrics->bytes_sent));
    write_counter(out, "hotspotd_http_not_modified_total", "Answers 304.",
                  atomic_load(&metrics->not_modified));
    write_counter(out, "hotspotd_http_cache_hits_total", "Answers taken from the cache.",
                  atomic_load(&metrics->cache_hits));
    write_counter(out, "hotspotd_http_cache_misses_total", "Answers looked for in the cache and made.",
                  atomic_load(&metrics->cache_misses));
    write_counter(out, "hotspotd_http_deadline_closed_total", "Connections closed for sending too slowly.",
                  atomic_load(&metrics->deadline_closed));
    write_counter(out, "hotspotd_http_deferred_refused_total",
                  "Long requests refused because too many waited.", atomic_load(&metrics->deferred_refused));
    write_head(out, "hotspotd_http_connections", "gauge", "Open connections.");
    hs_buffer_printf(out, "hotspotd_http_connections %d\n", atomic_load(&metrics->connections));
    write_head(out, "hotspotd_http_in_flight", "gauge", "Requests under way.");
    hs_buffer_printf(out, "hotspotd_http_in_flight %d\n", atomic_load(&metrics->in_flight));
    write_head(out, "hotspotd_http_deferred", "gauge", "Long requests that wait or run beside the others.");
    hs_buffer_printf(out, "hotspotd_http_deferred %d\n", atomic_load(&metrics->deferred));
    write_head(out, "hotspotd_http_request_duration_seconds", "histogram",
               "From the request's header to the end of its answer.");
    uint64_t sum = 0;
    for (size_t i = 0; i <= HS_METRIC_BUCKETS; i++) {
        sum += atomic_load(&metrics->bucket[i]);
        hs_buffer_printf(out, "hotspotd_http_request_duration_seconds_bucket{le=\"%s\"} %llu\n",
                         i < HS_METRIC_BUCKETS ? bucket_text[i] : "+Inf", (unsigned long long)sum);
    }
    uint64_t total_us = atomic_load(&metrics->total_us);
    hs_buffer_printf(out, "hotspotd_http_request_duration_seconds_sum %llu.%06llu\n",
                     (unsigned long long)(total_us / 1000000), (unsigned long long)(total_us % 1000000));
    hs_buffer_printf(out, "hotspotd_http_request_duration_seconds_count %llu\n", (unsigned long long)sum);
}
