#include "service/left_out.h"

#include "base/hash.h"

#define SEED_WIDE UINT64_C(0x68732d7769646531)

static void count_rows(const hs_selection *selection, uint64_t *positioned, uint64_t *others) {
    *positioned = *others = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = selection->snapshot->incidents->chunk[c];
        uint64_t passed = selection->bits[c] ? 0 : chunk->count;
        for (uint32_t w = 0; selection->bits[c] && w < (chunk->count + 63) / 64; w++)
            passed += (uint64_t)__builtin_popcountll(selection->bits[c][w]);
        *(chunk->positioned ? positioned : others) += passed;
    }
}

static hs_status count(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                       hs_error *error, uint64_t *positioned, uint64_t *others) {
    const hs_selection *selection;
    hs_status status = hs_service_select(service, snapshot, filter, error, &selection);
    if (status != HS_OK) return status;
    count_rows(selection, positioned, others);
    hs_service_selection_unref(selection);
    return HS_OK;
}

hs_status hs_service_left_out(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                              hs_error *error, hs_left_out *out) {
    uint64_t counted = 0, positioned = 0, others = 0;
    hs_status status = count(service, snapshot, filter, error, &positioned, &others);
    if (status != HS_OK) return status;
    counted = positioned;
    if (filter->max_accuracy_m >= 0) {
        hs_filter wide = *filter;
        wide.max_accuracy_m = -1;
        wide.hash = hs_hash(&filter->hash, sizeof filter->hash, SEED_WIDE);
        status = count(service, snapshot, &wide, error, &positioned, &others);
    }
    if (status == HS_OK)
        *out = (hs_left_out){positioned + others, others, positioned - counted, filter->max_accuracy_m};
    return status;
}

static void write(hs_json *json, const hs_left_out *out) {
    hs_json_object(json);
    hs_json_pair_int(json, "total", (int64_t)out->total);
    hs_json_pair_int(json, "unmatched", (int64_t)out->unmatched);
    hs_json_pair_int(json, "inaccurate", (int64_t)out->inaccurate);
    hs_json_key(json, "max_accuracy_m");
    if (out->max_accuracy_m >= 0)
        hs_json_double(json, out->max_accuracy_m);
    else
        hs_json_null(json);
    hs_json_object_end(json);
}

void hs_left_out_append(hs_buffer *object, const hs_left_out *out) {
    hs_json json;
    if (object->status != HS_OK || object->size < 3) return;
    object->size--; /* before the brace that ends it */
    hs_buffer_text(object, ",\"left_out\":");
    hs_json_init(&json, object);
    write(&json, out);
    hs_buffer_byte(object, '}');
}
