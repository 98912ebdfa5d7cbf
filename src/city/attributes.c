#include "city/attributes.h"

#include "base/json.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool may_carry(hs_str attributes, hs_str name) {
    return name.size > 0 && attributes.size > name.size &&
           memmem(attributes.data, attributes.size, name.data, name.size) != NULL;
}

bool hs_attribute_number(hs_str attributes, hs_str name, double *number) {
    json_t *object = NULL;
    if (!may_carry(attributes, name) || hs_json_parse(attributes, NULL, &object) != HS_OK) return false;
    const json_t *value = json_object_getn(object, name.data, name.size);
    bool found = json_is_number(value);
    if (found) *number = json_number_value(value);
    json_decref(object);
    return found;
}

hs_str hs_attributes_with(hs_str attributes, const char *name, double number, hs_arena *arena) {
    json_t *object = NULL;
    hs_str made = {0};
    if (attributes.size == 0 || hs_json_parse(attributes, NULL, &object) != HS_OK ||
        !json_is_object(object)) {
        json_decref(object);
        object = json_object();
    }
    bool whole = number == floor(number) && fabs(number) < 9007199254740992.0;
    json_t *value = whole ? json_integer((json_int_t)number) : json_real(number);
    char *text = NULL;
    if (object && json_object_set_new(object, name, value) == 0)
        text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    if (text) made = hs_arena_str(arena, hs_str_of(text));
    free(text);
    json_decref(object);
    return made;
}
