#include <hotspot/emerging.h>

/* At least 90 % of the steps. */
static bool is_most(uint32_t count, uint32_t steps) {
    return 10 * (uint64_t)count >= 9 * (uint64_t)steps;
}

/* The pattern of one sign; `trend` is towards it when it is 1. */
static hs_emerging_pattern name_history(const signed char *states, uint32_t steps, int sign, uint32_t count,
                                        uint32_t opposite, uint32_t run, int trend) {
    bool last = states[steps - 1] == sign;
    if (!last) return is_most(count, steps) ? HS_EMERGING_HISTORICAL : HS_EMERGING_NONE;
    if (count == 1) return HS_EMERGING_NEW;
    if (is_most(count, steps))
        return trend > 0   ? HS_EMERGING_INTENSIFYING
               : trend < 0 ? HS_EMERGING_DIMINISHING
                           : HS_EMERGING_PERSISTENT;
    if (count == run) return HS_EMERGING_CONSECUTIVE;
    return opposite > 0 ? HS_EMERGING_OSCILLATING : HS_EMERGING_SPORADIC;
}

hs_emerging hs_emerging_classify(const signed char *states, uint32_t steps, int trend) {
    hs_emerging e = {0};
    if (steps == 0) return e;
    for (uint32_t t = 0; t < steps; t++) {
        e.hot_steps += states[t] > 0;
        e.cold_steps += states[t] < 0;
    }
    signed char last = states[steps - 1];
    while (last != 0 && e.run < steps && states[steps - 1 - e.run] == last)
        e.run++;
    e.pattern = name_history(states, steps, 1, e.hot_steps, e.cold_steps, e.run, trend);
    if (e.pattern != HS_EMERGING_NONE) return e;
    e.pattern = name_history(states, steps, -1, e.cold_steps, e.hot_steps, e.run, -trend);
    e.cold = e.pattern != HS_EMERGING_NONE;
    return e;
}

const char *hs_emerging_pattern_name(hs_emerging_pattern pattern) {
    static const char *const names[HS_EMERGING_PATTERNS] = {"none",         "new",         "consecutive",
                                                            "intensifying", "persistent",  "diminishing",
                                                            "sporadic",     "oscillating", "historical"};
    return (unsigned)pattern < HS_EMERGING_PATTERNS ? names[pattern] : NULL;
}
