#include "geocode/gazetteer_names.h"

#include "base/text.h"
#include <string.h>

/* For those who write a Chinese name in Latin letters. */
void hs_add_sounds(hs_gazetteer *g, const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t id,
                   hs_edit_index *index) {
    hs_romanised sounds;
    hs_romanise(g->pinyin, g->words, tokens, first, end, &sounds);
    for (uint32_t i = 0; i < sounds.count; i++)
        hs_edit_index_add(index, (hs_str){sounds.key[i].text, sounds.key[i].size}, 0, id, HS_KEY_SOUND);
}

/* For those who misspell it: in each way in which it may be written. */
static void add_edits(hs_gazetteer *g, const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t cut,
                      uint32_t group) {
    static const hs_spelling latin[] = {HS_SPELLING_KEY,     HS_SPELLING_LONG,     HS_SPELLING_FULL,
                                        HS_SPELLING_WRITTEN, HS_SPELLING_IN_ORDER, HS_SPELLING_IN_SHORT};
    static const hs_spelling han[] = {HS_SPELLING_KEY, HS_SPELLING_RAW};
    const hs_spelling *spellings = tokens->has_han ? han : latin;
    uint32_t kinds = tokens->has_han ? 2 : cut ? 3 : 6;
    hs_street_key key[6];
    for (uint32_t i = 0; i < kinds; i++) {
        if (!hs_street_key_spell(g->words, tokens, first, end, cut, spellings[i], &key[i])) continue;
        hs_str name = {key[i].text, key[i].size};
        bool again = false;
        for (uint32_t k = 0; k < i; k++)
            again |= hs_str_equal(name, (hs_str){key[k].text, key[k].size});
        if (!again) hs_edit_index_add(&g->edits, name, key[i].direction_size, group, cut);
    }
    if (cut == 0) hs_add_sounds(g, tokens, first, end, group, &g->edits);
}

/* Every shorter form of the name leads to the group too; `more` tells how it is written otherwise. */
static void add_forms(hs_gazetteer *g, const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t group,
                      uint32_t more) {
    hs_street_key key;
    if (!hs_street_key_make(tokens, first, end, 0, &key)) return;
    bool has_direction = key.has_direction, has_type = key.has_type;
    for (uint32_t cut = 0; cut <= (HS_KEY_WITHOUT_DIRECTION | HS_KEY_WITHOUT_TYPE); cut++) {
        if (cut & HS_KEY_WITHOUT_DIRECTION && !has_direction) continue;
        if (cut & HS_KEY_WITHOUT_TYPE && !has_type) continue;
        if (!hs_street_key_make(tokens, first, end, cut, &key)) continue;
        hs_lexicon_add(&g->lexicon, HS_NAME_STREET, (hs_str){key.text, key.size}, end - first, group,
                       cut | more);
        if (!more) add_edits(g, tokens, first, end, cut, group);
    }
}

/* 14th, 1st, 42nd. */
static bool is_ordinal(const hs_tokens *tokens, uint32_t i) {
    static const char *const endings[] = {"st", "nd", "rd", "th"};
    const hs_token *token = &tokens->token[i];
    if (token->word_class != HS_WORD_PLAIN || token->value == HS_NO_NUMBER || token->size < 3) return false;
    const char *text = tokens->text + token->start;
    for (uint32_t k = 0; k + 2 < token->size; k++)
        if (text[k] < '0' || text[k] > '9') return false;
    for (size_t k = 0; k < 4; k++)
        if (memcmp(text + token->size - 2, endings[k], 2) == 0) return true;
    return false;
}

void hs_add_street_names(hs_gazetteer *g, const hs_tokens *tokens, uint32_t first, uint32_t end,
                         uint32_t group) {
    hs_tokens bare;
    bool ordinal = false;
    add_forms(g, tokens, first, end, group, 0);
    for (uint32_t i = first; i < end; i++)
        ordinal |= is_ordinal(tokens, i);
    if (!ordinal) return;
    hs_tokens_copy(tokens, first, end, &bare);
    for (uint32_t i = 0; i < bare.count; i++)
        if (is_ordinal(&bare, i)) bare.token[i].size = (uint16_t)(bare.token[i].size - 2);
    add_forms(g, &bare, 0, bare.count, group, HS_KEY_BARE_ORDINAL);
}
