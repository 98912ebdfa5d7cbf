/* Decisions that come over HTTP are outside data: any bytes give a choice within bounds, or a message; and
 * any text has a key that fits. */
#include "base/json.h"
#include "base/text.h"
#include "geocode/address_key.h"
#include "service/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_choice(const hs_review_choice *choice) {
    const hs_str texts[] = {choice->label, choice->target, choice->note};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!hs_utf8_valid(texts[i])) __builtin_trap();
    if (choice->action == HS_DECISION_OPEN || choice->action >= HS_DECISION_COUNT) __builtin_trap();
    if (choice->candidate > HS_REVIEW_CANDIDATES) __builtin_trap();
    if (!(choice->accuracy_m >= 0 && choice->accuracy_m < 65535)) __builtin_trap();
    if (choice->has_position &&
        (choice->position.lon_e7 < -1800000000 || choice->position.lon_e7 > 1800000000 ||
         choice->position.lat_e7 < -900000000 || choice->position.lat_e7 > 900000000))
        __builtin_trap();
}

static void check_key(const hs_street_words *words, hs_str text) {
    char key[HS_ADDRESS_KEY_MAX], again[HS_ADDRESS_KEY_MAX];
    hs_str first = hs_address_key(words, text, key);
    hs_str second = hs_address_key(words, text, again);
    if (first.size >= HS_ADDRESS_KEY_MAX || !hs_str_equal(first, second)) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hs_street_words *words;
    hs_str text = {(const char *)data, size};
    json_t *value = NULL;
    hs_error error = {0};
    if (!words && hs_street_words_new(&error, &words) != HS_OK) __builtin_trap();
    check_key(words, text);
    if (hs_json_parse(text, &error, &value) != HS_OK) return 0;
    hs_arena *arena = hs_arena_new(1 << 22);
    hs_review_choice choice;
    error = (hs_error){0};
    if (hs_review_choice_from_json(value, arena, &error, &choice) == HS_OK)
        check_choice(&choice);
    else if (!error.message[0])
        __builtin_trap();
    uint64_t id;
    if (hs_review_id_parse(text, &id) && size != HS_REVIEW_ID_SIZE - 1) __builtin_trap();
    hs_arena_free(arena);
    json_decref(value);
    return 0;
}
