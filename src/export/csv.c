#include "export/csv_text.h"
#include "export/text_writer.h"

#include "base/text.h"

/* Texts are never changed for the sake of spreadsheets that run what begins with = + - or @: whoever reads
 * the file again must get what was stored. XLSX has text cells for them. */
static bool needs_quotes(hs_str text, char delimiter) {
    double number;
    if (text.size == 0 || text.data[0] == ' ' || text.data[text.size - 1] == ' ') return true;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == delimiter || text.data[i] == '"' || text.data[i] == '\n' || text.data[i] == '\r')
            return true;
    return hs_str_to_double(text, &number);
}

void hs_csv_put_text(hs_buffer *out, hs_str text, char delimiter) {
    if (!needs_quotes(text, delimiter)) {
        hs_buffer_str(out, text);
        return;
    }
    hs_buffer_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"') hs_buffer_byte(out, '"');
        hs_buffer_byte(out, text.data[i]);
    }
    hs_buffer_byte(out, '"');
}

static void put_ring(hs_buffer *out, const hs_geometry *geometry, uint32_t ring) {
    for (uint32_t p = geometry->ring_start[ring]; p < geometry->ring_start[ring + 1]; p++) {
        hs_buffer_byte(out, p == geometry->ring_start[ring] ? '(' : ',');
        hs_text_position(out, geometry->positions[p], ' ');
    }
    hs_buffer_byte(out, ')');
}

static void put_rings(hs_buffer *out, const hs_geometry *geometry, uint32_t first, uint32_t end) {
    for (uint32_t r = first; r < end; r++) {
        hs_buffer_byte(out, r == first ? '(' : ',');
        put_ring(out, geometry, r);
    }
    hs_buffer_byte(out, ')');
}

static void put_wkt(hs_buffer *out, const hs_geometry *geometry) {
    if (geometry->type == HS_GEOMETRY_NONE) return;
    if (geometry->type == HS_GEOMETRY_POINT) {
        hs_buffer_text(out, "\"POINT (");
        hs_text_position(out, geometry->positions[0], ' ');
        hs_buffer_byte(out, ')');
    } else if (geometry->type == HS_GEOMETRY_LINES) {
        hs_buffer_text(out, geometry->ring_count == 1 ? "\"LINESTRING " : "\"MULTILINESTRING ");
        if (geometry->ring_count == 1)
            put_ring(out, geometry, 0);
        else
            put_rings(out, geometry, 0, geometry->ring_count);
    } else {
        const uint32_t *part = geometry->part_start;
        hs_buffer_text(out, geometry->part_count == 1 ? "\"POLYGON " : "\"MULTIPOLYGON (");
        for (uint32_t p = 0; p < geometry->part_count; p++) {
            if (p > 0) hs_buffer_byte(out, ',');
            put_rings(out, geometry, part[p], part[p + 1]);
        }
        if (geometry->part_count != 1) hs_buffer_byte(out, ')');
    }
    hs_buffer_byte(out, '"');
}

static void begin(hs_buffer *out, const hs_text_layout *layout) {
    for (uint32_t f = 0; f < layout->field_count; f++) {
        if (f > 0) hs_buffer_byte(out, ',');
        hs_csv_put_text(out, hs_str_of(layout->fields[f].name), ',');
    }
    hs_buffer_text(out, layout->outlines ? ",WKT\n" : "\n");
}

static void put_feature(hs_buffer *out, const hs_text_layout *layout, const hs_geometry *geometry,
                        const hs_value *values) {
    for (uint32_t f = 0; f < layout->field_count; f++) {
        if (f > 0) hs_buffer_byte(out, ',');
        bool is_text = layout->fields[f].type == HS_FIELD_TEXT;
        if (!is_text)
            (void)hs_text_value(out, &layout->fields[f], &values[f]);
        else if (!values[f].absent && values[f].text.data)
            hs_csv_put_text(out, values[f].text, ',');
    }
    if (layout->outlines) {
        hs_buffer_byte(out, ',');
        put_wkt(out, geometry);
    }
    hs_buffer_byte(out, '\n');
}

static void end(hs_buffer *out, const hs_text_layout *layout) {
    (void)out;
    (void)layout;
}

const hs_text_format hs_text_csv = {begin, put_feature, end};
