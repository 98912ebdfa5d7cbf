#include "export/text_writer.h"

#include "base/text.h"
#include "export/xml.h"
#include <string.h>

static bool is_own(const char *name) {
    return strcmp(name, "name") == 0 || strcmp(name, "description") == 0;
}

static void put_name(hs_buffer *out, const char *name) {
    hs_xml_text(out, hs_str_of(name));
}

static void begin(hs_buffer *out, const hs_text_layout *layout) {
    hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>");
    put_name(out, layout->layer);
    hs_buffer_text(out, "</name>\n<Schema name=\"");
    put_name(out, layout->layer);
    hs_buffer_text(out, "\" id=\"");
    put_name(out, layout->layer);
    hs_buffer_text(out, "\">\n");
    for (uint32_t f = 0; f < layout->field_count; f++) {
        if (is_own(layout->fields[f].name)) continue;
        /* An int of KML has 32 bits: too few for ids. */
        hs_buffer_printf(out, "<SimpleField type=\"%s\" name=\"",
                         layout->fields[f].type == HS_FIELD_REAL ? "double" : "string");
        put_name(out, layout->fields[f].name);
        hs_buffer_text(out, "\"/>\n");
    }
    hs_buffer_text(out, "</Schema>\n<Folder><name>");
    put_name(out, layout->layer);
    hs_buffer_text(out, "</name>\n");
}

static void put_positions(hs_buffer *out, const hs_geometry *geometry, uint32_t ring) {
    hs_buffer_text(out, "<coordinates>");
    for (uint32_t p = geometry->ring_start[ring]; p < geometry->ring_start[ring + 1]; p++) {
        if (p > geometry->ring_start[ring]) hs_buffer_byte(out, ' ');
        hs_text_position(out, geometry->positions[p], ',');
    }
    hs_buffer_text(out, "</coordinates>");
}

static void put_polygon(hs_buffer *out, const hs_geometry *geometry, uint32_t part) {
    hs_buffer_text(out, "<Polygon>");
    for (uint32_t r = geometry->part_start[part]; r < geometry->part_start[part + 1]; r++) {
        bool outer = r == geometry->part_start[part];
        hs_buffer_text(out, outer ? "<outerBoundaryIs><LinearRing>" : "<innerBoundaryIs><LinearRing>");
        put_positions(out, geometry, r);
        hs_buffer_text(out, outer ? "</LinearRing></outerBoundaryIs>" : "</LinearRing></innerBoundaryIs>");
    }
    hs_buffer_text(out, "</Polygon>");
}

static void put_geometry(hs_buffer *out, const hs_geometry *geometry) {
    bool areas = geometry->type == HS_GEOMETRY_POLYGONS;
    uint32_t parts = areas ? geometry->part_count : geometry->ring_count;
    if (geometry->type == HS_GEOMETRY_NONE) return;
    if (geometry->type == HS_GEOMETRY_POINT) {
        hs_buffer_text(out, "<Point><coordinates>");
        hs_text_position(out, geometry->positions[0], ',');
        hs_buffer_text(out, "</coordinates></Point>");
        return;
    }
    if (parts != 1) hs_buffer_text(out, "<MultiGeometry>");
    for (uint32_t p = 0; p < parts; p++) {
        if (areas) {
            put_polygon(out, geometry, p);
        } else {
            hs_buffer_text(out, "<LineString>");
            put_positions(out, geometry, p);
            hs_buffer_text(out, "</LineString>");
        }
    }
    if (parts != 1) hs_buffer_text(out, "</MultiGeometry>");
}

/* The element of a field that the placemark has of its own. */
static void put_own(hs_buffer *out, const hs_field *field, const hs_value *value) {
    if (!is_own(field->name) || value->absent || !value->text.data) return;
    hs_buffer_printf(out, "<%s>", field->name);
    hs_xml_text(out, value->text);
    hs_buffer_printf(out, "</%s>", field->name);
}

static void put_data(hs_buffer *out, const hs_field *field, const hs_value *value) {
    bool is_text = field->type == HS_FIELD_TEXT;
    if (is_own(field->name) || value->absent || (is_text && !value->text.data)) return;
    if (field->type == HS_FIELD_REAL && value->real != value->real) return;
    hs_buffer_text(out, "<SimpleData name=\"");
    put_name(out, field->name);
    hs_buffer_text(out, "\">");
    if (is_text)
        hs_xml_text(out, value->text);
    else
        (void)hs_text_value(out, field, value);
    hs_buffer_text(out, "</SimpleData>");
}

static void put_feature(hs_buffer *out, const hs_text_layout *layout, const hs_geometry *geometry,
                        const hs_value *values) {
    hs_buffer_text(out, "<Placemark>");
    for (uint32_t f = 0; f < layout->field_count; f++)
        put_own(out, &layout->fields[f], &values[f]);
    hs_buffer_text(out, "<ExtendedData><SchemaData schemaUrl=\"#");
    put_name(out, layout->layer);
    hs_buffer_text(out, "\">");
    for (uint32_t f = 0; f < layout->field_count; f++)
        put_data(out, &layout->fields[f], &values[f]);
    hs_buffer_text(out, "</SchemaData></ExtendedData>");
    put_geometry(out, geometry);
    hs_buffer_text(out, "</Placemark>\n");
}

static void end(hs_buffer *out, const hs_text_layout *layout) {
    (void)layout;
    hs_buffer_text(out, "</Folder></Document></kml>\n");
}

const hs_text_format hs_text_kml = {begin, put_feature, end};
