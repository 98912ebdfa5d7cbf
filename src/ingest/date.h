/* Dates as files write them: ISO 8601, numbers in national orders, month names, Chinese, epoch. */
#ifndef INGEST_DATE_H
#define INGEST_DATE_H

#include "base/timezone.h"

/* Order of the two small numbers of a date such as 01/05/2024. */
typedef enum hs_date_order { HS_DATE_ORDER_UNKNOWN, HS_DATE_DAY_FIRST, HS_DATE_MONTH_FIRST } hs_date_order;

typedef struct hs_date {
    hs_civil civil;   /* day and month unset while `needs_order` */
    bool needs_order; /* the two numbers below are day and month in an order that the text does not tell */
    int32_t first, second;
    bool has_time; /* a time of day was written */
    bool has_zone; /* `zone_s` east of UTC was written */
    bool has_meridian, has_seconds;
    int32_t zone_s;
} hs_date;

/* Parses a whole text (blanks trimmed); false when it is no date. Pure. */
bool hs_date_parse(hs_str text, hs_date *date);
/* A time of day alone: `18:03`, `6:03 pm`, `18时03分`. */
bool hs_date_parse_time(hs_str text, hs_date *date);
/* Parses by strptime words; what is left behind the format may be a time of day. */
bool hs_date_parse_format(hs_str text, const char *format, hs_date *date);
/* Settles day and month; false when they make no date in this order. */
bool hs_date_resolve(hs_date *date, hs_date_order order);
/* UTC seconds of a settled date; local times go through `zone` (NULL: UTC). */
int64_t hs_date_to_utc(const hs_date *date, const hs_timezone *zone);

#endif
