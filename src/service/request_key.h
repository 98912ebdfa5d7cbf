/* Keys of requests (Idempotency-Key): what was done for one is answered again, and not done again. */
#ifndef SERVICE_REQUEST_KEY_H
#define SERVICE_REQUEST_KEY_H

#include "base/buffer.h"
#include "store/store.h"

typedef struct hs_request_key {
    hs_str text;   /* the user's own; empty: none */
    uint64_t hash; /* of what came with it */
} hs_request_key;

/* The answer that is kept under a key, in the arena; empty where there is none. HS_E_CONFLICT: the key came
 * with another request. */
hs_status hs_request_key_find(hs_store *store, const hs_request_key *key, hs_arena *arena, hs_error *error,
                              hs_str *answer);
/* Keeps an answer with the open batch, where there is a key; `text` is given back. */
hs_status hs_request_key_keep(hs_store *store, const hs_request_key *key, hs_buffer *text, hs_error *error);

#endif
