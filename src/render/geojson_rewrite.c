#include "render/geojson_rewrite.h"

#include "base/json_writer.h"
#include "base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GEOMETRY    HS_STR("\"geometry\":{\"type\":\"")
#define COORDINATES HS_STR("\",\"coordinates\":")
#define PROPERTIES  HS_STR("\"properties\":{")

static bool stands_at(hs_str text, size_t at, hs_str word) {
    return text.size - at >= word.size && memcmp(text.data + at, word.data, word.size) == 0;
}

/* The first byte behind a text that begins at `at`. */
static size_t skip_text(hs_str text, size_t at) {
    for (at++; at < text.size && text.data[at] != '"'; at++)
        if (text.data[at] == '\\') at++;
    return at < text.size ? at + 1 : text.size;
}

/* The first byte behind a value that begins at `at`. */
static size_t skip_value(hs_str text, size_t at) {
    unsigned depth = 0;
    while (at < text.size) {
        char c = text.data[at];
        if (c == '"') {
            at = skip_text(text, at);
            if (depth == 0) return at;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
        if (c == '{' || c == '[') depth++;
        if ((c == '}' || c == ']') && --depth == 0) return at + 1;
        at++;
    }
    return at;
}

/* The next `word` that is no part of a text, from `at` on; the text's size where there is none. */
static size_t find(hs_str text, size_t at, hs_str word) {
    while (at < text.size) {
        if (text.data[at] != '"')
            at++;
        else if (stands_at(text, at, word))
            return at;
        else
            at = skip_text(text, at);
    }
    return text.size;
}

static hs_status replace(hs_buffer *body, hs_buffer *made, hs_error *error) {
    if (made->status != HS_OK) {
        hs_status status = made->status;
        hs_buffer_done(made);
        return hs_error_set(error, status, "no room for the answer");
    }
    hs_buffer_clear(body);
    hs_buffer_append(body, made->data, made->size);
    hs_buffer_done(made);
    return body->status;
}

/* One position: two numbers in brackets. *at is moved behind it. */
static bool read_position(hs_str text, size_t *at, double *x, double *y) {
    hs_str inner = {text.data + *at + 1, 0};
    while (*at + 1 + inner.size < text.size && inner.data[inner.size] != ']')
        inner.size++;
    *at += inner.size + 2;
    return hs_str_to_double(hs_str_cut(&inner, ','), x) && hs_str_to_double(inner, y);
}

typedef struct projecting {
    hs_transform *transform;
    bool northing_first;
    int decimals;
} projecting;

static void write_number(hs_buffer *out, double value, int decimals) {
    hs_json json;
    hs_json_init(&json, out);
    hs_json_fixed(&json, llround(value * pow(10, decimals)), decimals);
}

static bool write_position(const projecting *how, hs_buffer *out, double x, double y) {
    if (how->transform && hs_transform_inverse(how->transform, &x, &y, 1) > 0) return false;
    hs_buffer_byte(out, '[');
    write_number(out, how->northing_first ? y : x, how->decimals);
    hs_buffer_byte(out, ',');
    write_number(out, how->northing_first ? x : y, how->decimals);
    hs_buffer_byte(out, ']');
    return true;
}

/* An array of coordinates of any depth from `at` to `end`. */
static bool project_array(const projecting *how, hs_str text, size_t at, size_t end, hs_buffer *out) {
    while (at < end) {
        char next = at + 1 < end ? text.data[at + 1] : ' ';
        double x, y;
        if (text.data[at] != '[' || next == '[' || next == ']') {
            hs_buffer_byte(out, text.data[at++]);
            continue;
        }
        if (!read_position(text, &at, &x, &y) || !write_position(how, out, x, y)) return false;
    }
    return true;
}

hs_status hs_geojson_project(hs_buffer *body, hs_transform *transform, bool northing_first, int decimals,
                             hs_error *error) {
    const projecting how = {transform, northing_first, decimals};
    hs_str text = {body->data, body->size};
    hs_buffer made;
    hs_buffer_init(&made, body->ceiling);
    size_t done = 0;
    for (size_t at = find(text, 0, GEOMETRY); at < text.size; at = find(text, done, GEOMETRY)) {
        at = skip_text(text, at + GEOMETRY.size - 1) - 1;
        if (!stands_at(text, at, COORDINATES)) {
            hs_buffer_append(&made, text.data + done, at + 1 - done);
            done = at + 1;
            continue;
        }
        at += COORDINATES.size;
        size_t end = skip_value(text, at);
        hs_buffer_append(&made, text.data + done, at - done);
        if (!project_array(&how, text, at, end, &made)) {
            hs_buffer_done(&made);
            return hs_error_set(error, HS_E_INPUT, "crs: a position lies outside this system's area");
        }
        done = end;
    }
    hs_buffer_append(&made, text.data + done, text.size - done);
    return replace(body, &made, error);
}

static bool is_kept(hs_str name, const hs_str *keep, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (hs_str_equal(name, keep[i])) return true;
    return false;
}

/* The members of an object whose first one begins at `at`; returns where it ends. */
static size_t select_members(hs_str text, size_t at, const hs_str *keep, size_t count, hs_buffer *out) {
    const char *separator = "";
    while (at < text.size && text.data[at] == '"') {
        size_t colon = skip_text(text, at);
        size_t end = skip_value(text, colon + 1);
        if (is_kept((hs_str){text.data + at + 1, colon - at - 2}, keep, count)) {
            hs_buffer_text(out, separator);
            hs_buffer_append(out, text.data + at, end - at);
            separator = ",";
        }
        at = end < text.size && text.data[end] == ',' ? end + 1 : end;
    }
    return at;
}

hs_status hs_geojson_select(hs_buffer *body, const hs_str *keep, size_t count, hs_error *error) {
    hs_str text = {body->data, body->size};
    hs_buffer made;
    hs_buffer_init(&made, body->ceiling);
    size_t done = 0;
    for (size_t at = find(text, 0, PROPERTIES); at < text.size; at = find(text, done, PROPERTIES)) {
        at += PROPERTIES.size;
        hs_buffer_append(&made, text.data + done, at - done);
        done = select_members(text, at, keep, count, &made);
    }
    hs_buffer_append(&made, text.data + done, text.size - done);
    return replace(body, &made, error);
}
