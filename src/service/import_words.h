/* What an import tells of texts that name nothing the city knows, and of names that are taken. */
#ifndef SERVICE_IMPORT_WORDS_H
#define SERVICE_IMPORT_WORDS_H

#include "service/import_private.h"

/* Categories that no class goes by, units that there are none of; then, once everything was put, aliases of a
 * taxonomy that name another class, and people of earlier imports that stay beside those of this one. `name`
 * is the file's. */
hs_status hs_import_warn_of_words(hs_importing *work, hs_kind kind, const char *name, hs_error *error);
/* Notes what a target or people name, in the row that is read. */
void hs_import_note_target(hs_importing *work, const hs_target_record *record);
void hs_import_note_population(hs_importing *work, const hs_population_record *record);

#endif
