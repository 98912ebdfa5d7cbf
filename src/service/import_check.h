/* Likely mistakes in the coordinates of a file, told by a sample of its rows against the city that is there
 * already: positions far from the city (a wrong zone, swapped axes) and positions that lie off the streets by
 * the offset of GCJ-02 or BD-09. */
#ifndef SERVICE_IMPORT_CHECK_H
#define SERVICE_IMPORT_CHECK_H

#include "base/arena.h"
#include <hotspot/geocode.h>

typedef struct hs_import_check hs_import_check;

/* `geocoder` may be NULL. Both must outlive the check. NULL when memory is out. */
hs_import_check *hs_import_check_new(const hs_geography *geography, const hs_geocoder *geocoder);
void hs_import_check_free(hs_import_check *check);
/* Takes a position as it was read; every so many of them are kept, so that the sample is spread over the file
 * and the same file gives the same sample. With an `address` (or empty) the sample also says where the
 * address lies. */
void hs_import_check_add(hs_import_check *check, hs_position position, hs_str address);
/* Calls `warn` for each mistake that the sample makes likely, in Chinese or English. `crs`: what the
 * positions were read as. */
void hs_import_check_end(const hs_import_check *check, bool chinese, const char *name, const char *crs,
                         void (*warn)(void *context, const char *message), void *context);

#endif
