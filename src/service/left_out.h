/* What an analysis of places leaves out, and why: every answer says it. */
#ifndef SERVICE_LEFT_OUT_H
#define SERVICE_LEFT_OUT_H

#include "base/json_writer.h"
#include "service/service.h"

typedef struct hs_left_out {
    uint64_t total;        /* that pass the filter whatever their position */
    uint64_t unmatched;    /* of these without a position */
    uint64_t inaccurate;   /* whose position is known worse than to the max-accuracy */
    double max_accuracy_m; /* negative: every accuracy was taken */
} hs_left_out;

hs_status hs_service_left_out(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                              hs_error *error, hs_left_out *out);
/* As the last member, `left_out`, of an object that is written. */
void hs_left_out_append(hs_buffer *object, const hs_left_out *out);

#endif
