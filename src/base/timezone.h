/* IANA time zones, immutable after loading and safe to share: an array of transitions taken from GLib. */
#ifndef BASE_TIMEZONE_H
#define BASE_TIMEZONE_H

#include "base/clock.h"
#include <hotspot/error.h>

typedef struct hs_timezone hs_timezone;

/* Loads a zone by IANA name (`Asia/Shanghai`); HS_E_NOT_FOUND for an unknown one. Takes up to about a
 * millisecond. */
hs_status hs_timezone_new(const char *name, hs_error *error, hs_timezone **zone);
/* One more holder of a zone, and one less. Thread-safe. */
hs_timezone *hs_timezone_ref(const hs_timezone *zone);
void hs_timezone_unref(hs_timezone *zone);
const char *hs_timezone_name(const hs_timezone *zone);
/* Offset from UTC in seconds at a time; O(log transitions), last answer not cached. */
int32_t hs_timezone_offset(const hs_timezone *zone, int64_t utc_s);
/* The offset at `utc_s` and the interval [*from_s, *to_s) over which it holds, for use over many rows. */
int32_t hs_timezone_interval(const hs_timezone *zone, int64_t utc_s, int64_t *from_s, int64_t *to_s);
/* UTC of a local time (seconds as if the zone were UTC). A time that occurs twice gives the first, one that
 * is skipped gives the moment of the jump. */
int64_t hs_timezone_to_utc(const hs_timezone *zone, int64_t local_s);
/* Writes a time as RFC 3339 with the zone's offset then (`2024-01-05T18:03:00+08:00`) and NUL; returns its
 * length. Where the offset has seconds, as before standard time, in UTC with Z: the form has none. */
size_t hs_timezone_format(const hs_timezone *zone, int64_t utc_s, char text[HS_TIME_TEXT_SIZE]);
/* A guess of the zone's name from a position: data in geodata/, source named there; never NULL ("UTC"). */
const char *hs_timezone_guess(double lon_deg, double lat_deg);

#endif
