/* xlsx_internal: the parts of an XLSX file while it is read. Shared by xlsx_*.c only.
 *
 *   xlsx_zip.c     the ZIP around it: opened from memory, bombs refused, one part streamed as XML
 *   xlsx_book.c    the workbook: sheets, shared strings, styles
 *   xlsx_sheet.c   the rows of one sheet
 *   xlsx_value.c   what a stored number looks like to a person: dates, percent, leading zeros
 */
#ifndef FILES_XLSX_INTERNAL_H
#define FILES_XLSX_INTERNAL_H

#include <expat.h>
#include <zip.h>

#include "base/limits.h"
#include "files/files_internal.h"

struct xlsx_book;

/* Names come without their prefix ("x:row" is "row"). Text between start and end is gathered in
 * book->text while book->collecting. */
struct xlsx_handlers {
    void (*start)(struct xlsx_book *book, const char *name, const char **attributes);
    void (*end)(struct xlsx_book *book, const char *name);
};

/* How a number is shown. From XLSX_ZEROS on: padded with zeros to kind - XLSX_ZEROS digits. */
enum xlsx_look {
    XLSX_NUMBER = 0,
    XLSX_DATE,
    XLSX_TIME,
    XLSX_DATE_TIME,
    XLSX_ELAPSED, /* hours past 24 go on counting */
    XLSX_PERCENT,
    XLSX_ZEROS = 16,
};

struct xlsx_part {
    const char *id;     /* of the relationship */
    const char *type;   /* last word of its type: "worksheet", "sharedStrings", "styles" */
    const char *target; /* path inside the ZIP */
};

struct xlsx_sheet {
    const char *name;
    const char *path; /* NULL when the relationship leads nowhere */
    bool hidden;
    bool is_table; /* not a chart */
};

struct xlsx_list { /* grows by doubling */
    void *items;
    size_t count;
    size_t capacity;
};

struct xlsx_book {
    struct files_reading *reading;
    zip_t *zip;
    zip_file_t *file;  /* the part being read */
    XML_Parser parser; /* its parser */
    const struct xlsx_handlers *handlers;
    cv_rc rc; /* set by xlsx_stop */
    size_t unpacked_bytes;
    bool is_full; /* the arena ran out inside a handler */

    char text[CV_LIMIT_CELL_BYTES + 1];
    size_t text_size;
    bool text_cut;
    bool collecting;

    const char *workbook_path;
    struct xlsx_list parts;  /* struct xlsx_part, of the file being read */
    struct xlsx_list sheets; /* struct xlsx_sheet */
    struct xlsx_list shared; /* uint32_t: position of each shared string */
    struct xlsx_list cut;    /* uint32_t: shared strings that were too long, ascending */
    struct xlsx_list styles; /* uint16_t: number format of each cell style */
    uint8_t looks[1 << 16];  /* enum xlsx_look of each number format */
    bool in_cell_styles;
    bool in_phonetic;
    bool is_1904;

    struct xlsx_row_state *row_state; /* xlsx_sheet.c */
};

void *xlsx_list_add(struct xlsx_book *book, struct xlsx_list *list, size_t item_size);
const char *xlsx_attribute(const char **attributes, const char *name);
/* Begins gathering text anew. */
void xlsx_collect(struct xlsx_book *book);
/* Ends gathering; book->text ends with NUL, with _x000D_ and its like made into characters. */
void xlsx_collected(struct xlsx_book *book);

/* ---- xlsx_zip.c ---- */
cv_rc xlsx_open(struct xlsx_book *book, const uint8_t *bytes, size_t size);
void xlsx_close(struct xlsx_book *book);
bool xlsx_has_part(struct xlsx_book *book, const char *path);
/* Streams the part through the handlers. A missing or damaged part is reported. */
cv_rc xlsx_parse(struct xlsx_book *book, const char *path, const struct xlsx_handlers *handlers);
/* From inside a handler: stops the parse with this result; the problem must be told already. */
void xlsx_stop(struct xlsx_book *book, cv_rc rc);
/* The ZIP holds no workbook: says what it is instead. */
void xlsx_explain_other(struct xlsx_book *book);

/* ---- xlsx_book.c ---- */
/* Sheets, shared strings and styles. */
cv_rc xlsx_read_book(struct xlsx_book *book);

/* ---- xlsx_sheet.c ---- */
cv_rc xlsx_read_sheet(struct xlsx_book *book, const struct xlsx_sheet *sheet);

/* ---- xlsx_value.c ---- */
enum { XLSX_VALUE_SIZE = 64 };
/* The look that a number format's code asks for. */
enum xlsx_look xlsx_look_of_code(const char *code);
/* The look of the formats that have no code in the file (ECMA-376 part 1, 18.8.30). */
enum xlsx_look xlsx_look_of_builtin(unsigned format);
/* A stored number as text. Dates as 2026-11-21, 20:42 or 2026-11-21 20:42. */
void xlsx_number_text(char out[XLSX_VALUE_SIZE], double number, enum xlsx_look look, bool is_1904);

#endif
