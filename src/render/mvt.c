#include "base/hash.h"
#include "render/mvt_private.h"
#include <string.h>

/* Field numbers and wire types of the vector tile specification 2.1. */
enum { TILE_LAYERS = 3 };
enum {
    LAYER_NAME = 1,
    LAYER_FEATURES = 2,
    LAYER_KEYS = 3,
    LAYER_VALUES = 4,
    LAYER_EXTENT = 5,
    LAYER_VERSION = 15
};
enum { FEATURE_ID = 1, FEATURE_TAGS = 2, FEATURE_TYPE = 3, FEATURE_GEOMETRY = 4 };
enum { VALUE_STRING = 1, VALUE_DOUBLE = 3, VALUE_UINT = 5, VALUE_SINT = 6, VALUE_BOOL = 7 };
enum { WIRE_VARINT = 0, WIRE_64_BIT = 1, WIRE_BYTES = 2 };
enum { TYPE_POINT = 1, TYPE_LINE = 2, TYPE_POLYGON = 3 };

#define VARINT_SIZE 10

uint8_t *hs_mvt_bytes_reserve(hs_mvt *mvt, hs_bytes *bytes, size_t size) {
    if (mvt->failed) return NULL;
    if (bytes->capacity - bytes->size < size) {
        size_t capacity = bytes->capacity ? bytes->capacity : 16384;
        while (capacity - bytes->size < size)
            capacity *= 2;
        uint8_t *data = hs_arena_alloc(mvt->arena, capacity);
        if (!data) {
            mvt->failed = true;
            return NULL;
        }
        if (bytes->size > 0) memcpy(data, bytes->data, bytes->size);
        bytes->data = data;
        bytes->capacity = capacity;
    }
    return bytes->data + bytes->size;
}

uint32_t *hs_mvt_words_reserve(hs_mvt *mvt, hs_words *words, size_t count) {
    if (mvt->failed) return NULL;
    if (words->capacity - words->size < count) {
        size_t capacity = words->capacity ? words->capacity : 1024;
        while (capacity - words->size < count)
            capacity *= 2;
        uint32_t *data = hs_arena_alloc(mvt->arena, capacity * sizeof *data);
        if (!data) {
            mvt->failed = true;
            return NULL;
        }
        if (words->size > 0) memcpy(data, words->data, words->size * sizeof *data);
        words->data = data;
        words->capacity = capacity;
    }
    return words->data + words->size;
}

void hs_mvt_word(hs_mvt *mvt, hs_words *words, uint32_t word) {
    uint32_t *at = hs_mvt_words_reserve(mvt, words, 1);
    if (!at) return;
    *at = word;
    words->size++;
}

static size_t varint_put(uint8_t *at, uint64_t value) {
    size_t size = 0;
    while (value >= 0x80) {
        at[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    at[size++] = (uint8_t)value;
    return size;
}

/* 7 bits to a byte; 0 takes one too. */
static size_t varint_size(uint64_t value) {
    return (size_t)(63 - __builtin_clzll(value | 1)) / 7 + 1;
}

static void put_varint(hs_mvt *mvt, hs_bytes *bytes, uint64_t value) {
    uint8_t *at = hs_mvt_bytes_reserve(mvt, bytes, VARINT_SIZE);
    if (at) bytes->size += varint_put(at, value);
}

static void put_key(hs_mvt *mvt, hs_bytes *bytes, unsigned field, unsigned wire) {
    put_varint(mvt, bytes, (uint64_t)field << 3 | wire);
}

static void put_number(hs_mvt *mvt, hs_bytes *bytes, unsigned field, uint64_t value) {
    put_key(mvt, bytes, field, WIRE_VARINT);
    put_varint(mvt, bytes, value);
}

static void put_raw(hs_mvt *mvt, hs_bytes *bytes, const void *data, size_t size) {
    uint8_t *at = hs_mvt_bytes_reserve(mvt, bytes, size);
    if (!at) return;
    if (size > 0) memcpy(at, data, size);
    bytes->size += size;
}

static void put_bytes(hs_mvt *mvt, hs_bytes *bytes, unsigned field, const void *data, size_t size) {
    put_key(mvt, bytes, field, WIRE_BYTES);
    put_varint(mvt, bytes, size);
    put_raw(mvt, bytes, data, size);
}

static void table_clear(hs_value_table *table) {
    if (table->used > 0) memset(table->slot, 0, table->count * sizeof *table->slot);
    table->used = 0;
}

static uint32_t spread(uint64_t key) {
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

/* Where a key known by itself is or goes. */
static uint32_t table_place(const hs_value_table *table, uint64_t key) {
    uint32_t at = spread(key) & (table->count - 1);
    while (table->slot[at].number && table->slot[at].key != key)
        at = (at + 1) & (table->count - 1);
    return at;
}

/* Room for one more; false when the arena is out. */
static bool table_reserve(hs_mvt *mvt, hs_value_table *table) {
    if (2 * table->used < table->count) return true;
    hs_value_table grown = {.count = table->count ? 2 * table->count : 512, .used = table->used};
    bool by_hash = table == &mvt->distinct;
    grown.slot = hs_arena_array(mvt->arena, grown.count, sizeof *grown.slot);
    if (!grown.slot) return false;
    for (uint32_t i = 0; i < table->count; i++) {
        const hs_value_slot *old = &table->slot[i];
        if (!old->number) continue;
        uint32_t at = (by_hash ? (uint32_t)old->key : spread(old->key)) & (grown.count - 1);
        while (grown.slot[at].number)
            at = (at + 1) & (grown.count - 1);
        grown.slot[at] = *old;
    }
    *table = grown;
    return true;
}

hs_mvt *hs_mvt_new(hs_tile tile, hs_arena *arena) {
    hs_mvt *mvt = hs_arena_array(arena, 1, sizeof *mvt);
    if (!mvt) return NULL;
    mvt->arena = arena;
    hs_tile_square(tile, &mvt->x0, &mvt->y0, &mvt->side);
    mvt->shift = 32 - tile.z;
    return mvt;
}

void hs_mvt_layer_begin(hs_mvt *mvt, const char *name) {
    mvt->layer = name;
    mvt->features.size = 0;
    mvt->values.size = 0;
    mvt->key_count = 0;
    mvt->value_count = 0;
    mvt->feature_count = 0;
    table_clear(&mvt->distinct);
    table_clear(&mvt->memo);
}

/* A field of bytes: its key, their number and they themselves. */
static size_t field_size(size_t size) {
    return 1 + varint_size(size) + size;
}

/* What a layer takes between its own key and the next one. */
static size_t layer_size(const hs_mvt *mvt) {
    size_t size = 2 + field_size(strlen(mvt->layer)) + mvt->features.size + 1 + varint_size(HS_MVT_EXTENT);
    for (uint32_t i = 0; i < mvt->key_count; i++)
        size += field_size(strlen(mvt->keys[i]));
    for (uint32_t i = 0; i < mvt->value_count; i++)
        size += field_size(mvt->value_start[i + 1] - mvt->value_start[i]);
    return size;
}

void hs_mvt_layer_end(hs_mvt *mvt) {
    if (mvt->feature_count == 0 || mvt->failed) return;
    hs_bytes *tile = &mvt->tile;
    size_t size = layer_size(mvt);
    hs_mvt_bytes_reserve(mvt, tile, size + 2 * VARINT_SIZE);
    put_key(mvt, tile, TILE_LAYERS, WIRE_BYTES);
    put_varint(mvt, tile, size);
    put_number(mvt, tile, LAYER_VERSION, 2);
    put_bytes(mvt, tile, LAYER_NAME, mvt->layer, strlen(mvt->layer));
    put_raw(mvt, tile, mvt->features.data, mvt->features.size);
    for (uint32_t i = 0; i < mvt->key_count; i++)
        put_bytes(mvt, tile, LAYER_KEYS, mvt->keys[i], strlen(mvt->keys[i]));
    for (uint32_t i = 0; i < mvt->value_count; i++)
        put_bytes(mvt, tile, LAYER_VALUES, mvt->values.data + mvt->value_start[i],
                  mvt->value_start[i + 1] - mvt->value_start[i]);
    put_number(mvt, tile, LAYER_EXTENT, HS_MVT_EXTENT);
    mvt->features.size = 0;
    mvt->values.size = 0;
    mvt->value_count = 0;
}

static void feature_begin(hs_mvt *mvt, uint64_t id, unsigned type) {
    mvt->tags.size = 0;
    mvt->feature_id = id;
    mvt->feature_type = type;
}

static void geometry_begin(hs_mvt *mvt) {
    mvt->geometry.size = 0;
    mvt->cursor_x = 0;
    mvt->cursor_y = 0;
}

bool hs_mvt_point(hs_mvt *mvt, uint64_t id, hs_mercator position) {
    if (position.x < mvt->x0 || position.y < mvt->y0) return false;
    uint64_t dx = position.x - mvt->x0;
    uint64_t dy = position.y - mvt->y0;
    if (dx >= mvt->side || dy >= mvt->side || mvt->failed) return false;
    geometry_begin(mvt);
    uint8_t *at = hs_mvt_bytes_reserve(mvt, &mvt->geometry, 3 * HS_MVT_WORD_MOST + 1);
    if (!at) return false;
    *at++ = 1u << 3 | 1u;
    at = hs_mvt_put_word(at, (uint32_t)(dx * HS_MVT_EXTENT >> mvt->shift) << 1);
    at = hs_mvt_put_word(at, (uint32_t)(dy * HS_MVT_EXTENT >> mvt->shift) << 1);
    mvt->geometry.size = (size_t)(at - mvt->geometry.data);
    feature_begin(mvt, id, TYPE_POINT);
    return true;
}

bool hs_mvt_lines(hs_mvt *mvt, uint64_t id, const hs_tile_shape *lines, uint32_t detail_zoom) {
    geometry_begin(mvt);
    if (!hs_mvt_shape_lines(mvt, lines, detail_zoom)) return false;
    feature_begin(mvt, id, TYPE_LINE);
    return true;
}

bool hs_mvt_polygons(hs_mvt *mvt, uint64_t id, const hs_tile_shape *polygons, uint32_t detail_zoom) {
    geometry_begin(mvt);
    if (!hs_mvt_shape_polygons(mvt, polygons, detail_zoom)) return false;
    feature_begin(mvt, id, TYPE_POLYGON);
    return true;
}

static bool find_key(const hs_mvt *mvt, const char *key, uint32_t *number) {
    for (uint32_t i = 0; i < mvt->key_count; i++) {
        *number = i;
        if (mvt->keys[i] == key) return true;
    }
    for (uint32_t i = 0; i < mvt->key_count; i++) {
        *number = i;
        if (strcmp(mvt->keys[i], key) == 0) return true;
    }
    return false;
}

/* Number of a key; keys are few, so a walk is quickest, most often by the same literal. */
static bool key_number(hs_mvt *mvt, const char *key, uint32_t *number) {
    if (find_key(mvt, key, number)) return true;
    if (mvt->key_count == mvt->key_capacity) {
        uint32_t capacity = mvt->key_capacity ? 2 * mvt->key_capacity : 32;
        const char **keys = hs_arena_array(mvt->arena, capacity, sizeof *keys);
        if (!keys) return false;
        if (mvt->key_count > 0) memcpy(keys, mvt->keys, mvt->key_count * sizeof *keys);
        mvt->keys = keys;
        mvt->key_capacity = capacity;
    }
    mvt->keys[mvt->key_count] = key;
    *number = mvt->key_count++;
    return true;
}

static bool value_equals(const hs_mvt *mvt, uint32_t number, const uint8_t *bytes, size_t size) {
    size_t start = mvt->value_start[number];
    return mvt->value_start[number + 1] - start == size && memcmp(mvt->values.data + start, bytes, size) == 0;
}

static bool reserve_values(hs_mvt *mvt) {
    if (mvt->value_count < mvt->value_capacity) return true;
    uint32_t capacity = mvt->value_capacity ? 2 * mvt->value_capacity : 1024;
    size_t *starts = hs_arena_alloc(mvt->arena, ((size_t)capacity + 1) * sizeof *starts);
    if (!starts) return false;
    if (mvt->value_count > 0)
        memcpy(starts, mvt->value_start, ((size_t)mvt->value_count + 1) * sizeof *starts);
    mvt->value_start = starts;
    mvt->value_capacity = capacity;
    return true;
}

/* Numbers the value whose encoding was just appended at values[start ..). */
static bool value_add(hs_mvt *mvt, size_t start, uint32_t *number) {
    if (!reserve_values(mvt)) return false;
    mvt->value_start[mvt->value_count] = start;
    mvt->value_start[mvt->value_count + 1] = mvt->values.size;
    *number = mvt->value_count++;
    return true;
}

/* The same, but equal ones share a number. */
static bool value_number(hs_mvt *mvt, size_t start, uint32_t *number) {
    hs_value_table *table = &mvt->distinct;
    if (!table_reserve(mvt, table)) return false;
    const uint8_t *bytes = mvt->values.data + start;
    size_t size = mvt->values.size - start;
    uint64_t hash = hs_hash(bytes, size, 0);
    uint32_t at = (uint32_t)hash & (table->count - 1);
    for (; table->slot[at].number; at = (at + 1) & (table->count - 1)) {
        if (table->slot[at].key != hash || !value_equals(mvt, table->slot[at].number - 1, bytes, size))
            continue;
        mvt->values.size = start;
        *number = table->slot[at].number - 1;
        return true;
    }
    if (!value_add(mvt, start, number)) return false;
    table->slot[at] = (hs_value_slot){hash, *number + 1};
    table->used++;
    return true;
}

bool hs_mvt_value_known(hs_mvt *mvt, uint64_t key, uint32_t *value) {
    const hs_value_table *table = &mvt->memo;
    if (table->count == 0) return false;
    uint32_t at = table_place(table, key);
    if (!table->slot[at].number) return false;
    *value = table->slot[at].number - 1;
    return true;
}

uint32_t hs_mvt_value_keep(hs_mvt *mvt, uint64_t key, uint32_t value) {
    if (mvt->failed) return value;
    if (!table_reserve(mvt, &mvt->memo)) {
        mvt->failed = true;
        return value;
    }
    uint32_t at = table_place(&mvt->memo, key);
    mvt->memo.used += mvt->memo.slot[at].number == 0;
    mvt->memo.slot[at] = (hs_value_slot){key, value + 1};
    return value;
}

uint32_t hs_mvt_key(hs_mvt *mvt, const char *key) {
    uint32_t number = HS_NONE;
    if (!mvt->failed && !key_number(mvt, key, &number)) mvt->failed = true;
    return number;
}

/* The number of the value whose encoding was appended from `start` on. */
static uint32_t value_from(hs_mvt *mvt, size_t start) {
    uint32_t number = HS_NONE;
    if (!mvt->failed && !value_number(mvt, start, &number)) mvt->failed = true;
    return number;
}

void hs_mvt_tag(hs_mvt *mvt, uint32_t key, uint32_t value) {
    hs_mvt_word(mvt, &mvt->tags, key);
    hs_mvt_word(mvt, &mvt->tags, value);
}

static void tag_with_value(hs_mvt *mvt, const char *key, size_t start) {
    uint32_t value = value_from(mvt, start);
    hs_mvt_tag(mvt, hs_mvt_key(mvt, key), value);
}

uint32_t hs_mvt_value_str(hs_mvt *mvt, hs_str value) {
    size_t start = mvt->values.size;
    put_bytes(mvt, &mvt->values, VALUE_STRING, value.data, value.size);
    return value_from(mvt, start);
}

static void put_int(hs_mvt *mvt, int64_t value) {
    if (value >= 0)
        put_number(mvt, &mvt->values, VALUE_UINT, (uint64_t)value);
    else /* zigzag of a negative number: -1 is 1, -2 is 3 */
        put_number(mvt, &mvt->values, VALUE_SINT, ~(uint64_t)value << 1 | 1);
}

uint32_t hs_mvt_value_int(hs_mvt *mvt, int64_t value) {
    size_t start = mvt->values.size;
    put_int(mvt, value);
    return value_from(mvt, start);
}

/* The number of the value appended from `start` on, which is not looked for among the others. */
static uint32_t value_alone(hs_mvt *mvt, size_t start) {
    uint32_t number = HS_NONE;
    if (!mvt->failed && !value_add(mvt, start, &number)) mvt->failed = true;
    return number;
}

uint32_t hs_mvt_value_own_str(hs_mvt *mvt, hs_str value) {
    size_t start = mvt->values.size;
    put_bytes(mvt, &mvt->values, VALUE_STRING, value.data, value.size);
    return value_alone(mvt, start);
}

uint32_t hs_mvt_value_own_int(hs_mvt *mvt, int64_t value) {
    size_t start = mvt->values.size;
    put_int(mvt, value);
    return value_alone(mvt, start);
}

void hs_mvt_tag_str(hs_mvt *mvt, const char *key, hs_str value) {
    if (value.size > 0) hs_mvt_tag(mvt, hs_mvt_key(mvt, key), hs_mvt_value_str(mvt, value));
}

void hs_mvt_tag_int(hs_mvt *mvt, const char *key, int64_t value) {
    hs_mvt_tag(mvt, hs_mvt_key(mvt, key), hs_mvt_value_int(mvt, value));
}

void hs_mvt_tag_double(hs_mvt *mvt, const char *key, double value) {
    size_t start = mvt->values.size;
    uint64_t bits;
    uint8_t bytes[8];
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(bits >> (8 * i));
    put_key(mvt, &mvt->values, VALUE_DOUBLE, WIRE_64_BIT);
    put_raw(mvt, &mvt->values, bytes, sizeof bytes);
    tag_with_value(mvt, key, start);
}

void hs_mvt_tag_bool(hs_mvt *mvt, const char *key, bool value) {
    size_t start = mvt->values.size;
    put_number(mvt, &mvt->values, VALUE_BOOL, value);
    tag_with_value(mvt, key, start);
}

/* Without branches, which the words' sizes would make hard to foretell. */
static size_t packed_size(const hs_words *words) {
    size_t size = words->size;
    for (size_t i = 0; i < words->size; i++) {
        uint32_t word = words->data[i];
        size += (size_t)(word >= 1U << 7) + (word >= 1U << 14) + (word >= 1U << 21) + (word >= 1U << 28);
    }
    return size;
}

/* A byte behind what is written may be written too. */
static uint8_t *write_packed(uint8_t *at, unsigned field, const hs_words *words, size_t size) {
    *at++ = (uint8_t)(field << 3 | WIRE_BYTES);
    at += varint_put(at, size);
    for (size_t i = 0; i < words->size; i++)
        at = hs_mvt_put_word(at, words->data[i]);
    return at;
}

void hs_mvt_feature_end(hs_mvt *mvt) {
    size_t tags = packed_size(&mvt->tags);
    size_t geometry = mvt->geometry.size;
    size_t size =
        1 + varint_size(mvt->feature_id) + 2 + (tags > 0 ? field_size(tags) : 0) + field_size(geometry);
    uint8_t *begin = hs_mvt_bytes_reserve(mvt, &mvt->features, field_size(size) + 1);
    if (!begin) return;
    uint8_t *at = begin;
    *at++ = LAYER_FEATURES << 3 | WIRE_BYTES;
    at += varint_put(at, size);
    *at++ = FEATURE_ID << 3 | WIRE_VARINT;
    at += varint_put(at, mvt->feature_id);
    *at++ = FEATURE_TYPE << 3 | WIRE_VARINT;
    *at++ = (uint8_t)mvt->feature_type;
    if (tags > 0) at = write_packed(at, FEATURE_TAGS, &mvt->tags, tags);
    *at++ = FEATURE_GEOMETRY << 3 | WIRE_BYTES;
    at += varint_put(at, geometry);
    memcpy(at, mvt->geometry.data, geometry);
    at += geometry;
    mvt->features.size += (size_t)(at - begin);
    mvt->feature_count++;
}

bool hs_mvt_fits(const hs_mvt *mvt, size_t tag_bytes, size_t most) {
    return hs_mvt_size(mvt) + tag_bytes + 32 + mvt->geometry.size <= most;
}

size_t hs_mvt_size(const hs_mvt *mvt) {
    return mvt->tile.size + mvt->features.size + mvt->values.size + 6 * (size_t)mvt->value_count;
}

hs_status hs_mvt_finish(hs_mvt *mvt, hs_error *error, hs_buffer *out) {
    if (mvt->failed) return hs_error_set(error, HS_E_MEMORY, "no memory left for this vector tile");
    hs_buffer_append(out, mvt->tile.data, mvt->tile.size);
    if (out->status != HS_OK) return hs_error_set(error, out->status, "no room for a vector tile");
    return HS_OK;
}
