#include "geo/real.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Each constant is split so that products of its leading parts with small integers are exact. */
#define LN2_HIGH  0x1.62e42fef00000p-1
#define LN2_LOW   0x1.473de6af278edp-34
#define HALF_PI_1 0x1.921fb54400000p+0
#define HALF_PI_2 0x1.0b4611a600000p-34
#define HALF_PI_3 0x1.3198a2e037073p-69
#define HALF_PI   0x1.921fb54442d18p+0
#define HALF_PI_E 0x1.1a62633145c07p-54 /* what HALF_PI lacks */

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^k for a normal result. */
static double power_of_2(int k) {
    return of_bits((uint64_t)(k + 1023) << 52);
}

double hs_real_exp(double x) {
    if (isnan(x)) return x;
    if (x > 709.9) return INFINITY;
    if (x < -745.2) return 0;
    double k = floor(x * (1 / 0.69314718055994530942) + 0.5);
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    /* Taylor's series on |r| <= ln 2 / 2; the terms from r^2 on, even and odd apart for speed. */
    double r2 = r * r;
    double even =
        1.0 / 2 +
        r2 * (1.0 / 24 + r2 * (1.0 / 720 + r2 * (1.0 / 40320 +
                                                 r2 * (1.0 / 3628800 + r2 * (1.0 / 479001600 +
                                                                             r2 * (1.0 / 87178291200.0))))));
    double odd =
        1.0 / 6 +
        r2 * (1.0 / 120 +
              r2 * (1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 + r2 * (1.0 / 6227020800.0)))));
    double value = 1 + (r + r2 * (even + r * odd));
    int whole = (int)k;
    int half = whole / 2;
    return value * power_of_2(half) * power_of_2(whole - half);
}

double hs_real_log(double x) {
    if (!(x > 0)) return x == 0 ? -INFINITY : NAN;
    if (isinf(x)) return x;
    uint64_t bits = bits_of(x);
    int k = (int)(bits >> 52) - 1023;
    double m = of_bits((bits & 0xFFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
    if (m > 1.41421356237309504880) {
        m *= 0.5;
        k++;
    }
    /* log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716. Written as f - s (f - r) with
     * f = m - 1, so that the leading term is exact. */
    double f = m - 1;
    double s = f / (2 + f);
    double z = s * s;
    double z2 = z * z;
    double odd = 2.0 / 3 + z2 * (2.0 / 7 + z2 * (2.0 / 11 + z2 * (2.0 / 15 + z2 * (2.0 / 19))));
    double even = 2.0 / 5 + z2 * (2.0 / 9 + z2 * (2.0 / 13 + z2 * (2.0 / 17 + z2 * (2.0 / 21))));
    double tail = z * (odd + z * even);
    double value = f - s * (f - tail);
    return (double)k * LN2_HIGH + (value + (double)k * LN2_LOW);
}

/* Taylor's series on |r| <= pi / 4; `low` is what r lacks of the true angle. */
static double sine_near_0(double r, double low) {
    double z = r * r, z2 = z * z;
    double even = -1.0 / 6 + z2 * (-1.0 / 5040 + z2 * (-1.0 / 39916800 + z2 * (-1.0 / 1307674368000.0)));
    double odd = 1.0 / 120 + z2 * (1.0 / 362880 + z2 * (1.0 / 6227020800.0 + z2 * (1.0 / 355687428096000.0)));
    double tail = even + z * odd;
    return r + (low + r * z * tail);
}

static double cosine_near_0(double r, double low) {
    double z = r * r, z2 = z * z;
    double even = 1.0 / 24 + z2 * (1.0 / 40320 + z2 * (1.0 / 479001600 + z2 * (1.0 / 20922789888000.0)));
    double odd = -1.0 / 720 + z2 * (-1.0 / 3628800 + z2 * (-1.0 / 87178291200.0));
    double tail = even + z * odd;
    double half = 0.5 * z;
    double one_less = 1 - half;
    return one_less + ((1 - one_less - half) + (z2 * tail - r * low));
}

/* r + low = x - quarter * pi / 2. */
static int reduce_angle(double x, double *r, double *low) {
    if (!isfinite(x)) {
        *r = *low = NAN;
        return 0;
    }
    double k = floor(x * (1 / HALF_PI) + 0.5);
    double first = (x - k * HALF_PI_1) - k * HALF_PI_2;
    double rest = k * HALF_PI_3;
    *r = first - rest;
    *low = (first - *r) - rest;
    return (int)(k - 4 * floor(k / 4));
}

void hs_real_sincos(double x, double *sine, double *cosine) {
    double r, low;
    int quarter = reduce_angle(x, &r, &low);
    double s = sine_near_0(r, low), c = cosine_near_0(r, low);
    *sine = quarter == 0 ? s : quarter == 1 ? c : quarter == 2 ? -s : -c;
    *cosine = quarter == 0 ? c : quarter == 1 ? -s : quarter == 2 ? -c : s;
}

double hs_real_sin(double x) {
    double r, low;
    int quarter = reduce_angle(x, &r, &low);
    double value = quarter & 1 ? cosine_near_0(r, low) : sine_near_0(r, low);
    return quarter & 2 ? -value : value;
}

double hs_real_cos(double x) {
    double r, low;
    int quarter = reduce_angle(x, &r, &low);
    double value = quarter & 1 ? sine_near_0(r, low) : cosine_near_0(r, low);
    return quarter == 1 || quarter == 2 ? -value : value;
}

/* atan(k / 8) */
static const double atan_of_eighths[9] = {0x0.0p+0,
                                          0x1.fd5ba9aac2f6ep-4,
                                          0x1.f5b75f92c80ddp-3,
                                          0x1.6f61941e4def1p-2,
                                          0x1.dac670561bb4fp-2,
                                          0x1.1e00babdefeb4p-1,
                                          0x1.4978fa3269ee1p-1,
                                          0x1.700a7c5784634p-1,
                                          0x1.921fb54442d18p-1};

double hs_real_atan(double x) {
    double size = fabs(x);
    if (isnan(x)) return x;
    int inverse = size > 1;
    double t = inverse ? 1 / size : size;
    int k = (int)(t * 8 + 0.5);
    double c = (double)k / 8;
    double u = (t - c) / (1 + t * c);
    double z = u * u;
    double tail =
        -1.0 / 3 + z * (1.0 / 5 + z * (-1.0 / 7 + z * (1.0 / 9 + z * (-1.0 / 11 + z * (1.0 / 13)))));
    double value = atan_of_eighths[k] + (u + u * z * tail);
    if (inverse) value = HALF_PI - (value - HALF_PI_E);
    return x < 0 ? -value : value;
}

double hs_real_atan2(double y, double x) {
    if (x == 0 && y == 0) return 0;
    if (fabs(x) >= fabs(y)) {
        double angle = hs_real_atan(y / x);
        if (x > 0) return angle;
        return y < 0 ? angle - HS_PI : angle + HS_PI;
    }
    double angle = hs_real_atan(x / y);
    return y > 0 ? HALF_PI - angle : -HALF_PI - angle;
}
