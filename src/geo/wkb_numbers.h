/* Numbers in the bytes of WKB and of the GeoPackage's header before it: read in either byte order, written
 * little-endian. Nothing is checked: the caller knows that the bytes are there. */
#ifndef GEO_WKB_NUMBERS_H
#define GEO_WKB_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t hs_wkb_get_u32(const unsigned char *at, bool little) {
    return little ? (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24
                  : (uint32_t)at[3] | (uint32_t)at[2] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[0] << 24;
}

static inline double hs_wkb_get_double(const unsigned char *at, bool little) {
    uint64_t first = hs_wkb_get_u32(at, little), second = hs_wkb_get_u32(at + 4, little);
    uint64_t bits = little ? first | second << 32 : first << 32 | second;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void hs_wkb_put_u32(char *at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (char)(value >> (8 * i) & 0xff);
}

/* Degrees as a double of eight bytes. */
static inline void hs_wkb_put_degrees(char *at, int32_t value_e7) {
    double degrees = value_e7 / 1e7;
    uint64_t bits;
    memcpy(&bits, &degrees, sizeof bits);
    hs_wkb_put_u32(at, (uint32_t)bits);
    hs_wkb_put_u32(at + 4, (uint32_t)(bits >> 32));
}

#endif
