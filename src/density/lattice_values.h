/* What the files of the lattice's second and third step share. */
#ifndef DENSITY_LATTICE_VALUES_H
#define DENSITY_LATTICE_VALUES_H

#include "density/kernel.h"
#include "density/lattice.h"

/* As in density.c: wider vectors where the processor has them, the same operations. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif
#define LANES 16

/* The nodes that a view reads, as rows of `pitch` numbers: `stride` planes, the columns c with
 * (c - column0) % stride = 0 first, so that what one group of outputs reads lies side by side. */
typedef struct node_window {
    int64_t column0, row0;
    uint32_t columns, rows;
    uint32_t stride, plane;
    size_t pitch;
    float *nodes;  /* [rows][pitch] */
    uint8_t *used; /* [rows]: whether a row holds anything */
} node_window;

/* Outputs that lie alike between nodes: the node west of the first one (or under it), and whether they lie
 * half way to the next. */
typedef struct column_group {
    int64_t node;
    bool half;
} column_group;

/* A table that rows share: that of the row of outputs `number`, counted over the whole world. */
typedef struct shared_table {
    int64_t number;
    bool made;
    float *table;
    uint32_t *ends;
} shared_table;

typedef struct convolution {
    double rate;             /* nodes a pixel */
    double pixel_u, pixel_v; /* the first pixel's centre, in nodes */
    double first_u, first_v; /* the first output */
    double output_step;      /* nodes */
    uint32_t columns, rows;  /* of outputs */
    uint32_t group_count;
    column_group group[2];
    uint32_t taps_x, taps_y; /* pairs of nodes in reach */
    int64_t first_row;       /* the first output's row among those of the whole world */
    uint32_t between;        /* rows from one shared table to the next: a power of two */
    shared_table shared[2][2][2][2];
    node_window window;
    double *fine;                /* room for tables */
    float *table, *folded, *row; /* [taps_y][taps_x], [taps_y][pitch], one row of outputs */
    uint32_t *ends, *kept, *left, *right;
} convolution;

/* 1 / bandwidth^2 a node along x and y at a row, and how many nodes the kernel reaches. */
typedef struct row_scale {
    double kx, ky, reach_x, reach_y;
} row_scale;
void hs_lattice_row_scale(const hs_lattice *l, double v, row_scale *out);

/* Sets c->first_row and c->between: tables are made for rows of outputs so near each other that between two
 * of them weights are as good as linear. Rows are numbered over the whole world, so every view has the same.
 */
void hs_lattice_share_tables(convolution *c, const hs_lattice *l);
/* The row, in nodes, of the shared table at or before a row of the view. */
double hs_lattice_shared_row(const convolution *c, uint32_t row);

/* The kernel's weights at pairs of nodes +-(a + half_x) and +-(b + half_y) of a row of outputs into
 * c->table[b][a]; a pair that is one node counts half. c->ends[b] is where only zeros follow. */
void hs_lattice_table(convolution *c, const hs_lattice *l, uint32_t row, bool half_y, bool half_x,
                      bool squared);
/* Doubles that hs_lattice_table needs in c->fine. */
size_t hs_lattice_table_room(const convolution *c, const hs_lattice *l);

/* Fills window->nodes and ->used, [rows * pitch] and [rows], with what the deposits hold there; false when
 * memory is out. Sums are exact, then rounded once. */
bool hs_lattice_window(const hs_lattice *lattice, const hs_lattice_deposit *const *deposits, uint32_t count,
                       node_window *window);

#endif
