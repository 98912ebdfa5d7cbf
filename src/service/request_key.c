#include "service/request_key.h"

hs_status hs_request_key_find(hs_store *store, const hs_request_key *key, hs_arena *arena, hs_error *error,
                              hs_str *answer) {
    uint64_t hash = 0;
    *answer = (hs_str){0};
    if (key->text.size == 0) return HS_OK;
    hs_status status = hs_store_get_answer(store, key->text, arena, error, &hash, answer);
    if (status != HS_OK || answer->size == 0 || hash == key->hash) return status;
    return hs_error_set(error, HS_E_CONFLICT, "this Idempotency-Key came with another request before");
}

hs_status hs_request_key_keep(hs_store *store, const hs_request_key *key, hs_buffer *text, hs_error *error) {
    hs_status status = HS_OK;
    if (key->text.size > 0)
        status =
            text->status == HS_OK
                ? hs_store_put_answer(store, key->text, key->hash, (hs_str){text->data, text->size}, error)
                : hs_error_set(error, text->status, "the answer is too large to be kept");
    hs_buffer_done(text);
    return status;
}
