#include <hotspot/density_interval.h>

#include <math.h>

#define MOST_TERMS 100000

/* The share of the gamma distribution below x. */
static double gamma_below(double shape, double x) {
    if (x <= 0.0) return 0.0;
    double front = exp(shape * log(x) - x - lgamma(shape));
    if (x < shape + 1.0) {
        double term = 1.0 / shape;
        double sum = term;
        for (int n = 1; n < MOST_TERMS && term > sum * 1e-17; n++) {
            term *= x / (shape + n);
            sum += term;
        }
        return front * sum;
    }
    /* Lentz's way through the continued fraction of the upper part. */
    double b = x + 1.0 - shape;
    double c = 1e300;
    double d = 1.0 / b;
    double h = d;
    for (int n = 1; n < MOST_TERMS; n++) {
        double a = -n * (n - shape);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        h *= d * c;
        if (fabs(d * c - 1.0) < 1e-16) break;
    }
    return 1.0 - front * h;
}

double hs_gamma_quantile(double shape, double probability) {
    if (!(shape > 0.0) || !(probability > 0.0)) return 0.0;
    if (probability >= 1.0) return INFINITY;
    double low = 0.0;
    double high = shape + 1.0;
    while (gamma_below(shape, high) < probability)
        high *= 2.0;
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        double middle = 0.5 * (low + high);
        if (gamma_below(shape, middle) < probability)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

void hs_density_interval(double sum, double sum_squared, double largest, double confidence, double *lower,
                         double *upper) {
    double tail = 0.5 * (1.0 - confidence);
    *lower = 0.0;
    if (sum > 0.0 && sum_squared > 0.0)
        *lower = sum_squared / sum * hs_gamma_quantile(sum * sum / sum_squared, tail);
    double more = sum + largest;
    double more_squared = sum_squared + largest * largest;
    *upper =
        more > 0.0 ? more_squared / more * hs_gamma_quantile(more * more / more_squared, 1.0 - tail) : 0.0;
}

void hs_difference_interval(const hs_estimate *a, const hs_estimate *b, double correlation, double *lower,
                            double *upper) {
    double a_below = a->value - a->lower;
    double a_above = a->upper - a->value;
    double b_below = b->value - b->lower;
    double b_above = b->upper - b->value;
    double down = a_below * a_below + b_above * b_above - 2.0 * correlation * (a_below * b_above);
    double up = a_above * a_above + b_below * b_below - 2.0 * correlation * (a_above * b_below);
    double value = a->value - b->value;
    *lower = value - (down > 0.0 ? sqrt(down) : 0.0);
    *upper = value + (up > 0.0 ? sqrt(up) : 0.0);
}
