/* A plan among crews: who goes where, and in which order. Pure; positions are metres on a plane. */
#ifndef PLAN_CREWS_H
#define PLAN_CREWS_H

#include <hotspot/error.h>

#define HS_CREWS_MOST 1000u

/* Gives each of `count` places to a crew, 1 to `crews`: the places of a crew lie together (no two crews' are
 * on both sides of each other's cut), and crews have about equal cost: places are cut in two along the longer
 * axis of their spread where the cost best parts as the numbers of crews do, and so on within the parts
 * (recursive coordinate bisection, Berger and Bokhari 1987, along principal axes). A cut is at most half of
 * one place's cost away from where it should be. Every crew has a place where there are as many. Costs are
 * finite and above 0. Deterministic: equal input, equal answer; equal places go by their index.
 * HS_E_ARGUMENT for 0 or more than HS_CREWS_MOST crews; HS_E_MEMORY. O(count log(count) log(crews)). */
hs_status hs_crews_divide(const double *x_m, const double *y_m, const double *cost, uint32_t count,
                          uint32_t crews, hs_error *error, uint32_t *crew);

/* An order of places that makes a short way through all of them: the nearest next from the westernmost one,
 * then stretches turned round while that shortens it (2-opt, Croes 1958), at most HS_TOUR_ROUNDS times over
 * all. O(HS_TOUR_ROUNDS count^2); above HS_TOUR_MOST places the nearest next alone. */
#define HS_TOUR_ROUNDS 40u
#define HS_TOUR_MOST   2000u
void hs_crews_tour(const double *x_m, const double *y_m, uint32_t count, uint32_t *order);

#endif
