/* guard: which texts a spreadsheet program would run as a formula when it opens a CSV file. The
 * rule that makes them inert and takes the guard off again stands in csv.h. */
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "files/files_internal.h"

/* -12, -12.5, -12,5, -1.5e-7: harmless, and wanted as a number. */
static bool is_plain_negative(const char *text, size_t size)
{
    size_t at = 1;
    size_t digits = 0;
    if (size < 2 || text[0] != '-') return false;
    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) digits++;
    if (digits == 0) return false;
    if (at < size && (text[at] == '.' || text[at] == ',')) {
        digits = 0;
        for (at++; at < size && text[at] >= '0' && text[at] <= '9'; at++) digits++;
        if (digits == 0) return false;
    }
    if (at < size && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (at < size && (text[at] == '+' || text[at] == '-')) at++;
        digits = 0;
        for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) digits++;
        if (digits == 0) return false;
    }
    return at == size;
}

/* Blanks that programs skip before they look for a formula, seen or unseen. */
static bool is_skipped(UChar32 c)
{
    return c == ' ' || c == 0xFEFF || (c >= 0x200B && c <= 0x200F) || c == 0x2060 ||
           (c > 0x7F && u_isUWhiteSpace(c));
}

static bool is_formula(const char *text, size_t size)
{
    if (is_plain_negative(text, size)) return false;
    for (size_t at = 0; at < size;) {
        UChar32 c = 0;
        U8_NEXT((const uint8_t *)text, at, size, c);
        if (c >= 0 && is_skipped(c)) continue;
        switch (c) {
        case '=':
        case '+':
        case '-':
        case '@':
        case '\t':
        case '\r':
        case '\n':
        case 0xFF1D: /* ＝ */
        case 0xFF0B: /* ＋ */
        case 0xFF0D: /* － */
        case 0xFF20: /* ＠ */ return true;
        default: return false;
        }
    }
    return false;
}

bool files_wants_guard(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size && text[at] == '\'') at++;
    return is_formula(text + at, size - at);
}
