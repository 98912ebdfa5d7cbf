/* How files are read, kept under a name: what a person settled once is used again. */
#ifndef SERVICE_MAPPINGS_H
#define SERVICE_MAPPINGS_H

#include "ingest/ingest.h"
#include "store/store.h"

/* Whether the options settle anything that a mapping keeps: columns, layer, reference system, encoding, form
 * of dates, level. */
bool hs_mapping_is_given(const hs_ingest_options *options);
/* Keeps them in the store. HS_E_ARGUMENT: the name is empty or over 100 bytes. */
hs_status hs_mapping_save(hs_store *store, hs_kind kind, hs_str name, const hs_ingest_options *options,
                          hs_error *error);
/* Puts what is kept into the options (the time zone stays), texts in the arena. HS_E_NOT_FOUND. */
hs_status hs_mapping_load(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena, hs_error *error,
                          hs_ingest_options *options);

#endif
