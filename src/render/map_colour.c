/* Colours as CSS writes them. */
#include "base/text.h"
#include "render/map_expression.h"
#include <math.h>

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool parse_hex(hs_str digits, hs_map_colour *colour) {
    bool narrow = digits.size == 3 || digits.size == 4;
    if (!narrow && digits.size != 6 && digits.size != 8) return false;
    double part[4] = {0, 0, 0, 1};
    size_t count = narrow ? digits.size : digits.size / 2;
    for (size_t i = 0; i < count; i++) {
        int high = digit(digits.data[narrow ? i : 2 * i]);
        int low = digit(digits.data[narrow ? i : 2 * i + 1]);
        if (high < 0 || low < 0) return false;
        part[i] = (high * 16 + low) / 255.0;
    }
    *colour = (hs_map_colour){part[0], part[1], part[2], part[3]};
    return true;
}

/* The numbers between a function's brackets; percent signs are noted. */
static int parse_numbers(hs_str text, double numbers[4], bool percent[4]) {
    int count = 0;
    while (text.size > 0) {
        hs_str word = hs_str_trim(hs_str_cut(&text, ','));
        if (count == 4 || word.size == 0) return 0;
        percent[count] = word.data[word.size - 1] == '%';
        word.size -= percent[count];
        if (!hs_str_to_double(word, &numbers[count])) return 0;
        count++;
    }
    return count;
}

static double clamp(double value) {
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

static double of_hue(double low, double high, double hue) {
    hue -= floor(hue);
    if (hue < 1.0 / 6) return low + (high - low) * 6 * hue;
    if (hue < 0.5) return high;
    if (hue < 2.0 / 3) return low + (high - low) * (4 - 6 * hue);
    return low;
}

static hs_map_colour from_hsl(double hue_deg, double saturation, double lightness, double alpha) {
    double high =
        lightness < 0.5 ? lightness * (1 + saturation) : lightness + saturation - lightness * saturation;
    double low = 2 * lightness - high;
    double hue = hue_deg / 360;
    return (hs_map_colour){of_hue(low, high, hue + 1.0 / 3), of_hue(low, high, hue),
                           of_hue(low, high, hue - 1.0 / 3), alpha};
}

static bool parse_function(hs_str name, hs_str inner, hs_map_colour *colour) {
    double number[4];
    bool percent[4];
    int count = parse_numbers(inner, number, percent);
    if (count < 3) return false;
    double alpha = count == 4 ? clamp(percent[3] ? number[3] / 100 : number[3]) : 1;
    if (hs_str_equal(name, HS_STR("rgb")) || hs_str_equal(name, HS_STR("rgba"))) {
        double part[3];
        for (int i = 0; i < 3; i++)
            part[i] = clamp(number[i] / (percent[i] ? 100 : 255));
        *colour = (hs_map_colour){part[0], part[1], part[2], alpha};
        return true;
    }
    if ((!hs_str_equal(name, HS_STR("hsl")) && !hs_str_equal(name, HS_STR("hsla"))) || percent[0] ||
        !percent[1] || !percent[2])
        return false;
    *colour = from_hsl(number[0], clamp(number[1] / 100), clamp(number[2] / 100), alpha);
    return true;
}

bool hs_map_parse_colour(hs_str text, hs_map_colour *colour) {
    text = hs_str_trim(text);
    if (text.size > 1 && text.data[0] == '#')
        return parse_hex((hs_str){text.data + 1, text.size - 1}, colour);
    if (text.size > 1 && text.data[text.size - 1] == ')') {
        hs_str inner = {text.data, text.size - 1};
        hs_str name = hs_str_cut(&inner, '(');
        return parse_function(name, inner, colour);
    }
    *colour = (hs_map_colour){0, 0, 0, 0};
    if (hs_str_equal(text, HS_STR("transparent"))) return true;
    colour->a = 1;
    if (hs_str_equal(text, HS_STR("black"))) return true;
    *colour = (hs_map_colour){1, 1, 1, 1};
    return hs_str_equal(text, HS_STR("white"));
}
