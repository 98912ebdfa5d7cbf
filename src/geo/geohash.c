#include "geo/geohash.h"

/* The number of the cell of `bits` bits that holds `at` of [-half, half]; the upper end lies in the last. */
static uint64_t cell_of(int64_t at, int64_t half, int bits) {
    uint64_t cells = (uint64_t)1 << bits;
    uint64_t from_end = (uint64_t)(at + half);
    /* Below 2^32 times at most 2^30. */
    uint64_t cell = from_end * cells / (uint64_t)(2 * half);
    return cell < cells ? cell : cells - 1;
}

void hs_geohash(hs_position position, int length, char text[HS_GEOHASH_MAX + 1]) {
    static const char digits[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    if (length > HS_GEOHASH_MAX) length = HS_GEOHASH_MAX;
    uint64_t lon = cell_of(position.lon_e7, 1800000000, 30), lat = cell_of(position.lat_e7, 900000000, 30);
    int lon_bit = 29, lat_bit = 29;
    bool even = true; /* longitude comes first */
    for (int i = 0; i < length; i++) {
        unsigned digit = 0;
        for (int bit = 0; bit < 5; bit++, even = !even)
            digit = digit << 1 | (unsigned)((even ? lon >> lon_bit-- : lat >> lat_bit--) & 1);
        text[i] = digits[digit];
    }
    text[length] = '\0';
}
