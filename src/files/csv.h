/* csv: a sheet as CSV (RFC 4180, UTF-8, comma, CRLF). What is written comes back unchanged through
 * files_read_table; only rows of empty cells are not kept.
 *
 * No cell is a live formula. A text that begins (after blanks, seen or unseen) with = + - @, their
 * full-width forms, TAB, CR or LF gets an apostrophe before it, as Excel's own mark for "this is
 * text"; plain negative numbers (-12.5) stay as they are. The rule and its inverse, with D for such
 * a text and n >= 0: write   n apostrophes + D       ->  n + 1 apostrophes + D     all else
 * unchanged read    n + 1 apostrophes + D   ->  n apostrophes + D         all else unchanged So a
 * text that truly begins with an apostrophe survives too. */
#ifndef FILES_CSV_H
#define FILES_CSV_H

#include "base/rc.h"
#include "files/sheet.h"

enum files_csv_kind {
    FILES_CSV_PLAIN = 0,
    FILES_CSV_FOR_EXCEL, /* with the mark (BOM) by which Excel knows UTF-8 */
};

/* *out lives in mem. CV_TOO_LARGE: more than CV_LIMIT_EXPORT_BYTES. */
CV_MUST_USE cv_rc files_write_csv(struct files_bytes *out, const struct files_sheet *sheet,
                                  enum files_csv_kind kind, struct cv_arena *mem);

#endif
