#include "service/sample/numeric.h"

double hs_sample_sin(double radians) {
    const double turn = 2.0 * HS_SAMPLE_PI;
    double turns = radians / turn;
    int64_t whole = (int64_t)turns;
    double x = (turns - (double)whole) * turn; /* (-2 pi, 2 pi) */
    if (x > HS_SAMPLE_PI) x -= turn;
    if (x < -HS_SAMPLE_PI) x += turn;
    if (x > HS_SAMPLE_PI / 2) x = HS_SAMPLE_PI - x;
    if (x < -HS_SAMPLE_PI / 2) x = -HS_SAMPLE_PI - x;
    double square = x * x;
    double term = x;
    double sum = x;
    for (int n = 1; n <= 11; n++) {
        term *= -square / (double)((2 * n) * (2 * n + 1));
        sum += term;
    }
    return sum;
}

double hs_sample_cos(double radians) {
    return hs_sample_sin(radians + HS_SAMPLE_PI / 2);
}

double hs_sample_exp(double exponent) {
    /* exp(x) = exp(x / 256)^256, so that the series is short. */
    double x = exponent / 256.0;
    double sum =
        1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))));
    for (int n = 0; n < 8; n++)
        sum *= sum;
    return sum;
}

double hs_sample_gauss(hs_random *random) {
    double sum = -6.0;
    for (int n = 0; n < 12; n++)
        sum += hs_random_uniform(random);
    return sum;
}

uint32_t hs_sample_pick(const double *cumulative, uint32_t count, double target) {
    uint32_t low = 0;
    uint32_t high = count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cumulative[middle] > target)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
