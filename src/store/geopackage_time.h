/* DATETIME as GeoPackage writes it: `2024-01-05T18:03:00.000Z`. */
#ifndef STORE_GEOPACKAGE_TIME_H
#define STORE_GEOPACKAGE_TIME_H

#include <hotspot/types.h>

#define HS_DATETIME_SIZE  24                    /* without NUL */
#define HS_DATETIME_MIN_S INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define HS_DATETIME_MAX_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Writes HS_DATETIME_SIZE characters, no NUL. The time lies between the limits above. */
void hs_geopackage_time_format(int64_t time_s, char text[HS_DATETIME_SIZE]);
/* Reads what this program or a GIS wrote: a date, or date and time with optional seconds, fraction (dropped)
 * and zone (UTC when there is none). False when it is no time. */
bool hs_geopackage_time_parse(hs_str text, int64_t *time_s);

#endif
