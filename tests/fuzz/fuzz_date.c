#include "ingest/date.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is taken for a date is one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str text = {(const char *)data, size};
    hs_date date;
    if (hs_date_parse(text, &date) && hs_date_resolve(&date, HS_DATE_DAY_FIRST)) {
        hs_civil noon = date.civil;
        noon.hour = 12;
        if (!hs_civil_valid(noon)) abort();
        hs_date_to_utc(&date, NULL);
    }
    hs_date_parse_time(text, &date);
    hs_date_parse_format(text, "%d/%m/%Y %H:%M", &date);
    return 0;
}
