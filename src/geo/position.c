#include <hotspot/coordinates.h>
#include <math.h>

bool hs_position_from_degrees(double lon_deg, double lat_deg, hs_position *position) {
    if (!(fabs(lon_deg) <= 180) || !(fabs(lat_deg) <= 90)) return false;
    *position =
        (hs_position){.lon_e7 = (int32_t)round(lon_deg * 1e7), .lat_e7 = (int32_t)round(lat_deg * 1e7)};
    return true;
}
