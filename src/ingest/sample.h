/* What a sample of the rows tells. */
#ifndef INGEST_SAMPLE_H
#define INGEST_SAMPLE_H

#include "ingest/fields.h"

/* A cell as a date, by `format` (may be NULL) or by its looks; false when it is none. */
bool hs_cell_date(const hs_cell *cell, const char *format, hs_arena *arena, hs_date *date);
/* Fills the facts of every column. */
hs_status hs_mapping_sample(hs_source *source, const hs_ingest_options *options, hs_error *error,
                            hs_mapping *mapping);
/* Settles the order of day and month of every mapped time; HS_E_INPUT with the options that would settle it
 * when the whole file leaves it open. */
hs_status hs_mapping_settle_dates(hs_source *source, const hs_ingest_options *options, hs_error *error,
                                  hs_mapping *mapping);

#endif
