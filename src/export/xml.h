/* Texts in XML 1.0. */
#ifndef EXPORT_XML_H
#define EXPORT_XML_H

#include "base/buffer.h"
#include <hotspot/types.h>

/* Appends a text for an element or an attribute; what XML has no place for (control characters, bytes that
 * are not UTF-8) becomes U+FFFD. */
void hs_xml_text(hs_buffer *out, hs_str text);
/* Appends an element that holds a text; nothing where that is empty. */
void hs_xml_element(hs_buffer *out, const char *name, hs_str text);
/* Appends a name for an element: other characters than letters, digits, - and _ become _. */
void hs_xml_name(hs_buffer *out, const char *name);

#endif
