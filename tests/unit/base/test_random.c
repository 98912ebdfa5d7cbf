/* Random numbers against the authors' published sequences, and hashing. */
#include "check.h"

#include "base/hash.h"
#include "base/random.h"

static void splitmix_seeds(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 1234567);
    assert_true(random.state[0] == UINT64_C(6457827717110365317));
    assert_true(random.state[1] == UINT64_C(3203168211198807973));
    assert_true(random.state[2] == UINT64_C(9817491932198370423));
    assert_true(random.state[3] == UINT64_C(4593380528125082431));
}

static void xoshiro_follows_its_authors(void **state) {
    (void)state;
    hs_random random = {{1, 2, 3, 4}};
    static const uint64_t expected[] = {UINT64_C(11520), 0, UINT64_C(1509978240),
                                        UINT64_C(1215971899390074240)};
    for (int i = 0; i < 4; i++)
        assert_true(hs_random_next(&random) == expected[i]);
}

static void streams_differ_and_repeat(void **state) {
    (void)state;
    hs_random a, b, c;
    hs_random_seed_stream(&a, 7, 0);
    hs_random_seed_stream(&b, 7, 1);
    hs_random_seed_stream(&c, 7, 0);
    assert_true(hs_random_next(&a) != hs_random_next(&b));
    hs_random_next(&c);
    for (int i = 0; i < 100; i++)
        assert_true(hs_random_next(&a) == hs_random_next(&c));
}

/* Pearson's statistic of 16 equally likely cells; 15 degrees of freedom, 37.7 is the 99.9 % point. */
static void below_is_even(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 2);
    int cells[16] = {0};
    for (int i = 0; i < 160000; i++)
        cells[hs_random_below(&random, 16)]++;
    double statistic = 0.0;
    for (int i = 0; i < 16; i++)
        statistic += (cells[i] - 10000.0) * (cells[i] - 10000.0) / 10000.0;
    assert_true(statistic < 37.7);
    assert_int_equal(hs_random_below(&random, 1), 0);
    assert_int_equal(hs_random_below(&random, 0), 0);
    for (int i = 0; i < 1000; i++)
        assert_true(hs_random_below(&random, UINT32_MAX) < UINT32_MAX);
}

typedef struct moments {
    double mean, variance;
} moments;

enum { DRAWS = 200000 };

static moments moments_of(double (*draw)(hs_random *random)) {
    hs_random random;
    hs_random_seed(&random, 3);
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        double x = draw(&random);
        sum += x;
        squares += x * x;
    }
    double mean = sum / DRAWS;
    return (moments){mean, squares / DRAWS - mean * mean};
}

static void moments_are_those_of_theory(void **state) {
    (void)state;
    /* Tolerances are about four standard errors. */
    moments uniform = moments_of(hs_random_uniform);
    check_near(uniform.mean, 0.5, 0.0026);
    check_near(uniform.variance, 1.0 / 12.0, 0.001);
    moments normal = moments_of(hs_random_normal);
    check_near(normal.mean, 0.0, 0.009);
    check_near(normal.variance, 1.0, 0.0127);
    moments exponential = moments_of(hs_random_exponential);
    check_near(exponential.mean, 1.0, 0.009);
    check_near(exponential.variance, 1.0, 0.026);
}

static void poisson_has_mean_and_variance(void **state) {
    (void)state;
    static const double means[] = {0.01, 1.0, 9.99, 10.0, 11.5, 40.0, 1000.0, 1e6};
    hs_random random;
    hs_random_seed(&random, 4);
    for (size_t m = 0; m < sizeof means / sizeof *means; m++) {
        double mean = means[m], sum = 0.0, squares = 0.0;
        for (int i = 0; i < DRAWS; i++) {
            double x = (double)hs_random_poisson(&random, mean) - mean;
            sum += x;
            squares += x * x;
        }
        check_near(sum / DRAWS, 0.0, 4.0 * sqrt(mean / DRAWS));
        check_near(squares / DRAWS, mean, 4.0 * sqrt((mean + 2.0 * mean * mean) / DRAWS));
    }
    assert_int_equal(hs_random_poisson(&random, 0.0), 0);
    assert_int_equal(hs_random_poisson(&random, NAN), 0);
}

/* The share of each count agrees with e^-m m^k / k!, on both sides of the change of method. */
static void poisson_has_its_shape(void **state) {
    (void)state;
    static const double means[] = {9.0, 12.0};
    for (size_t m = 0; m < 2; m++) {
        hs_random random;
        hs_random_seed(&random, 5);
        int counts[64] = {0};
        for (int i = 0; i < DRAWS; i++) {
            uint32_t k = hs_random_poisson(&random, means[m]);
            if (k < 64) counts[k]++;
        }
        double p = exp(-means[m]);
        for (int k = 0; k < 30; k++) {
            check_near(counts[k] / (double)DRAWS, p, 4.5 * sqrt(p / DRAWS) + 1e-5);
            p *= means[m] / (k + 1);
        }
    }
}

static void hashes_as_published(void **state) {
    (void)state;
    assert_true(hs_hash(NULL, 0, 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(hs_hash_str(HS_STR("a"), 0) == hs_hash("a", 1, 0));
    assert_true(hs_hash("a", 1, 0) != hs_hash("a", 1, 1));
}

static void dictionary_numbers_by_first_sight(void **state) {
    (void)state;
    hs_dictionary *dictionary = hs_dictionary_new();
    assert_int_equal(hs_dictionary_find(dictionary, HS_STR("a")), HS_NONE);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 20000; i++) {
            char text[32];
            snprintf(text, sizeof text, "街道%u", i);
            assert_int_equal(hs_dictionary_put(dictionary, (hs_str){text, strlen(text)}), i);
        }
    }
    assert_int_equal(hs_dictionary_count(dictionary), 20000);
    assert_int_equal(hs_dictionary_find(dictionary, HS_STR("街道19999")), 19999);
    check_str(hs_dictionary_text(dictionary, 0), "街道0");
    assert_string_equal(hs_dictionary_text(dictionary, 12345).data, "街道12345");
    assert_int_equal(hs_dictionary_put(dictionary, (hs_str){0}), 20000);
    check_str(hs_dictionary_text(dictionary, 20000), "");
    assert_null(hs_dictionary_text(dictionary, 20001).data);
    hs_dictionary_free(dictionary);
    hs_dictionary_free(NULL);
}

static void dictionary_takes_long_texts(void **state) {
    (void)state;
    hs_dictionary *dictionary = hs_dictionary_new();
    static char text[200000];
    memset(text, 'x', sizeof text);
    for (size_t size = 1; size < sizeof text; size *= 3)
        assert_int_not_equal(hs_dictionary_put(dictionary, (hs_str){text, size}), HS_NONE);
    assert_int_equal(hs_dictionary_text(dictionary, 3).size, 27);
    hs_dictionary_free(dictionary);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splitmix_seeds),
        cmocka_unit_test(xoshiro_follows_its_authors),
        cmocka_unit_test(streams_differ_and_repeat),
        cmocka_unit_test(below_is_even),
        cmocka_unit_test(moments_are_those_of_theory),
        cmocka_unit_test(poisson_has_mean_and_variance),
        cmocka_unit_test(poisson_has_its_shape),
        cmocka_unit_test(hashes_as_published),
        cmocka_unit_test(dictionary_numbers_by_first_sight),
        cmocka_unit_test(dictionary_takes_long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
