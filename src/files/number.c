/* number: numbers as a person would write them. Spreadsheets keep 0.3 as 0.30000000000000004 and
 * show 0.3; so do we. Expects the C locale for numbers, which the program never leaves. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "files/files_internal.h"

void files_number_text(char out[FILES_NUMBER_SIZE], double number)
{
    double size = fabs(number);
    if (!isfinite(number)) {
        (void)snprintf(out, FILES_NUMBER_SIZE, "%s", "");
        return;
    }
    if (size >= 1e15 || (size < 1e-4 && size > 0)) { /* 15 digits are all that a double holds */
        (void)snprintf(out, FILES_NUMBER_SIZE, "%.15g", number);
        return;
    }
    int before_point = size >= 1 ? (int)floor(log10(size)) + 1 : 1;
    int places = 15 - before_point;
    if (places > 8 && size >= 1) places = 8;
    if (places > 12) places = 12;
    (void)snprintf(out, FILES_NUMBER_SIZE, "%.*f", places < 0 ? 0 : places, number);
    if (!strchr(out, '.')) return;
    size_t end = strlen(out);
    while (out[end - 1] == '0') end--;
    if (out[end - 1] == '.') end--;
    out[end] = '\0';
    if (strcmp(out, "-0") == 0) memcpy(out, "0", 2);
}
