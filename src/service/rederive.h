/* When geography changes, positions that were derived from it are derived anew. */
#ifndef SERVICE_REDERIVE_H
#define SERVICE_REDERIVE_H

#include "store/store.h"

/* Inside an open batch: locates every incident whose position was not given by its source again, on the
 * geography that the store holds now, and replaces what differs. */
hs_status hs_rederive_positions(hs_store *store, hs_error *error);

#endif
