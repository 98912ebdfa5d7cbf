/* Words of requests of hotspots: the same ones as query parameters and as options. */
#include "service/hotspots_method.h"

#include "base/text.h"

hs_str hs_hotspot_word(const hs_hotspot_words *words, const char *name) {
    for (size_t i = 0; i < words->count; i++)
        if (hs_str_equal(words->names[i], hs_str_of(name))) return hs_str_trim(words->values[i]);
    return (hs_str){"", 0};
}

hs_status hs_hotspot_refuse(const hs_hotspot_words *words, const char *name, hs_str text, const char *taken) {
    return hs_error_set(words->error, HS_E_ARGUMENT, "%s: %.*s is none of what it takes: %s", name,
                        (int)hs_utf8_cut(text, 60), text.data, taken);
}

hs_status hs_hotspot_number(const hs_hotspot_words *words, const char *name, double min, double max,
                            double fallback, double *value) {
    hs_str text = hs_hotspot_word(words, name);
    *value = fallback;
    if (text.size > 0 && (!hs_str_to_double(text, value) || !(*value >= min && *value <= max)))
        return hs_error_set(words->error, HS_E_ARGUMENT, "%s: %.*s is not a number from %g to %g", name,
                            (int)hs_utf8_cut(text, 60), text.data, min, max);
    return HS_OK;
}

hs_status hs_hotspot_integer(const hs_hotspot_words *words, const char *name, int64_t min, int64_t max,
                             int64_t fallback, int64_t *value) {
    hs_str text = hs_hotspot_word(words, name);
    *value = fallback;
    if (text.size > 0 && (!hs_str_to_int(text, value) || *value < min || *value > max))
        return hs_error_set(words->error, HS_E_ARGUMENT, "%s: %.*s is not a whole number from %lld to %lld",
                            name, (int)hs_utf8_cut(text, 60), text.data, (long long)min, (long long)max);
    return HS_OK;
}

hs_status hs_hotspot_switch(const hs_hotspot_words *words, const char *name, bool fallback, bool *value) {
    hs_str text = hs_hotspot_word(words, name);
    *value = fallback;
    if (text.size == 0) return HS_OK;
    *value = hs_str_equal(text, HS_STR("true")) || hs_str_equal(text, HS_STR("1"));
    if (*value || hs_str_equal(text, HS_STR("false")) || hs_str_equal(text, HS_STR("0"))) return HS_OK;
    return hs_hotspot_refuse(words, name, text, "true, false");
}

hs_status hs_hotspot_choice(const hs_hotspot_words *words, const char *name, const char *const *names,
                            int count, int fallback, int *value) {
    hs_str text = hs_hotspot_word(words, name);
    int found = 0;
    while (text.size > 0 && found < count && !hs_str_equal(text, hs_str_of(names[found])))
        found++;
    *value = text.size > 0 ? found : fallback;
    if (text.size == 0 || found < count) return HS_OK;
    char taken[256] = "";
    size_t used = 0;
    for (int i = 0; i < count && used < sizeof taken; i++)
        used += (size_t)snprintf(taken + used, sizeof taken - used, "%s%s", i > 0 ? ", " : "", names[i]);
    return hs_hotspot_refuse(words, name, text, taken);
}

hs_status hs_hotspot_filters(const hs_hotspot_words *words, double default_accuracy_m, hs_filter *filter,
                             hs_filter *every_accuracy) {
    hs_str *names = hs_arena_array(words->arena, words->count + 1, sizeof *names);
    hs_str *values = hs_arena_array(words->arena, words->count + 1, sizeof *values);
    if (!names || !values) return hs_error_memory(words->error, "the filters");
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++) {
        if (hs_str_equal(words->names[i], HS_STR("max-accuracy"))) continue;
        names[count] = words->names[i];
        values[count++] = words->values[i];
    }
    hs_status status = hs_filter_parse(words->snapshot, words->names, words->values, words->count,
                                       default_accuracy_m, words->arena, words->error, filter);
    if (status == HS_OK)
        status = hs_filter_parse(words->snapshot, names, values, count, -1.0, words->arena, words->error,
                                 every_accuracy);
    if (status == HS_OK && words->aggregates) {
        hs_filter_coarsen(filter);
        hs_filter_coarsen(every_accuracy);
    }
    return status;
}

/* The number of a `{1}` that begins here, 0 where there is none. */
static size_t number_at(const char *text, size_t count) {
    bool is_number = text[0] == '{' && text[1] >= '1' && text[1] <= '9' && text[2] == '}';
    size_t number = is_number ? (size_t)(text[1] - '0') : 0;
    return number <= count ? number : 0;
}

const char *hs_hotspot_fill(hs_arena *arena, const char *text, const char *const *values, size_t count) {
    size_t size = strlen(text) + 1;
    for (const char *at = text; *at; at++)
        if (number_at(at, count) > 0) size += strlen(values[number_at(at, count) - 1]);
    char *filled = hs_arena_alloc(arena, size), *to = filled;
    if (!filled) return NULL;
    while (*text) {
        size_t number = number_at(text, count);
        if (number == 0) {
            *to++ = *text++;
            continue;
        }
        size_t length = strlen(values[number - 1]);
        memcpy(to, values[number - 1], length);
        to += length;
        text += 3;
    }
    *to = 0;
    return filled;
}
