/* Exports: a collection, narrowed by the filters' words, as a file of any format of export/format.h. Called
 * alike by the command line and by HTTP; blocks until it is done. */
#ifndef SERVICE_EXPORT_H
#define SERVICE_EXPORT_H

#include "city/collection.h"
#include "export/feature_filter.h"
#include "export/format.h"
#include "service/service.h"

typedef struct hs_export_request {
    const hs_collection *collection;
    const hs_export_format *format;
    const hs_str *names, *values; /* words; those that are no filter's are passed over */
    size_t count;
    hs_feature_filter *where; /* what else must hold of a feature; or NULL */
    uint64_t most_bytes;      /* HS_E_ARGUMENT beyond; 0: any size */
    void *context;
    bool (*progress)(void *context, uint64_t done, uint64_t total); /* false stops; or NULL */
    void (*warn)(void *context, const char *message); /* what the format does not hold; or NULL */
} hs_export_request;

/* Checks format and filters without writing anything: what is refused is so at once. */
hs_status hs_export_check(const hs_snapshot *snapshot, const hs_export_request *request, hs_arena *arena,
                          hs_error *error);

/* Writes the file at `path`, replacing one that is there: made in a private folder beside it and put in its
 * place when whole, so a failure leaves what was there. A Shapefile's other files stand beside it. HS_E_IO
 * when it cannot be written, HS_E_ARGUMENT when the format does not hold these features or `path` is the
 * store. *rows counts what was written. */
hs_status hs_service_export(hs_service *service, const hs_snapshot *snapshot,
                            const hs_export_request *request, const char *path, hs_error *error,
                            uint64_t *rows);

/* The same into a file without a name, open for reading from its start: it goes when the caller closes it. */
hs_status hs_service_export_open(hs_service *service, const hs_snapshot *snapshot,
                                 const hs_export_request *request, hs_error *error, int *file, uint64_t *size,
                                 uint64_t *rows);

#endif
