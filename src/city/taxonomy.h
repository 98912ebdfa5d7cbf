/* Problem classes in two levels and groups of them: data (geodata/taxonomy.json by default). Immutable. */
#ifndef CITY_TAXONOMY_H
#define CITY_TAXONOMY_H

#include <hotspot/error.h>
#include <hotspot/records.h>

typedef struct hs_taxonomy {
    uint32_t count;                     /* ordered by code */
    const hs_category_record *category; /* texts live as long as the taxonomy */
} hs_taxonomy;

/* Copies `count` records. One reference. */
hs_status hs_taxonomy_new(const hs_category_record *records, uint32_t count, hs_error *error,
                          hs_taxonomy **taxonomy);
hs_taxonomy *hs_taxonomy_ref(const hs_taxonomy *taxonomy);
void hs_taxonomy_unref(hs_taxonomy *taxonomy);
/* The classes that ship with the program, from its asset geodata/taxonomy.json. */
hs_status hs_taxonomy_builtin(hs_error *error, hs_taxonomy **taxonomy);
/* Reads {"categories":[{code,parent,name,name_en,department,colour,members,aliases}]}. */
hs_status hs_taxonomy_parse(hs_str json, hs_error *error, hs_taxonomy **taxonomy);
/* The row of a code, of a name in any language, or of an alias, in this order (ASCII case ignored); HS_NONE.
 */
uint32_t hs_taxonomy_find(const hs_taxonomy *taxonomy, hs_str code_or_name);
/* Takes the next alias off a list of them; false at its end. */
bool hs_alias_next(hs_str *aliases, hs_str *alias);
/* Turns an incident's category from the source's own text into the code of the class that it names, and keeps
 * the text where it is an alias; a text that names none stays as it is. */
void hs_taxonomy_classify(const hs_taxonomy *taxonomy, hs_incident_record *record);
/* Whether incidents coded `code` belong to class `row`: the class itself, its children, or a group's members
 * and their children. */
bool hs_taxonomy_covers(const hs_taxonomy *taxonomy, uint32_t row, hs_str code);

#endif
