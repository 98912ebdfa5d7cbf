#include "geocode/reverse_label.h"

#include "base/text.h"
#include "geocode/words.h"
#include <stdio.h>
#include <string.h>

/* Farther from it a label says "near". */
#define AT_M 15.0

enum { NAME_MAX_BYTES = 200, TEXT_SIZE = 1024 };

static bool has_han(hs_str text) {
    while (text.size > 0)
        if (hs_is_han(hs_utf8_next(&text))) return true;
    return false;
}

static bool wants_chinese(hs_label_language language, hs_str name) {
    return language == HS_LABEL_ZH || (language == HS_LABEL_AS_NAMES && has_han(name));
}

static hs_str choose(hs_label_language language, hs_str name, hs_str name_en) {
    hs_str preferred = language == HS_LABEL_EN ? name_en : name;
    hs_str other = language == HS_LABEL_EN ? name : name_en;
    return preferred.size > 0 ? preferred : other;
}

static hs_str street_name(const hs_geography *geography, hs_label_language language, uint32_t street) {
    return choose(language, geography->streets.name[street], geography->streets.name_en[street]);
}

/* For "%.*s": a name of sane length. */
#define NAME(name) (int)hs_utf8_cut(name, NAME_MAX_BYTES), (name).data ? (name).data : ""

static bool ends_in_digit(hs_str number) {
    return number.size > 0 && number.data[number.size - 1] >= '0' && number.data[number.size - 1] <= '9';
}

void hs_label_copy(char *label, size_t size, hs_str text) {
    size_t kept = hs_utf8_cut(text, size - 1);
    if (kept > 0) memcpy(label, text.data, kept);
    label[kept] = '\0';
}

void hs_address_label(const hs_addresses *addresses, uint32_t row, char *out, size_t size) {
    hs_str text = addresses->text[row], street = addresses->street[row], number = addresses->number[row];
    if (text.size > 0)
        (void)snprintf(out, size, "%.*s", NAME(text));
    else if (has_han(street))
        (void)snprintf(out, size, "%.*s%.*s%s", NAME(street), NAME(number),
                       ends_in_digit(number) ? "号" : "");
    else
        (void)snprintf(out, size, "%.*s%s%.*s", NAME(number), number.size > 0 ? " " : "", NAME(street));
}

static void say_near(hs_label_language language, hs_str what, double distance_m, char *out, size_t size) {
    if (distance_m <= AT_M)
        (void)snprintf(out, size, "%.*s", (int)what.size, what.data);
    else if (wants_chinese(language, what))
        (void)snprintf(out, size, "%.*s附近", (int)what.size, what.data);
    else
        (void)snprintf(out, size, "near %.*s", (int)what.size, what.data);
}

static void label_address(const hs_geography *geography, hs_label_language language,
                          const hs_reverse_result *result, char *out, size_t size) {
    char text[TEXT_SIZE];
    hs_address_label(&geography->addresses, result->address, text, sizeof text);
    say_near(language, hs_str_of(text), result->distance_m, out, size);
}

static void label_place(const hs_geography *geography, hs_label_language language,
                        const hs_reverse_result *result, char *out, size_t size) {
    const hs_places *places = &geography->places;
    hs_str name = choose(language, places->name[result->place], places->name_en[result->place]);
    char text[TEXT_SIZE];
    (void)snprintf(text, sizeof text, "%.*s", NAME(name));
    say_near(language, hs_str_of(text), result->distance_m, out, size);
}

static bool same_position(hs_position a, hs_position b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

static void label_corner(const hs_geography *geography, hs_label_language language,
                         const hs_reverse_result *result, char *out, size_t size) {
    const hs_cross_street *cross = result->cross;
    bool behind = cross[0].street != HS_NONE &&
                  same_position(geography->segments.node[cross[0].node], result->position);
    hs_str a = street_name(geography, language, result->street);
    hs_str b = street_name(geography, language, cross[behind ? 0 : 1].street);
    if (wants_chinese(language, a))
        (void)snprintf(out, size, "%.*s与%.*s交叉口", NAME(a), NAME(b));
    else
        (void)snprintf(out, size, "at the corner of %.*s and %.*s", NAME(a), NAME(b));
}

static void label_street(const hs_geography *geography, hs_label_language language,
                         const hs_reverse_result *result, char *out, size_t size) {
    hs_str name = street_name(geography, language, result->street);
    const hs_cross_street *cross = result->cross;
    bool chinese = wants_chinese(language, name);
    if (cross[0].street == HS_NONE || cross[1].street == HS_NONE) {
        char text[TEXT_SIZE];
        (void)snprintf(text, sizeof text, "%.*s", NAME(name));
        say_near(language, hs_str_of(text), result->distance_m, out, size);
        return;
    }
    hs_str a = street_name(geography, language, cross[0].street);
    hs_str b = street_name(geography, language, cross[1].street);
    if (chinese)
        (void)snprintf(out, size, "%.*s（%.*s与%.*s之间）", NAME(name), NAME(a), NAME(b));
    else
        (void)snprintf(out, size, "%.*s between %.*s and %.*s", NAME(name), NAME(a), NAME(b));
}

static void label_unit(const hs_geography *geography, hs_label_language language,
                       const hs_reverse_result *result, char *out, size_t size) {
    uint32_t unit = HS_NONE;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        if (result->unit[level] != HS_NONE) unit = result->unit[level];
    hs_str name = choose(language, geography->units.name[unit], geography->units.name_en[unit]);
    if (name.size == 0) name = geography->units.code[unit];
    (void)snprintf(out, size, "%.*s", NAME(name));
}

void hs_reverse_label(const hs_geography *geography, hs_label_language language, hs_reverse_result *result) {
    char text[TEXT_SIZE] = "";
    switch (result->match_type) {
    case HS_MATCH_ADDRESS:
        label_address(geography, language, result, text, sizeof text);
        break;
    case HS_MATCH_INTERSECTION:
        label_corner(geography, language, result, text, sizeof text);
        break;
    case HS_MATCH_PLACE:
        label_place(geography, language, result, text, sizeof text);
        break;
    case HS_MATCH_STREET:
        label_street(geography, language, result, text, sizeof text);
        break;
    default:
        label_unit(geography, language, result, text, sizeof text);
    }
    hs_label_copy(result->label, sizeof result->label, hs_str_of(text));
}
