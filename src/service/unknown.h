/* Texts of rows that name nothing the city knows: kept, counted, and told of most frequent first. */
#ifndef SERVICE_UNKNOWN_H
#define SERVICE_UNKNOWN_H

#include "base/buffer.h"

typedef struct hs_unknown hs_unknown;

hs_unknown *hs_unknown_new(void); /* NULL when memory is out */
void hs_unknown_free(hs_unknown *unknown);
/* Counts a text that stood in a row; false when memory is out. One thread at a time. */
bool hs_unknown_put(hs_unknown *unknown, hs_str text, uint64_t row);
/* Different texts, and rows that had them. */
uint32_t hs_unknown_texts(const hs_unknown *unknown);
uint64_t hs_unknown_rows(const hs_unknown *unknown);
/* Writes `Bulk Collection 3487 (from row 12), Pothole 283 (from row 5) and 4 others`: the `most` most
 * frequent ones, ties in the order of rows; or the same in Chinese. */
void hs_unknown_write(const hs_unknown *unknown, uint32_t most, bool chinese, hs_buffer *out);

#endif
