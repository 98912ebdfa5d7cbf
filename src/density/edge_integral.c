#include "density/edge_integral.h"

#include "geo/real.h"

/* Gauss and Legendre's places and weights on [-1, 1], the upper half of each. */
typedef struct rule {
    int pairs;
    double place[3], weight[3], centre; /* centre: weight of 0 */
} rule;

static const rule rules[] = {
    {1, {0.7745966692414833770}, {0.5555555555555555556}, 0.8888888888888888889},
    {2, {0.3399810435848562648, 0.8611363115940525752}, {0.6521451548625461426, 0.3478548451374538574}, 0.0},
    {3,
     {0.2386191860831969086, 0.6612093864662645137, 0.9324695142031520279},
     {0.4679139345726910473, 0.3607615730481386076, 0.1713244923791703450},
     0.0},
};

/* Longest parts that each rule takes, in standard deviations: each is then within 1e-13 of the integral. */
static const double rule_longest[] = {0.05, 0.25, 1.0};

static double squared_at(const edge_part *p, double s) {
    double squared = p->middle + s * (2.0 * p->slope + s * p->square);
    return squared > 0.0 ? squared : 0.0;
}

/* (1 - exp(-v)) / v, v = R^2 / 2; F(R) / R^2 but for a constant. */
static double gaussian_mean(double v) {
    if (v > 0.25) return (1.0 - hs_exp_minus(v)) / v;
    double sum = 1.0;
    for (int n = 10; n >= 2; n--)
        sum = 1.0 - v / n * sum;
    return sum;
}

/* The mass within the cut: 1 - exp(-5.5^2 / 2). */
#define GAUSSIAN_WHOLE 0.99999973004214970

static double gaussian(const edge_part *p) {
    double length = 2.0 * p->half * sqrt(p->square);
    int kind = length <= rule_longest[0] ? 0 : length <= rule_longest[1] ? 1 : 2;
    const rule *r = &rules[kind];
    int pieces = kind == 2 ? (int)ceil(length) : 1;
    double half = p->half / pieces;
    double sum = 0.0;
    for (int i = 0; i < pieces; i++) {
        double middle = (2 * i + 1 - pieces) * half;
        if (r->centre > 0.0) sum += r->centre * gaussian_mean(0.5 * squared_at(p, middle));
        for (int k = 0; k < r->pairs; k++) {
            double away = r->place[k] * half;
            sum += r->weight[k] * (gaussian_mean(0.5 * squared_at(p, middle - away)) +
                                   gaussian_mean(0.5 * squared_at(p, middle + away)));
        }
    }
    return 0.5 * half * sum / GAUSSIAN_WHOLE;
}

/* log(x + sqrt(x^2 + 1)), odd in x. */
static double area_sine(double x) {
    double y = fabs(x);
    double value = hs_real_log(y + sqrt(y * y + 1.0));
    return x < 0.0 ? -value : value;
}

/* The integral of R: that of sqrt(d^2 + l^2) along the line, d its distance. */
static double distance(const edge_part *p) {
    double length = sqrt(p->square);
    double foot = p->slope / length;
    double d2 = p->middle - foot * foot;
    double from = foot - p->half * length;
    double to = foot + p->half * length;
    if (!(d2 > 1e-30)) return 0.5 * (to * fabs(to) - from * fabs(from)) / length;
    double d = sqrt(d2);
    double sum = to * sqrt(d2 + to * to) - from * sqrt(d2 + from * from);
    return 0.5 * (sum + d2 * (area_sine(to / d) - area_sine(from / d))) / length;
}

double hs_edge_integral(hs_kernel kernel, const edge_part *p) {
    if (kernel == HS_KERNEL_GAUSSIAN) return gaussian(p);
    double whole = 2.0 * p->half;
    if (kernel == HS_KERNEL_UNIFORM) return whole;
    if (kernel == HS_KERNEL_TRIANGULAR) return 3.0 * whole - 2.0 * distance(p);
    double m = p->middle;
    double q = p->square;
    double b2 = 4.0 * p->slope * p->slope;
    double h2 = p->half * p->half;
    double first = m + q * h2 * (1.0 / 3.0); /* means of R^2, R^4, R^6 */
    if (kernel == HS_KERNEL_EPANECHNIKOV) return whole * (2.0 - first);
    double second = m * m + h2 * ((b2 + 2.0 * m * q) * (1.0 / 3.0) + h2 * (q * q * 0.2));
    if (kernel == HS_KERNEL_QUARTIC) return whole * (3.0 - 3.0 * first + second);
    double third =
        m * m * m + h2 * (m * (m * q + b2) + h2 * (q * (m * q + b2) * 0.6 + h2 * (q * q * q / 7.0)));
    return whole * (4.0 - 6.0 * first + 4.0 * second - third);
}
