/* Classes of colour from the ramps that were read. */
#include "base/text.h"
#include "render/ramp_private.h"
#include <stdio.h>
#include <string.h>

static hs_status unknown_ramp(const hs_ramps *ramps, hs_str name, bool diverging, hs_error *error) {
    char list[256] = "light, dark";
    size_t used = strlen(list);
    for (uint32_t i = 0; i < ramps->count; i++) {
        if (ramps->ramps[i].diverging != diverging) continue;
        int added = snprintf(list + used, sizeof list - used, ", %s", ramps->ramps[i].id);
        if (added < 0 || used + (size_t)added >= sizeof list) break;
        used += (size_t)added;
    }
    return hs_error_set(error, HS_E_ARGUMENT, "ramp: '%.*s' is not one of %s", (int)hs_utf8_cut(name, 64),
                        name.size > 0 ? name.data : "", list);
}

static const ramp *choose_ramp(const hs_ramps *ramps, hs_str name, bool diverging) {
    if (name.size == 0 || hs_str_equal(name, HS_STR("light")))
        return diverging ? ramps->change : ramps->light;
    if (hs_str_equal(name, HS_STR("dark"))) return diverging ? ramps->change_dark : ramps->dark;
    const ramp *found = hs_ramps_find(ramps, name);
    return found && found->diverging == diverging ? found : NULL;
}

static hs_status parse_breaks(hs_str text, bool diverging, hs_error *error, break_set *set) {
    set->count = 0;
    bool more = true;
    while (more) {
        if (set->count == HS_RAMP_MAX_CLASSES)
            return hs_error_set(error, HS_E_ARGUMENT, "breaks: at most %d numbers are taken",
                                HS_RAMP_MAX_CLASSES);
        more = memchr(text.data, ',', text.size) != NULL;
        hs_str word = hs_str_trim(hs_str_cut(&text, ','));
        double value;
        if (!hs_str_to_double(word, &value) || (value <= 0.0 && !diverging))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "breaks: '%.*s' is no number%s; numbers are separated by commas: 1,2,5,10",
                                (int)hs_utf8_cut(word, 64), word.size > 0 ? word.data : "",
                                diverging ? "" : " above 0");
        if (set->count > 0 && value <= set->breaks[set->count - 1])
            return hs_error_set(error, HS_E_ARGUMENT, "breaks: %g does not ascend after %g", value,
                                set->breaks[set->count - 1]);
        set->breaks[set->count++] = value;
    }
    return HS_OK;
}

static uint8_t mix(uint8_t a, uint8_t b, double share) {
    return (uint8_t)((double)a + ((double)b - (double)a) * share + 0.5);
}

/* Colour of drawn class `i` of `count`. */
static hs_rgba sample(const ramp *r, uint32_t i, uint32_t count) {
    double share = count > 1 ? (double)i / (double)(count - 1) : 1.0;
    double at = share * (double)(r->colour_count - 1);
    uint32_t below = (uint32_t)at;
    uint32_t above = below + 1 < r->colour_count ? below + 1 : below;
    double rest = at - (double)below;
    const hs_rgba *a = &r->colours[below];
    const hs_rgba *b = &r->colours[above];
    double opacity = r->opacity[0] + (r->opacity[1] - r->opacity[0]) * share;
    return (hs_rgba){mix(a->r, b->r, rest), mix(a->g, b->g, rest), mix(a->b, b->b, rest),
                     (uint8_t)(opacity * 255.0 + 0.5)};
}

/* Colour of class `i` of a diverging ramp's `count`, by distance from the middle. */
static hs_rgba sample_diverging(const ramp *r, uint32_t i, uint32_t count) {
    hs_rgba colour = sample(r, i, count);
    double share = count > 1 ? (double)i / (double)(count - 1) : 0.5;
    double apart = share > 0.5 ? 2.0 * share - 1.0 : 1.0 - 2.0 * share;
    colour.a = (uint8_t)((r->opacity[0] + (r->opacity[1] - r->opacity[0]) * apart) * 255.0 + 0.5);
    return colour;
}

static void fill_diverging(const ramp *r, const break_set *set, hs_ramp_classes *classes) {
    for (uint32_t i = 0; i <= set->count; i++) {
        bool about_zero = (i == 0 || set->breaks[i - 1] <= 0.0) && (i == set->count || set->breaks[i] > 0.0);
        classes->colour[i] = sample_diverging(r, i, set->count + 1);
        if (about_zero) classes->colour[i] = (hs_rgba){0, 0, 0, 0};
    }
}

/* The breaks that a scale has by default for a problem, and whose they are. */
static break_set default_breaks(const hs_ramps *ramps, hs_str code, hs_ramp_scale scale, const char **of) {
    const problem *found = code.size > 0 ? hs_ramps_find_problem(ramps, code) : NULL;
    bool own = found && ramps->sets[found->set].of[scale].count > 0;
    *of = own ? found->code : "general";
    return own ? ramps->sets[found->set].of[scale] : ramps->general.of[scale];
}

hs_status hs_ramps_classes(const hs_ramps *ramps, hs_str name, hs_str breaks, hs_ramp_scale scale,
                           hs_str problem_code, hs_error *error, hs_ramp_classes *classes) {
    bool diverging = hs_ramp_diverges(scale);
    const ramp *chosen = choose_ramp(ramps, name, diverging);
    if (!chosen) return unknown_ramp(ramps, name, diverging, error);
    const char *breaks_of;
    break_set set = default_breaks(ramps, problem_code, scale, &breaks_of);
    if (breaks.size > 0) {
        breaks_of = "request";
        hs_status status = parse_breaks(breaks, diverging, error, &set);
        if (status != HS_OK) return status;
    }
    *classes = (hs_ramp_classes){.break_count = set.count, .ramp = chosen->id, .breaks_of = breaks_of};
    for (uint32_t i = 0; i < set.count; i++) {
        classes->breaks[i] = set.breaks[i];
        if (!diverging) classes->colour[i + 1] = sample(chosen, i, set.count);
    }
    if (diverging) fill_diverging(chosen, &set, classes);
    return HS_OK;
}

hs_ramp_paper hs_ramps_paper(const hs_ramps *ramps, bool dark) {
    return ramps->papers[dark];
}

hs_rgba hs_rgba_over(hs_rgba colour, hs_rgba ground) {
    if (ground.a == 0) return colour;
    unsigned a = colour.a;
    return (hs_rgba){(uint8_t)((colour.r * a + ground.r * (255 - a) + 127) / 255),
                     (uint8_t)((colour.g * a + ground.g * (255 - a) + 127) / 255),
                     (uint8_t)((colour.b * a + ground.b * (255 - a) + 127) / 255), 255};
}
