/* Loops that the compiler makes for the vectors of several machines. Private to src/statistics. */
#ifndef STATISTICS_VECTORS_H
#define STATISTICS_VECTORS_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define HS_VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define HS_VECTORS
#endif
/* Whole vectors may be read and written behind the last number. */
enum { HS_VECTOR_ROOM = 8 };

#endif
