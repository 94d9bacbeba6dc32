/* xlsx: sheets as one XLSX file. Texts are always text cells, never formulas; numbers are numbers.
 * What is written comes back unchanged through files_read_table, apart from rows of empty cells. */
#ifndef FILES_XLSX_H
#define FILES_XLSX_H

#include <stdint.h>

#include "base/rc.h"
#include "files/sheet.h"

/* created_at_s: the date inside the file, so that the same sheets give the same bytes. *out lives
 * in mem. CV_TOO_LARGE: a text over 32,767 letters, or more rows than a sheet can hold (1,048,575).
 * CV_UNAVAILABLE: no room for temporary files. */
CV_MUST_USE cv_rc files_write_xlsx(struct files_bytes *out, const struct files_sheet *sheets,
                                   size_t sheet_count, int64_t created_at_s, struct cv_arena *mem);

#endif
