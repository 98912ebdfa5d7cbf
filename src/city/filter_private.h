/* What the files of filters share. */
#ifndef CITY_FILTER_PRIVATE_H
#define CITY_FILTER_PRIVATE_H

#include "city/filter.h"

/* What is at hand while a word is parsed. */
typedef struct hs_filter_parsing {
    const hs_snapshot *snapshot;
    hs_arena *arena;
    hs_error *error;
    hs_filter *filter;
} hs_filter_parsing;

/* Each parses a value that is not empty, sets the filter's members and adds to *hash what they mean. */
hs_status hs_filter_parse_category(const hs_filter_parsing *p, hs_str value, uint64_t *hash);
hs_status hs_filter_parse_texts(const hs_filter_parsing *p, hs_str value, const hs_str *texts, uint32_t count,
                                const uint64_t **bits, uint64_t *hash);
/* `residents,patrol` to bits of groups; what they leave of the sources is settled when all words are known.
 */
hs_status hs_filter_parse_reports(const hs_filter_parsing *p, hs_str value, uint64_t *hash);
/* Leaves of filter->source those that the groups have; adds to *hash what they are. */
hs_status hs_filter_settle_reports(const hs_snapshot *snapshot, unsigned groups, hs_arena *arena,
                                   hs_error *error, hs_filter *filter, uint64_t *hash);
/* `1-5`, `7-9,17-19`, `22-2`: bits of numbers from `least` to `most`. */
hs_status hs_filter_parse_ranges(const hs_filter_parsing *p, const char *name, hs_str value, int least,
                                 int most, uint32_t *bits);

hs_status hs_filter_no_memory(hs_error *error);
/* How much of a value a message shows. */
#define HS_SHOWN(text) (int)((text).size < 80 ? (text).size : 80), ((text).size ? (text).data : "")

#endif
