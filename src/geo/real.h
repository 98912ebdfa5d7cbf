/* Transcendental functions from + - * / alone, on IEEE doubles: the same bits on every machine, which a
 * system's libm does not promise. Within a few units in the last place of the true value. Pure. */
#ifndef GEO_REAL_H
#define GEO_REAL_H

#define HS_PI 3.14159265358979323846

double hs_real_exp(double x); /* 0 below the smallest double, infinity above the largest */
double hs_real_log(double x); /* x > 0 and normal; -infinity for 0, not a number below */
/* Angles in radians, |x| up to 1e5 at full accuracy. */
double hs_real_sin(double x);
double hs_real_cos(double x);
void hs_real_sincos(double x, double *sine, double *cosine);
double hs_real_atan(double x);
double hs_real_atan2(double y, double x);

#endif
