#include "ingest/date.h"

#include "base/text.h"
#include <string.h>
#include <time.h>

#define LONGEST_TEXT 128

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void skip_blanks(hs_str *text) {
    while (text->size > 0 && (*text->data == ' ' || *text->data == '\t')) {
        text->data++;
        text->size--;
    }
}

static bool take(hs_str *text, hs_str word) {
    if (!hs_str_starts(*text, word)) return false;
    text->data += word.size;
    text->size -= word.size;
    return true;
}

static bool take_byte(hs_str *text, char byte) {
    if (text->size == 0 || *text->data != byte) return false;
    text->data++;
    text->size--;
    return true;
}

/* Reads up to `longest` digits; returns how many there were. */
static size_t take_number(hs_str *text, size_t longest, int32_t *value) {
    size_t digits = 0;
    int32_t number = 0;
    while (digits < longest && digits < text->size && is_digit(text->data[digits]))
        number = number * 10 + (text->data[digits++] - '0');
    text->data += digits;
    text->size -= digits;
    *value = number;
    return digits;
}

static bool take_word(hs_str *text, const char *word) {
    size_t size = strlen(word);
    if (text->size < size || !hs_str_equal_nocase((hs_str){text->data, size}, hs_str_of(word))) return false;
    text->data += size;
    text->size -= size;
    return true;
}

static bool take_month(hs_str *text, int32_t *month) {
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    for (int i = 0; i < 12; i++) {
        char three[4] = {names[i][0], names[i][1], names[i][2], 0};
        if (take_word(text, names[i]) || take_word(text, three)) {
            if (text->size > 0 && is_letter(*text->data)) return false;
            take_byte(text, '.');
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static void skip_weekday(hs_str *text) {
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    hs_str rest = *text;
    for (int i = 0; i < 7; i++) {
        char three[4] = {names[i][0], names[i][1], names[i][2], 0};
        if (!take_word(&rest, names[i]) && !take_word(&rest, three)) continue;
        if (rest.size > 0 && is_letter(*rest.data)) return;
        take_byte(&rest, ',');
        skip_blanks(&rest);
        *text = rest;
        return;
    }
}

static int32_t full_year(int32_t year, size_t digits) {
    return digits > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
}

static bool take_zone(hs_str *text, hs_date *date) {
    skip_blanks(text);
    if (text->size == 0) return true;
    if (take_word(text, "utc") || take_word(text, "gmt") || take_word(text, "z")) {
        date->has_zone = true;
        date->zone_s = 0;
        if (text->size == 0) return true;
    }
    bool west = text->size > 0 && *text->data == '-';
    if (!west && !(text->size > 0 && *text->data == '+')) return false;
    text->data++;
    text->size--;
    int32_t hours, minutes = 0;
    if (take_number(text, 2, &hours) == 0) return false;
    take_byte(text, ':');
    if (text->size > 0 && take_number(text, 2, &minutes) != 2) return false;
    if (hours > 15 || minutes > 59) return false;
    date->has_zone = true;
    date->zone_s = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return text->size == 0;
}

typedef enum meridian { NO_MERIDIAN, MORNING, AFTERNOON } meridian;

static meridian take_meridian(hs_str *text) {
    skip_blanks(text);
    if (take_word(text, "a.m.") || take_word(text, "am") || take(text, HS_STR("上午"))) return MORNING;
    if (take_word(text, "p.m.") || take_word(text, "pm") || take(text, HS_STR("下午"))) return AFTERNOON;
    return NO_MERIDIAN;
}

static bool take_colon(hs_str *text, hs_str chinese, hs_str traditional) {
    return take_byte(text, ':') || take(text, chinese) || take(text, traditional) || take(text, HS_STR("："));
}

/* Minutes, seconds and the fraction, which is dropped. */
static bool take_minutes(hs_str *text, hs_date *date) {
    if (!take_colon(text, HS_STR("时"), HS_STR("時")) && !take(text, HS_STR("点"))) return true;
    if (take_number(text, 2, &date->civil.minute) == 0) return text->size == 0;
    if (take(text, HS_STR("分"))) {
        if (take_number(text, 2, &date->civil.second) > 0) return take(text, HS_STR("秒"));
        return true;
    }
    if (!take_byte(text, ':')) return true;
    date->has_seconds = true;
    if (take_number(text, 2, &date->civil.second) == 0) return false;
    if (take_byte(text, '.') || take_byte(text, ',')) {
        int32_t fraction;
        bool any = false;
        while (take_number(text, 1, &fraction) > 0)
            any = true;
        return any;
    }
    return true;
}

/* The rest of the text as time of day and zone. */
static bool take_time(hs_str *text, hs_date *date) {
    hs_str start = *text;
    meridian half = take_meridian(text);
    skip_blanks(text);
    size_t digits = take_number(text, 2, &date->civil.hour);
    if (digits == 0) return false;
    size_t before = text->size;
    if (!take_minutes(text, date)) return false;
    bool bare = text->size == before;
    if (half == NO_MERIDIAN) half = take_meridian(text);
    /* `T1803` of ISO 8601's basic form. */
    if (bare && half == NO_MERIDIAN && text->size >= 2 && start.size >= 4 && is_digit(*text->data)) {
        if (take_number(text, 2, &date->civil.minute) != 2) return false;
        if (text->size >= 2 && is_digit(*text->data) && take_number(text, 2, &date->civil.second) != 2)
            return false;
    }
    date->has_meridian = half != NO_MERIDIAN;
    if (half != NO_MERIDIAN) {
        if (date->civil.hour < 1 || date->civil.hour > 12) return false;
        date->civil.hour = date->civil.hour % 12 + (half == AFTERNOON ? 12 : 0);
    }
    if (date->civil.second == 60) date->civil.second = 59; /* a leap second */
    if (date->civil.hour > 24 || date->civil.minute > 59 || date->civil.second > 59) return false;
    if (date->civil.hour == 24 && (date->civil.minute || date->civil.second)) return false;
    date->has_time = true;
    return take_zone(text, date);
}

static bool valid_day(const hs_civil *civil) {
    hs_civil noon = *civil;
    noon.hour = 12;
    return noon.year >= 1 && noon.year <= 9999 && hs_civil_valid(noon);
}

static bool finish_time(hs_str *text, hs_date *date) {
    if (!date->needs_order && !valid_day(&date->civil)) return false;
    take_byte(text, ',');
    skip_blanks(text);
    if (text->size == 0) return true;
    if (take_byte(text, 'T') || take_byte(text, 't')) skip_blanks(text);
    return take_time(text, date);
}

/* `5 Jan 2024`, `05-JAN-24`, after the day was read. */
static bool named_after_day(hs_str *text, hs_date *date, int32_t day, char separator) {
    if (!take_month(text, &date->civil.month)) return false;
    if (separator) take_byte(text, separator);
    take_byte(text, ',');
    skip_blanks(text);
    int32_t year;
    size_t digits = take_number(text, 4, &year);
    if (digits != 2 && digits != 4) return false;
    date->civil.day = day;
    date->civil.year = full_year(year, digits);
    return finish_time(text, date);
}

/* `January 5, 2024`. */
static bool named_first(hs_str *text, hs_date *date) {
    if (!take_month(text, &date->civil.month)) return false;
    take_byte(text, '-');
    skip_blanks(text);
    if (take_number(text, 2, &date->civil.day) == 0) return false;
    if (!take_byte(text, ',')) take_byte(text, '-');
    skip_blanks(text);
    int32_t year;
    if (take_number(text, 4, &year) != 4) return false;
    date->civil.year = year;
    return finish_time(text, date);
}

static bool year_first(hs_str *text, hs_date *date, int32_t year) {
    date->civil.year = year;
    bool chinese = take(text, HS_STR("年"));
    char separator = text->size > 0 ? *text->data : '\0';
    if (!chinese) {
        if (separator != '-' && separator != '/' && separator != '.') return false;
        take_byte(text, separator);
    }
    skip_blanks(text);
    if (take_number(text, 2, &date->civil.month) == 0) return false;
    date->civil.day = 1;
    if (chinese) {
        if (!take(text, HS_STR("月"))) return false;
        skip_blanks(text);
        if (take_number(text, 2, &date->civil.day) > 0 && !take(text, HS_STR("日")) &&
            !take(text, HS_STR("号")))
            return false;
        return finish_time(text, date);
    }
    if (!take_byte(text, separator)) return false;
    skip_blanks(text);
    return take_number(text, 2, &date->civil.day) > 0 && finish_time(text, date);
}

static bool year_last(hs_str *text, hs_date *date, int32_t first) {
    char separator = text->size > 0 ? *text->data : '\0';
    if (separator != '-' && separator != '/' && separator != '.' && separator != ' ') return false;
    hs_str rest = *text;
    take_byte(&rest, separator);
    skip_blanks(&rest);
    if (rest.size > 0 && is_letter(*rest.data)) {
        *text = rest;
        return named_after_day(text, date, first, separator);
    }
    if (separator == ' ') return false;
    int32_t second, year;
    if (take_number(&rest, 2, &second) == 0 || !take_byte(&rest, separator)) return false;
    skip_blanks(&rest);
    size_t digits = take_number(&rest, 4, &year);
    if (digits != 4 && (digits != 2 || separator == '-')) return false;
    *text = rest;
    date->civil.year = full_year(year, digits);
    date->first = first;
    date->second = second;
    date->needs_order = true;
    if (first < 1 || second < 1 || first > 31 || second > 31 || (first > 12 && second > 12)) return false;
    if (separator == '.' && !hs_date_resolve(date, HS_DATE_DAY_FIRST)) return false;
    return finish_time(text, date);
}

/* Digits alone: 20240105, 20240105180300, and epoch seconds or milliseconds. */
static bool digits_only(hs_str text, hs_date *date) {
    int64_t value = 0;
    size_t digits = 0;
    while (digits < 15 && digits < text.size && is_digit(text.data[digits]))
        value = value * 10 + (text.data[digits++] - '0');
    hs_str rest = {text.data + digits, text.size - digits};
    if (take_byte(&rest, '.'))
        while (rest.size > 0 && is_digit(*rest.data))
            take_byte(&rest, *rest.data);
    if (rest.size > 0) return false;
    if (digits == 8 || digits == 14 || digits == 12) {
        int64_t day = digits == 8 ? value : digits == 12 ? value / 10000 : value / 1000000;
        int64_t clock = digits == 8 ? 0 : digits == 12 ? value % 10000 * 100 : value % 1000000;
        hs_civil civil = {(int32_t)(day / 10000),   (int32_t)(day / 100 % 100),   (int32_t)(day % 100),
                          (int32_t)(clock / 10000), (int32_t)(clock / 100 % 100), (int32_t)(clock % 100)};
        if (civil.year >= 1800 && civil.year <= 2200 && hs_civil_valid(civil)) {
            date->civil = civil;
            date->has_time = digits > 8;
            return true;
        }
    }
    if (digits < 9 || digits > 13 || digits == 11) return false;
    date->civil = hs_civil_from_s(digits >= 12 ? value / 1000 : value);
    date->has_time = date->has_zone = true;
    date->zone_s = 0;
    return true;
}

bool hs_date_parse(hs_str text, hs_date *date) {
    text = hs_str_trim(text);
    if (text.size < 6 || text.size > LONGEST_TEXT) return false;
    hs_date parsed = {0};
    bool done = digits_only(text, &parsed);
    if (!done) {
        skip_weekday(&text);
        hs_str start = text;
        int32_t number;
        size_t digits = take_number(&text, 4, &number);
        done = digits == 0   ? named_first(&text, &parsed)
               : digits == 4 ? year_first(&text, &parsed, number)
               : digits <= 2 ? year_last(&text, &parsed, number)
                             : false;
        /* ISO 8601's basic form with a time: 20240105T180300Z. */
        if (!done && digits == 4 && start.size > 9 && (start.data[8] == 'T' || start.data[8] == ' ')) {
            parsed = (hs_date){0};
            hs_str rest = {start.data + 8, start.size - 8};
            done = digits_only((hs_str){start.data, 8}, &parsed) && finish_time(&rest, &parsed);
        }
    }
    if (done) *date = parsed;
    return done;
}

bool hs_date_parse_time(hs_str text, hs_date *date) {
    text = hs_str_trim(text);
    if (text.size == 0) return false;
    hs_date parsed = {0};
    bool has_mark =
        memchr(text.data, ':', text.size) || (text.size > 2 && !is_digit(text.data[text.size - 1]));
    if (!has_mark || text.size > LONGEST_TEXT || !take_time(&text, &parsed)) return false;
    *date = parsed;
    return true;
}

bool hs_date_parse_format(hs_str text, const char *format, hs_date *date) {
    text = hs_str_trim(text);
    if (text.size == 0 || text.size > LONGEST_TEXT || memchr(text.data, '\0', text.size)) return false;
    char copy[LONGEST_TEXT + 1];
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    struct tm parts = {.tm_mday = 1};
    const char *end = strptime(copy, format, &parts);
    if (!end) return false;
    hs_date parsed = {.civil = {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                                parts.tm_min, parts.tm_sec == 60 ? 59 : parts.tm_sec}};
    parsed.has_time = strstr(format, "%H") || strstr(format, "%I") || strstr(format, "%T") ||
                      strstr(format, "%R") || strstr(format, "%r") || strstr(format, "%c") ||
                      strstr(format, "%s");
    if (strstr(format, "%s")) {
        /* strptime gives %s in the process's zone. */
        hs_date epoch;
        if (!digits_only(text, &epoch)) return false;
        *date = epoch;
        return true;
    }
    if (strstr(format, "%z")) {
        parsed.has_zone = true;
        parsed.zone_s = (int32_t)parts.tm_gmtoff;
    }
    hs_str rest = hs_str_trim(hs_str_of(end));
    if (!valid_day(&parsed.civil)) return false;
    if (rest.size > 0 && (parsed.has_time ? !take_zone(&rest, &parsed) : !take_time(&rest, &parsed)))
        return false;
    *date = parsed;
    return true;
}

bool hs_date_resolve(hs_date *date, hs_date_order order) {
    if (!date->needs_order) return true;
    if (order == HS_DATE_ORDER_UNKNOWN) return false;
    hs_civil civil = date->civil;
    civil.day = order == HS_DATE_DAY_FIRST ? date->first : date->second;
    civil.month = order == HS_DATE_DAY_FIRST ? date->second : date->first;
    if (!valid_day(&civil)) return false;
    date->civil = civil;
    date->needs_order = false;
    return true;
}

int64_t hs_date_to_utc(const hs_date *date, const hs_timezone *zone) {
    hs_civil civil = date->civil;
    /* 24:00 is the next day's midnight. */
    int64_t local_s = hs_civil_days(civil.year, civil.month, civil.day) * 86400 + civil.hour * 3600 +
                      civil.minute * 60 + civil.second;
    if (date->has_zone) return local_s - date->zone_s;
    return zone ? hs_timezone_to_utc(zone, local_s) : local_s;
}
