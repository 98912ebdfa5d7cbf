/* Events of the point process as the city's offices would have recorded them. */
#ifndef SERVICE_SAMPLE_INCIDENTS_H
#define SERVICE_SAMPLE_INCIDENTS_H

#include "base/timezone.h"
#include "service/sample/process.h"

/* Draws `count` incidents over the definition's period and emits them in order of time. Those reported by
 * patrol, app and sensor have a position with noise; hotline and media have an address text only.
 * *last_reported_s is the latest reported time (HS_NO_TIME when count is 0). */
hs_status hs_sample_emit_incidents(const hs_sample_process *process, uint32_t count, const hs_timezone *zone,
                                   const hs_sample_sink *sink, hs_error *error, int64_t *last_reported_s);

#endif
