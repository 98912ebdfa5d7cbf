#include "export/text_writer.h"

#include "base/json_writer.h"
#include "export/xml.h"
#include <string.h>

/* Extensions must stand in another namespace than GPX's. Without a prefix readers that know no namespaces
 * show the fields under their own names. */
#define FIELDS_NAMESPACE "urn:hotspotd:fields"

static void begin(hs_buffer *out, const hs_text_layout *layout) {
    (void)layout;
    hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<gpx version=\"1.1\" creator=\"hotspotd\" "
                        "xmlns=\"http://www.topografix.com/GPX/1/1\">\n");
}

static void put_place(hs_buffer *out, const char *element, hs_position position) {
    hs_json number;
    hs_json_init(&number, out);
    hs_buffer_printf(out, "<%s lat=\"", element);
    hs_json_fixed(&number, position.lat_e7, 7);
    hs_buffer_text(out, "\" lon=\"");
    hs_json_fixed(&number, position.lon_e7, 7);
    hs_buffer_text(out, "\"");
}

static void put_fields(hs_buffer *out, const hs_text_layout *layout, const hs_value *values) {
    hs_buffer_text(out, "<extensions>");
    for (uint32_t f = 0; f < layout->field_count; f++) {
        const hs_field *field = &layout->fields[f];
        const hs_value *value = &values[f];
        bool is_text = field->type == HS_FIELD_TEXT;
        if (strcmp(field->name, "name") == 0 || value->absent || (is_text && !value->text.data)) continue;
        if (field->type == HS_FIELD_REAL && value->real != value->real) continue;
        hs_buffer_byte(out, '<');
        hs_xml_name(out, field->name);
        hs_buffer_text(out, " xmlns=\"" FIELDS_NAMESPACE "\">");
        if (is_text)
            hs_xml_text(out, value->text);
        else
            (void)hs_text_value(out, field, value);
        hs_buffer_text(out, "</");
        hs_xml_name(out, field->name);
        hs_buffer_byte(out, '>');
    }
    hs_buffer_text(out, "</extensions>");
}

static void put_name(hs_buffer *out, const hs_text_layout *layout, const hs_value *values) {
    for (uint32_t f = 0; f < layout->field_count; f++) {
        if (strcmp(layout->fields[f].name, "name") != 0 || !values[f].text.data) continue;
        hs_buffer_text(out, "<name>");
        hs_xml_text(out, values[f].text);
        hs_buffer_text(out, "</name>");
    }
}

static void put_track(hs_buffer *out, const hs_geometry *geometry) {
    for (uint32_t r = 0; r < geometry->ring_count; r++) {
        hs_buffer_text(out, "<trkseg>");
        for (uint32_t p = geometry->ring_start[r]; p < geometry->ring_start[r + 1]; p++) {
            put_place(out, "trkpt", geometry->positions[p]);
            hs_buffer_text(out, "/>");
        }
        hs_buffer_text(out, "</trkseg>");
    }
}

static void put_feature(hs_buffer *out, const hs_text_layout *layout, const hs_geometry *geometry,
                        const hs_value *values) {
    bool point = geometry->type == HS_GEOMETRY_POINT;
    if (point) {
        put_place(out, "wpt", geometry->positions[0]);
        hs_buffer_byte(out, '>');
    } else {
        hs_buffer_text(out, "<trk>");
    }
    put_name(out, layout, values);
    put_fields(out, layout, values);
    if (!point) put_track(out, geometry);
    hs_buffer_text(out, point ? "</wpt>\n" : "</trk>\n");
}

static void end(hs_buffer *out, const hs_text_layout *layout) {
    (void)layout;
    hs_buffer_text(out, "</gpx>\n");
}

const hs_text_format hs_text_gpx = {begin, put_feature, end};
