/* Hashing: XXH3 (xxhash library). Not for secrets. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <hotspot/types.h>

uint64_t hs_hash(const void *data, size_t size, uint64_t seed);
uint64_t hs_hash_str(hs_str text, uint64_t seed);

/* Interning of texts: text -> number from 0 in order of first sight. One thread at a time. */
typedef struct hs_dictionary hs_dictionary;
hs_dictionary *hs_dictionary_new(void);
void hs_dictionary_free(hs_dictionary *dictionary);
/* The number of `text`, added when new; HS_NONE when memory is out. */
uint32_t hs_dictionary_put(hs_dictionary *dictionary, hs_str text);
/* The number of `text`, HS_NONE when unknown. Safe to share while nobody puts. */
uint32_t hs_dictionary_find(const hs_dictionary *dictionary, hs_str text);
uint32_t hs_dictionary_count(const hs_dictionary *dictionary);
/* The text of a number; valid until the dictionary is freed, ended by NUL. */
hs_str hs_dictionary_text(const hs_dictionary *dictionary, uint32_t number);

#endif
