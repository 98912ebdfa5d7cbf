#include <hotspot/relative_risk.h>

#include <math.h>

/* Incidents under the kernel of which some are seen to be on the side that is looked at. */
typedef struct trials {
    double seen, all, all_squared, chance, sign;
} trials;

static trials trials_of(const hs_risk_side *a, const hs_risk_side *b, hs_risk_sides sides) {
    switch (sides) {
    case HS_SIDES_APART:
        return (trials){a->sum, a->sum + b->sum, a->sum_squared + b->sum_squared,
                        a->exposure / (a->exposure + b->exposure), 1.0};
    case HS_SIDES_B_IN_A:
        return (trials){b->sum, a->sum, a->sum_squared, b->exposure / a->exposure, -1.0};
    default:
        return (trials){a->sum, b->sum, b->sum_squared, a->exposure / b->exposure, 1.0};
    }
}

/* x log(x / m), 0 at x = 0. */
static double x_log_ratio(double x, double m) {
    return x > 0.0 ? x * log(x / m) : 0.0;
}

static double signed_root(const trials *t, double deviance) {
    double root = deviance > 0.0 ? sqrt(2.0 * deviance) : 0.0;
    return t->seen < t->all * t->chance ? -t->sign * root : t->sign * root;
}

/* Residents are so many that counts among them are Poisson. */
static double poisson_z(const trials *t, double dispersion) {
    double unit = t->all_squared / t->all * dispersion;
    double seen = t->seen / unit;
    double expected = t->all * t->chance / unit;
    return signed_root(t, x_log_ratio(seen, expected) - (seen - expected));
}

static double binomial_z(const trials *t) {
    double n = t->all * (t->all / t->all_squared);
    double share = t->seen / t->all;
    if (share > 1.0) share = 1.0;
    return signed_root(t, n * (x_log_ratio(share, t->chance) + x_log_ratio(1.0 - share, 1.0 - t->chance)));
}

double hs_risk_z(const hs_risk_side *a, const hs_risk_side *b, hs_risk_sides sides, double dispersion) {
    if (sides == HS_SIDES_SAME || sides == HS_SIDES_MIXED || !(a->exposure > 0.0) || !(b->exposure > 0.0))
        return (double)NAN;
    trials t = trials_of(a, b, sides);
    if (!(t.all > 0.0) || !(t.all_squared > 0.0)) return (double)NAN;
    if (sides == HS_SIDES_B_KNOWN) return poisson_z(&t, dispersion);
    return t.chance < 1.0 ? binomial_z(&t) : (double)NAN;
}

double hs_risk_effective_n(const hs_risk_side *a, const hs_risk_side *b, hs_risk_sides sides) {
    trials t = trials_of(a, b, sides);
    return t.all_squared > 0.0 ? t.all * (t.all / t.all_squared) : 0.0;
}

double hs_risk_p_value(double z) {
    return erfc(fabs(z) * 0.70710678118654752);
}

double hs_risk_z_of(double p_value) {
    if (!(p_value > 0.0 && p_value <= 1.0)) return p_value == 0.0 ? INFINITY : (double)NAN;
    double low = 0.0;
    double high = 40.0;
    for (int i = 0; i < 100 && high - low > 1e-14; i++) {
        double middle = 0.5 * (low + high);
        if (hs_risk_p_value(middle) > p_value)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}
