/* Arena and buffer. */
#include "check.h"

#include "base/arena.h"
#include "base/buffer.h"
#include <stdlib.h>

static void arena_aligns_and_counts(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    assert_non_null(arena);
    for (size_t size = 0; size < 2000; size += 7) {
        unsigned char *bytes = hs_arena_alloc(arena, size);
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
        memset(bytes, 0xA5, size);
    }
    assert_true(hs_arena_used(arena) >= 1000);
    hs_arena_reset(arena);
    assert_int_equal(hs_arena_used(arena), 0);
    unsigned *cleared = hs_arena_array(arena, 100, sizeof *cleared);
    for (int i = 0; i < 100; i++)
        assert_int_equal(cleared[i], 0);
    hs_arena_free(arena);
    hs_arena_free(NULL);
}

static void arena_is_used_again(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    for (size_t most = 0; most <= 1 << 20; most = 8 * most + 4096) {
        for (int i = 0; i < 100; i++)
            memset(hs_arena_alloc(arena, 1000), 0xA5, 1000);
        hs_arena_recycle(arena, most);
        assert_int_equal(hs_arena_used(arena), 0);
    }
    hs_arena_recycle(arena, 1 << 20); /* what holds nothing yet, too */
    size_t got = 0;
    while (hs_arena_alloc(arena, 100))
        got += 100;
    assert_true(got > 500000 && got <= 1 << 20);
    hs_arena_free(arena);
}

static void arena_keeps_its_ceiling(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(10000);
    size_t got = 0;
    while (hs_arena_alloc(arena, 100))
        got += 100;
    assert_true(got > 5000 && got <= 10000);
    assert_null(hs_arena_alloc(arena, 20000));
    assert_null(hs_arena_array(arena, SIZE_MAX / 2, 4));
    assert_null(hs_arena_alloc(arena, SIZE_MAX));
    assert_null(hs_arena_strndup(arena, "x", SIZE_MAX));
    hs_arena_free(arena);
}

static void arena_copies_texts(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 16);
    assert_string_equal(hs_arena_strndup(arena, "market", 4), "mark");
    check_str(hs_arena_str(arena, HS_STR("张掖")), "张掖");
    check_str(hs_arena_str(arena, (hs_str){0}), "");
    assert_string_equal(hs_arena_printf(arena, "%d-%s", 12, "附1"), "12-附1");
    hs_arena_free(arena);
}

static void buffer_appends(void **state) {
    (void)state;
    hs_buffer buffer;
    hs_buffer_init(&buffer, 1 << 16);
    hs_buffer_text(&buffer, "ab");
    hs_buffer_byte(&buffer, 'c');
    hs_buffer_str(&buffer, HS_STR("de"));
    hs_buffer_printf(&buffer, "%05d", 42);
    for (int i = 0; i < 300; i++)
        hs_buffer_printf(&buffer, "%d,", i);
    assert_int_equal(buffer.status, HS_OK);
    assert_memory_equal(buffer.data, "abcde000420,1,2,", 16);
    assert_int_equal(buffer.size, 10 + 10 * 2 + 90 * 3 + 200 * 4);
    size_t size = 0;
    char *bytes = hs_buffer_take(&buffer, &size);
    assert_int_equal(size, 1100);
    assert_int_equal(buffer.size, 0);
    free(bytes);
    hs_buffer_done(&buffer);
}

static void buffer_failure_sticks(void **state) {
    (void)state;
    hs_buffer buffer;
    hs_buffer_init(&buffer, 10);
    hs_buffer_text(&buffer, "12345678");
    hs_buffer_text(&buffer, "901");
    assert_int_equal(buffer.status, HS_E_LIMIT);
    hs_buffer_byte(&buffer, 'x');
    assert_null(hs_buffer_reserve(&buffer, 1));
    assert_int_equal(buffer.size, 8);
    hs_buffer_clear(&buffer);
    /* Exactly the ceiling fits, printf's NUL not counted. */
    hs_buffer_printf(&buffer, "%s", "0123456789");
    assert_int_equal(buffer.status, HS_OK);
    assert_int_equal(buffer.size, 10);
    hs_buffer_printf(&buffer, "%d", 1);
    assert_int_equal(buffer.status, HS_E_LIMIT);
    hs_buffer_done(&buffer);
}

static void errors_carry_messages(void **state) {
    (void)state;
    hs_error error;
    assert_int_equal(hs_error_set(&error, HS_E_INPUT, "row %d", 7), HS_E_INPUT);
    assert_int_equal(hs_error_prefix(&error, HS_E_IO, "%s", "a.csv"), HS_E_INPUT);
    assert_string_equal(error.message, "a.csv: row 7");
    assert_int_equal(hs_error_set(NULL, HS_E_IO, "lost"), HS_E_IO);
    assert_int_equal(hs_error_prefix(NULL, HS_E_IO, "lost"), HS_E_IO);
    for (int status = 0; status <= HS_STATUS_COUNT; status++)
        assert_true(strlen(hs_status_describe((hs_status)status)) > 0);
}

static void long_messages_end_at_a_character(void **state) {
    (void)state;
    char text[1201] = "";
    for (int i = 0; i < 400; i++)
        memcpy(text + (ptrdiff_t)3 * i, "街", 4);
    for (int pad = 0; pad < 4; pad++) {
        hs_error error;
        hs_error_set(&error, HS_E_INPUT, "%.*s%s", pad, "abc", text);
        size_t size = strlen(error.message);
        assert_true(size < HS_ERROR_MESSAGE_SIZE && size >= HS_ERROR_MESSAGE_SIZE - 3);
        assert_int_equal((size - (size_t)(pad > 3 ? 3 : pad)) % 3, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_aligns_and_counts), cmocka_unit_test(arena_is_used_again),
        cmocka_unit_test(arena_keeps_its_ceiling), cmocka_unit_test(arena_copies_texts),
        cmocka_unit_test(buffer_appends),          cmocka_unit_test(buffer_failure_sticks),
        cmocka_unit_test(errors_carry_messages),   cmocka_unit_test(long_messages_end_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
