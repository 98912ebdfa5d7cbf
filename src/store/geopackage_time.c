#include "store/geopackage_time.h"
#include "base/clock.h"

static void put_digits(char *at, int32_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void hs_geopackage_time_format(int64_t time_s, char text[HS_DATETIME_SIZE]) {
    hs_civil civil = hs_civil_from_s(time_s);
    static const char form[HS_DATETIME_SIZE + 1] = "0000-00-00T00:00:00.000Z";
    for (size_t i = 0; i < HS_DATETIME_SIZE; i++)
        text[i] = form[i];
    put_digits(text, civil.year, 4);
    put_digits(text + 5, civil.month, 2);
    put_digits(text + 8, civil.day, 2);
    put_digits(text + 11, civil.hour, 2);
    put_digits(text + 14, civil.minute, 2);
    put_digits(text + 17, civil.second, 2);
}

/* Takes `digits` digits from the front of *text. */
static bool take_number(hs_str *text, size_t digits, int32_t *value) {
    if (text->size < digits) return false;
    int32_t sum = 0;
    for (size_t i = 0; i < digits; i++) {
        unsigned digit = (unsigned)(unsigned char)text->data[i] - '0';
        if (digit > 9) return false;
        sum = sum * 10 + (int32_t)digit;
    }
    text->data += digits;
    text->size -= digits;
    *value = sum;
    return true;
}

static bool take(hs_str *text, char expected) {
    if (text->size == 0 || text->data[0] != expected) return false;
    text->data++;
    text->size--;
    return true;
}

/* Seconds east of UTC of what follows the time; nothing or Z is 0. */
static bool take_zone(hs_str *text, int32_t *offset_s) {
    int32_t hours = 0, minutes = 0, sign = 1;
    *offset_s = 0;
    if (text->size == 0 || take(text, 'Z')) return true;
    if (take(text, '-'))
        sign = -1;
    else if (!take(text, '+'))
        return false;
    if (!take_number(text, 2, &hours)) return false;
    (void)take(text, ':');
    if (text->size > 0 && !take_number(text, 2, &minutes)) return false;
    *offset_s = sign * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

static bool take_clock(hs_str *text, hs_civil *civil) {
    if (!take_number(text, 2, &civil->hour) || !take(text, ':') || !take_number(text, 2, &civil->minute))
        return false;
    if (take(text, ':') && !take_number(text, 2, &civil->second)) return false;
    int32_t digit = 0;
    if (take(text, '.')) {
        if (!take_number(text, 1, &digit)) return false;
        while (take_number(text, 1, &digit))
            continue;
    }
    return true;
}

bool hs_geopackage_time_parse(hs_str text, int64_t *time_s) {
    hs_civil civil = {0};
    int32_t offset_s = 0;
    if (!take_number(&text, 4, &civil.year) || !take(&text, '-') || !take_number(&text, 2, &civil.month) ||
        !take(&text, '-') || !take_number(&text, 2, &civil.day))
        return false;
    if (text.size > 0) {
        if (!take(&text, 'T') && !take(&text, ' ')) return false;
        if (!take_clock(&text, &civil) || !take_zone(&text, &offset_s)) return false;
    }
    if (text.size > 0 || !hs_civil_valid(civil)) return false;
    *time_s = hs_civil_to_s(civil) - offset_s;
    return true;
}
