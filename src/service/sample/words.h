/* How people say where something is. */
#ifndef SERVICE_SAMPLE_WORDS_H
#define SERVICE_SAMPLE_WORDS_H

#include "service/sample/city.h"

typedef struct hs_sample_words hs_sample_words;

typedef struct hs_sample_spot {
    uint32_t street;
    double along_m; /* from the street's start */
    bool right;     /* of its direction */
    hs_sample_point point;
} hs_sample_spot;

hs_status hs_sample_words_new(const hs_sample_city *city, hs_error *error, hs_sample_words **words);
void hs_sample_words_free(hs_sample_words *words);
/* The nearest house number, or the street alone where it has none. */
hs_str hs_sample_words_number(const hs_sample_words *words, const hs_sample_spot *spot, hs_arena *arena);
/* What a caller says: mostly a number, sometimes a crossing, a place, a street or nothing of use. Empty when
 * memory is out. */
hs_str hs_sample_words_call(const hs_sample_words *words, const hs_sample_spot *spot, hs_random *random,
                            hs_arena *arena);

#endif
