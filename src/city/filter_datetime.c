/* RFC 3339 instants, plain dates and intervals of them. */
#include "base/text.h"
#include "city/filter.h"

enum { DATE_SIZE = 10, TIME_SIZE = 8 };

static bool digits(hs_str text, size_t at, size_t count, int32_t *value) {
    int32_t sum = 0;
    if (at + count > text.size) return false;
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        sum = sum * 10 + (text.data[i] - '0');
    }
    *value = sum;
    return true;
}

static bool read_date(hs_str text, hs_civil *civil) {
    return text.size >= DATE_SIZE && digits(text, 0, 4, &civil->year) && text.data[4] == '-' &&
           digits(text, 5, 2, &civil->month) && text.data[7] == '-' && digits(text, 8, 2, &civil->day);
}

/* `+08:00`, `-0500`, `Z`; seconds east of UTC. */
static bool read_offset(hs_str text, int32_t *offset_s) {
    if (text.size == 1 && (text.data[0] == 'Z' || text.data[0] == 'z')) {
        *offset_s = 0;
        return true;
    }
    int32_t hours, minutes;
    bool colon = text.size == 6 && text.data[3] == ':';
    if (!colon && text.size != 5) return false;
    /* A plus sign in a query that was not escaped arrives as a blank. */
    char sign = text.data[0] == ' ' ? '+' : text.data[0];
    if ((sign != '+' && sign != '-') || !digits(text, 1, 2, &hours) ||
        !digits(text, colon ? 4 : 3, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

/* The part behind the date: time of day with an optional fraction (cut off) and an offset; without one the
 * time is local. */
static bool read_time(hs_str text, hs_civil *civil, bool *has_offset, int32_t *offset_s, int *leap_s) {
    if (text.size < 1 + TIME_SIZE || (text.data[0] != 'T' && text.data[0] != 't' && text.data[0] != ' '))
        return false;
    if (!digits(text, 1, 2, &civil->hour) || text.data[3] != ':' || !digits(text, 4, 2, &civil->minute) ||
        text.data[6] != ':' || !digits(text, 7, 2, &civil->second))
        return false;
    *leap_s = civil->second == 60;
    civil->second -= *leap_s;
    size_t at = 1 + TIME_SIZE;
    if (at < text.size && text.data[at] == '.') {
        size_t first = ++at;
        while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9')
            at++;
        if (at == first) return false;
    }
    *has_offset = at < text.size;
    return !*has_offset || read_offset((hs_str){text.data + at, text.size - at}, offset_s);
}

/* One side of an interval as the seconds [*from_s, *to_s) that it stands for. */
static bool read_side(hs_str text, const hs_timezone *zone, int64_t *from_s, int64_t *to_s) {
    hs_civil civil = {0};
    if (!read_date(text, &civil)) return false;
    if (text.size == DATE_SIZE) {
        if (!hs_civil_valid(civil)) return false;
        int64_t day = hs_civil_days(civil.year, civil.month, civil.day) * 86400;
        *from_s = hs_timezone_to_utc(zone, day);
        *to_s = hs_timezone_to_utc(zone, day + 86400);
        return true;
    }
    bool has_offset = false;
    int32_t offset_s = 0;
    int leap_s = 0;
    hs_str rest = {text.data + DATE_SIZE, text.size - DATE_SIZE};
    if (!read_time(rest, &civil, &has_offset, &offset_s, &leap_s) || !hs_civil_valid(civil)) return false;
    int64_t local_s = hs_civil_to_s(civil) + leap_s;
    *from_s = has_offset ? local_s - offset_s : hs_timezone_to_utc(zone, local_s);
    *to_s = *from_s + 1;
    return true;
}

static bool is_open(hs_str side) {
    return side.size == 0 || hs_str_equal(side, HS_STR(".."));
}

static hs_status malformed(hs_str text, hs_error *error) {
    return hs_error_set(error, HS_E_ARGUMENT,
                        "datetime '%.*s' is not understood: a date (2024-01-31), a time "
                        "(2024-01-31T18:00:00Z), or an interval of two of them (2024-01-01/2024-06-30), "
                        "with .. for an open end",
                        (int)(text.size < 80 ? text.size : 80), text.size ? text.data : "");
}

hs_status hs_datetime_parse(hs_str text, const hs_timezone *zone, hs_error *error, int64_t *from_s,
                            int64_t *to_s) {
    text = hs_str_trim(text);
    hs_str rest = text;
    hs_str first = hs_str_trim(hs_str_cut(&rest, '/'));
    bool interval = first.size < text.size;
    hs_str second = hs_str_trim(rest);
    if (!interval && is_open(first)) return malformed(text, error);
    int64_t from = HS_NO_TIME, to = HS_NO_TIME, unused;
    if (!is_open(first) && !read_side(first, zone, &from, interval ? &unused : &to))
        return malformed(text, error);
    if (interval && !is_open(second) && !read_side(second, zone, &unused, &to)) return malformed(text, error);
    if (from != HS_NO_TIME && to != HS_NO_TIME && from >= to)
        return hs_error_set(error, HS_E_ARGUMENT, "datetime '%.*s' ends before it begins",
                            (int)(text.size < 80 ? text.size : 80), text.data);
    *from_s = from;
    *to_s = to;
    return HS_OK;
}
