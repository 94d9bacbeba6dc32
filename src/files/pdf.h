/* pdf: a printable document as a list of blocks: headings, paragraphs, words people wrote, lists
 * with marks, tables, people with round faces, cards to cut out with QR codes. Pages break by
 * themselves. What people wrote is set in the serif, everything else in the sans. Text can be
 * selected and read aloud; title and language are in the file. Not here: what a collective's sheet
 * says (features/collectives). */
#ifndef FILES_PDF_H
#define FILES_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "files/sheet.h"

enum files_paper { FILES_PAPER_A4 = 0, FILES_PAPER_LETTER };

/* Told by shape, never by colour alone; the text should say it too. */
enum files_mark {
    FILES_MARK_DOT = 0,
    FILES_MARK_MET,   /* full circle with a tick */
    FILES_MARK_PART,  /* half full */
    FILES_MARK_UNMET, /* empty circle with a stroke */
};

struct files_item {
    enum files_mark mark;
    const char *text;
};

struct files_person {
    const char *name;
    const char *initials; /* in the face; NULL = from the name */
    const char *detail;   /* role, place; NULL = none */
    const char *note;     /* why here; NULL = none */
    bool is_lead;         /* a ring of dots around the face: who facilitates */
};

struct files_column {
    const char *title;
    double share;   /* of the width, against the other columns; 0 = 1 */
    bool is_number; /* set to the right */
};

struct files_card {
    const char *title;
    const char *text; /* NULL = none */
    const char *code; /* large, to type in; NULL = none */
    const char *qr;   /* text of the QR code; NULL = none */
};

enum files_block_kind {
    FILES_BLOCK_HEADING = 0, /* text, level 1 to 3 */
    FILES_BLOCK_PARAGRAPH, /* text; level 1 = larger, for the one sentence that states the finding;
                              level 2 = small and quiet */
    FILES_BLOCK_VOICE,     /* text as somebody wrote it, who = by whom (may be NULL) */
    FILES_BLOCK_LIST,      /* items, count */
    FILES_BLOCK_PEOPLE,    /* people, count */
    FILES_BLOCK_TABLE,     /* columns, column_count, cells (count * column_count), count rows */
    FILES_BLOCK_CARDS,     /* cards, count: two abreast with lines to cut along */
    FILES_BLOCK_PAGE_BREAK,
};

struct files_block {
    enum files_block_kind kind;
    int level;
    const char *text;
    const char *who;
    const struct files_item *items;
    const struct files_person *people;
    const struct files_card *cards;
    const struct files_column *columns;
    const char *const *cells; /* NULL in it = empty */
    size_t column_count;
    size_t count;
};

struct files_document {
    const char *title;    /* metadata, not printed */
    const char *language; /* "en", "es" */
    const char *footer;   /* at the foot of each page, beside "2/5"; NULL = none */
    enum files_paper paper;
    int64_t created_at_s; /* date in the file: the same document gives the same bytes */
    const struct files_block *blocks;
    size_t block_count;
};

/* *out lives in mem. Texts are UTF-8. CV_INVALID: a card's QR text is empty; CV_TOO_LARGE: it does
 * not fit a QR code, or there are more than CV_LIMIT_PDF_PAGES pages. CV_UNAVAILABLE: cairo failed
 * (no memory). */
CV_MUST_USE cv_rc files_write_pdf(struct files_bytes *out, const struct files_document *document,
                                  struct cv_arena *mem);

#endif
