#include "export/xml.h"

#include "base/text.h"

static bool is_character(uint32_t code) {
    return code >= 0x20 ? code != 0xFFFE && code != 0xFFFF : code == '\t' || code == '\n' || code == '\r';
}

void hs_xml_text(hs_buffer *out, hs_str text) {
    while (text.size > 0) {
        const char *from = text.data;
        uint32_t code = hs_utf8_next(&text);
        if (code == '<')
            hs_buffer_text(out, "&lt;");
        else if (code == '>')
            hs_buffer_text(out, "&gt;");
        else if (code == '&')
            hs_buffer_text(out, "&amp;");
        else if (code == '"')
            hs_buffer_text(out, "&quot;");
        else if (code == '\r') /* a reader would take it for the end of a line */
            hs_buffer_text(out, "&#13;");
        else if (code == 0xFFFD || !is_character(code))
            hs_buffer_text(out, "\xEF\xBF\xBD");
        else
            hs_buffer_append(out, from, (size_t)(text.data - from));
    }
}

void hs_xml_element(hs_buffer *out, const char *name, hs_str text) {
    if (text.size == 0) return;
    hs_buffer_printf(out, "<%s>", name);
    hs_xml_text(out, text);
    hs_buffer_printf(out, "</%s>", name);
}

void hs_xml_name(hs_buffer *out, const char *name) {
    bool first = true;
    for (; *name; name++, first = false) {
        unsigned char c = (unsigned char)*name;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
        bool later = (c >= '0' && c <= '9') || c == '-';
        if (first && later) hs_buffer_byte(out, '_');
        hs_buffer_byte(out, letter || later ? *name : '_');
    }
}
