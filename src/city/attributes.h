/* The columns that came along with a unit or street: a JSON object as text. */
#ifndef CITY_ATTRIBUTES_H
#define CITY_ATTRIBUTES_H

#include "base/arena.h"

/* The number that stands under a name; false where there is none. */
bool hs_attribute_number(hs_str attributes, hs_str name, double *number);
/* A copy in which `name` stands for `number`, a whole one without decimals; data NULL when memory is out. */
hs_str hs_attributes_with(hs_str attributes, const char *name, double number, hs_arena *arena);

#endif
