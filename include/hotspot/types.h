/* Types that every other header of libhotspot uses.
 *
 * Conventions of the whole library:
 *   - longitude before latitude, x before y;
 *   - units stand in names: _m metres, _km kilometres, _deg degrees, _e7 1e-7 degree, _px pixels,
 *     _s seconds, _ms milliseconds;
 *   - positions are WGS 84 (EPSG:4326), times are seconds since 1970-01-01T00:00:00Z;
 *   - out-parameters come last and are set only on success;
 *   - hs_x_free and hs_x_unref take NULL. */
#ifndef HOTSPOT_TYPES_H
#define HOTSPOT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define HS_API                 __attribute__((visibility("default")))
#define HS_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define HS_API
#define HS_PRINTF(text, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A text of `size` bytes of UTF-8, not necessarily ended by NUL; `data` may be NULL when size is 0. */
typedef struct hs_str {
    const char *data;
    size_t size;
} hs_str;

/* A text literal as hs_str. */
#define HS_STR(literal) ((hs_str){"" literal, sizeof(literal) - 1})

/* No such row: the absent value of every 32-bit index in the library. */
#define HS_NONE UINT32_MAX

/* No such time: the absent value of every time in seconds. */
#define HS_NO_TIME INT64_MIN

/* A position in units of 1e-7 degree: what is stored and served (7 decimals round-trip exactly). */
typedef struct hs_position {
    int32_t lon_e7;
    int32_t lat_e7;
} hs_position;

/* A rectangle in units of 1e-7 degree, both ends included. Empty when min > max. */
typedef struct hs_box {
    int32_t min_lon_e7, min_lat_e7, max_lon_e7, max_lat_e7;
} hs_box;

#define HS_BOX_EMPTY ((hs_box){INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN})

#ifdef __cplusplus
}
#endif
#endif
