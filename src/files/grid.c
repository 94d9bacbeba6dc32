/* grid: the packed rows of a spreadsheet (files_internal.h). Knows nothing of formats. */
#include <assert.h>

#include "files/files_internal.h"

struct files_grid *grid_new(struct cv_arena *mem)
{
    struct files_grid *grid = CV_NEW(mem, struct files_grid);
    grid->mem = mem;
    return grid;
}

static void blocks_push(struct files_grid *grid, struct grid_blocks *blocks, void *block)
{
    if (blocks->count == blocks->capacity) {
        size_t capacity = blocks->capacity ? blocks->capacity * 2 : 64;
        void **at = CV_NEW_ARRAY(grid->mem, void *, capacity);
        if (blocks->count) memcpy(at, blocks->at, blocks->count * sizeof *at);
        blocks->at = at;
        blocks->capacity = capacity;
    }
    blocks->at[blocks->count++] = block;
}

void grid_adopt_text(struct files_grid *grid, char *text, size_t size)
{
    assert(grid->text.count == 0 && size > 0 && text[0] == '\0' && size <= UINT32_MAX);
    for (size_t at = 0; at < size; at += GRID_TEXT) blocks_push(grid, &grid->text, text + at);
    grid->text_size = grid->text.count * GRID_TEXT;
}

/* A cell never straddles two blocks: what is left of a block is given up when it does not fit. */
uint32_t grid_put_text(struct files_grid *grid, const char *text, size_t size)
{
    if (size == 0) return 0;
    assert(size < GRID_TEXT - 1);
    size_t used = grid->text_size & (GRID_TEXT - 1);
    if (grid->text.count == 0 || used == 0 || used + size + 1 > GRID_TEXT) {
        blocks_push(grid, &grid->text, cv_alloc(grid->mem, GRID_TEXT));
        grid->text_size = (grid->text.count - 1) * GRID_TEXT;
        if (grid->text.count == 1) grid->text_size = 1; /* position 0 is "" */
    }
    assert(grid->text_size <= UINT32_MAX - GRID_TEXT);
    uint32_t position = (uint32_t)grid->text_size;
    char *at = grid_text_at(grid, position);
    memcpy(at, text, size);
    at[size] = '\0';
    grid->text_size += size + 1;
    return position;
}

static void put_cell(struct files_grid *grid, uint32_t position)
{
    size_t at = grid->cell_count % GRID_CELLS;
    if (at == 0)
        blocks_push(grid, &grid->cells, cv_alloc_array(grid->mem, GRID_CELLS, sizeof(uint32_t)));
    ((uint32_t *)grid->cells.at[grid->cells.count - 1])[at] = position;
    grid->cell_count++;
}

struct grid_row *grid_add_row(struct files_grid *grid, int64_t line, const uint32_t *cells,
                              size_t count, uint8_t marks)
{
    size_t kept = count;
    while (kept > 0 && cells[kept - 1] == 0) kept--;
    if (kept == 0) {
        if (grid->row_count)
            grid_row_at(grid, grid->row_count - 1)->marks |= (uint8_t)GRID_BLANK_AFTER;
        return NULL;
    }
    if (grid->row_count % GRID_ROWS == 0)
        blocks_push(grid, &grid->rows,
                    cv_alloc_array(grid->mem, GRID_ROWS, sizeof(struct grid_row)));
    struct grid_row *row = grid_row_at(grid, grid->row_count++);
    row->first_cell = (uint32_t)grid->cell_count;
    row->line = (uint32_t)line;
    row->file_count = (uint16_t)(count < UINT16_MAX ? count : UINT16_MAX);
    row->marks = marks;
    for (size_t i = 0; i < kept; i++) put_cell(grid, cells[i]);
    return row;
}
