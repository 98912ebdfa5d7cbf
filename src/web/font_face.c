/* A step of the build: one face of a font collection without its hints and without Hangul, as a file that the
 * program carries. Usage: font_face COLLECTION.ttc NAME OUT.otf, where NAME is the face's full name. */
#include <hb-ot.h>
#include <hb-subset.h>
#include <stdio.h>
#include <string.h>

static hb_face_t *find_face(hb_blob_t *file, const char *name) {
    for (unsigned i = 0; i < hb_face_count(file); i++) {
        char found[200];
        unsigned size = sizeof found;
        hb_face_t *face = hb_face_create(file, i);
        hb_ot_name_get_utf8(face, HB_OT_NAME_ID_FULL_NAME, hb_language_from_string("en", -1), &size, found);
        if (strcmp(found, name) == 0) return face;
        hb_face_destroy(face);
    }
    return NULL;
}

/* All that the face has but Hangul, which no name of these cities is written in and a quarter of the file. */
static void choose_characters(hb_face_t *face, hb_set_t *chosen) {
    static const hb_codepoint_t hangul[][2] = {
        {0x1100, 0x11FF}, {0x3130, 0x318F}, {0x3200, 0x321E}, {0xA960, 0xA97F}, {0xAC00, 0xD7FF}};
    hb_face_collect_unicodes(face, chosen);
    for (size_t i = 0; i < sizeof hangul / sizeof *hangul; i++)
        hb_set_del_range(chosen, hangul[i][0], hangul[i][1]);
}

static hb_face_t *reduce(hb_face_t *face) {
    hb_subset_input_t *input = hb_subset_input_create_or_fail();
    if (!input) return NULL;
    choose_characters(face, hb_subset_input_unicode_set(input));
    hb_set_t *features = hb_subset_input_set(input, HB_SUBSET_SETS_LAYOUT_FEATURE_TAG);
    hb_set_clear(features);
    hb_set_add(features, HB_TAG('k', 'e', 'r', 'n'));
    hb_set_add(features, HB_TAG('v', 'e', 'r', 't'));
    hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING);
    hb_face_t *reduced = hb_subset_or_fail(face, input);
    hb_subset_input_destroy(input);
    return reduced;
}

static int write_face(hb_face_t *face, const char *path) {
    unsigned size;
    hb_blob_t *blob = hb_face_reference_blob(face);
    const char *bytes = hb_blob_get_data(blob, &size);
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(bytes, 1, size, out) != size || fclose(out) != 0) {
        perror(path);
        return 1;
    }
    hb_blob_destroy(blob);
    return 0;
}

int main(int count, char **words) {
    if (count != 4) {
        (void)fprintf(stderr, "usage: font_face COLLECTION.ttc NAME OUT.otf\n");
        return 2;
    }
    hb_blob_t *file = hb_blob_create_from_file_or_fail(words[1]);
    hb_face_t *face = file ? find_face(file, words[2]) : NULL;
    hb_face_t *reduced = face ? reduce(face) : NULL;
    if (!reduced) {
        (void)fprintf(stderr, "%s: no face %s that can be reduced\n", words[1], words[2]);
        return 1;
    }
    int failed = write_face(reduced, words[3]);
    hb_face_destroy(reduced);
    hb_face_destroy(face);
    hb_blob_destroy(file);
    return failed;
}
