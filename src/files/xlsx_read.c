/* xlsx_read: placeholder until the reader lands in the next change: says so. */
#include "files/files_internal.h"

cv_rc files_read_xlsx(struct files_reading *reading, const uint8_t *bytes, size_t size,
                      const char *wanted_sheet)
{
    (void)bytes;
    (void)size;
    (void)wanted_sheet;
    files_problem(reading, 0, 0, "Save it as CSV UTF-8.", "XLSX files are not read yet.");
    return CV_INVALID;
}
