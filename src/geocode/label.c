#include "geocode/label.h"

#include "base/text.h"
#include <stdio.h>
#include <string.h>

static bool has_han(hs_str text) {
    while (text.size > 0)
        if (hs_is_han(hs_utf8_next(&text))) return true;
    return false;
}

/* Writes at most the label's size, cut at a character's edge. */
static void write_label(char *label, size_t size, const char *text) {
    hs_str whole = hs_str_of(text);
    size_t kept = hs_utf8_cut(whole, size - 1);
    memcpy(label, text, kept);
    label[kept] = '\0';
}

static void join(char *out, size_t size, hs_str a, const char *between, hs_str b) {
    (void)snprintf(out, size, "%.*s%s%.*s", (int)(a.size > 400 ? 400 : a.size), a.data ? a.data : "", between,
                   (int)(b.size > 400 ? 400 : b.size), b.data ? b.data : "");
}

static void number_text(const hs_candidate *candidate, bool chinese, char out[32]) {
    if (candidate->high != HS_NO_NUMBER)
        (void)snprintf(out, 32, chinese ? "%d-%d号" : "%d-%d", (int)candidate->low, (int)candidate->high);
    else
        (void)snprintf(out, 32, chinese ? "%d号" : "%d", (int)candidate->low);
}

static void label_numbered(hs_str street, hs_str number, char *text, size_t size) {
    if (has_han(street))
        join(text, size, street, "", number);
    else
        join(text, size, number, " ", street);
}

/* 南大街（西大街—东大街）, 14th St (P St – Q St). */
static void label_stretch(const hs_gazetteer *gazetteer, const hs_candidate *candidate, char *text,
                          size_t size) {
    hs_str street = gazetteer->group_name[candidate->group],
           from = gazetteer->group_name[candidate->second_group];
    hs_str to = gazetteer->group_name[candidate->third_group];
    bool chinese = has_han(street);
    char ends[512];
    join(ends, sizeof ends, from, chinese ? "—" : " – ", to);
    (void)snprintf(text, size, "%.*s%s%s%s", (int)(street.size > 400 ? 400 : street.size), street.data,
                   chinese ? "（" : " (", ends, chinese ? "）" : ")");
}

static void label_object(const hs_gazetteer *gazetteer, const hs_candidate *candidate, char *text,
                         size_t size) {
    const hs_geography *geography = gazetteer->geography;
    char number[32];
    hs_str street = candidate->group != HS_NONE ? gazetteer->group_name[candidate->group] : (hs_str){0};
    if (candidate->address != HS_NONE) {
        const hs_addresses *addresses = &geography->addresses;
        hs_str whole = addresses->text[candidate->address];
        if (whole.size > 0)
            join(text, size, whole, "", (hs_str){0});
        else
            label_numbered(addresses->street[candidate->address], addresses->number[candidate->address], text,
                           size);
    } else if (candidate->place != HS_NONE) {
        hs_str name = geography->places.name[candidate->place];
        join(text, size, name.size ? name : geography->places.name_en[candidate->place], "", (hs_str){0});
    } else if (candidate->second_group != HS_NONE) {
        hs_str second = gazetteer->group_name[candidate->second_group];
        join(text, size, street, has_han(street) ? "与" : " & ", second);
        if (candidate->third_group != HS_NONE) label_stretch(gazetteer, candidate, text, size);
    } else if (candidate->low != HS_NO_NUMBER) {
        number_text(candidate, has_han(street), number);
        label_numbered(street, hs_str_of(number), text, size);
    } else {
        join(text, size, street, "", (hs_str){0});
    }
}

/* The words of the relation as they were given: 往北50米. */
static hs_str relation_words(const hs_candidate *candidate, hs_str address) {
    static const hs_address_part_kind kinds[] = {HS_PART_RELATION, HS_PART_CORNER, HS_PART_DISTANCE};
    uint32_t start = UINT32_MAX, end = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct hs_span *part = &candidate->reading.part[kinds[i]];
        if (part->end <= part->start) continue;
        if (part->start < start) start = part->start;
        if (part->end > end) end = part->end;
    }
    return end > start ? (hs_str){address.data + start, end - start} : (hs_str){0};
}

void hs_label_make(const hs_gazetteer *gazetteer, const hs_candidate *candidate, hs_str address, char *label,
                   size_t size) {
    char object[1024] = "", text[1024];
    label_object(gazetteer, candidate, object, sizeof object);
    hs_str words = candidate->related ? relation_words(candidate, address) : (hs_str){0};
    if (words.size == 0) {
        write_label(label, size, object);
        return;
    }
    if (has_han(words))
        join(text, sizeof text, hs_str_of(object), "", words);
    else
        join(text, sizeof text, words, " ", hs_str_of(object));
    write_label(label, size, text);
}
