/* csv_decode: bytes of a CSV file to UTF-8, whatever program wrote it. Says what it took the bytes
 * for; never fails on odd bytes, they become U+FFFD and the reader names their cell.
 * Not here: separators, quotes (csv_read.c). */
#include <unicode/ucnv.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "files/files_internal.h"

/* Where the first byte that is not ASCII stands; size when there is none. */
static size_t skip_ascii(const uint8_t *bytes, size_t at, size_t size)
{
    while (at + 8 <= size) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, 8);
        if (word & 0x8080808080808080ULL) break;
        at += 8;
    }
    while (at < size && bytes[at] < 0x80) at++;
    return at;
}

struct utf8_census {
    size_t letters; /* well-formed sequences of several bytes */
    size_t broken;  /* bytes that belong to none */
};

static struct utf8_census count_utf8(const uint8_t *bytes, size_t size)
{
    struct utf8_census census = {0};
    for (size_t at = skip_ascii(bytes, 0, size); at < size; at = skip_ascii(bytes, at, size)) {
        UChar32 c = 0;
        U8_NEXT(bytes, at, size, c);
        if (c < 0)
            census.broken++;
        else
            census.letters++;
    }
    return census;
}

static char *text_start(struct csv_text *out, struct files_reading *reading, size_t room)
{
    out->text = cv_alloc(reading->mem, room + 2);
    return out->text + 1;
}

static void text_end(struct csv_text *out, size_t size)
{
    out->size = size;
    out->text[1 + size] = '\0';
    out->has_nul = memchr(out->text + 1, 0, size) != NULL;
}

static void decode_utf8(struct csv_text *out, struct files_reading *reading, const uint8_t *bytes,
                        size_t size, size_t broken)
{
    char *text = text_start(out, reading, size + 2 * broken);
    size_t used = 0;
    if (broken == 0) {
        memcpy(text, bytes, size);
        used = size;
    }
    for (size_t at = broken ? 0 : size; at < size;) {
        size_t start = at;
        UChar32 c = 0;
        U8_NEXT(bytes, at, size, c);
        if (c < 0) c = 0xFFFD;
        if (c == 0xFFFD && at - start < 3) out->damaged = true;
        U8_APPEND_UNSAFE((uint8_t *)text, used, c);
    }
    text_end(out, used);
    reading->out->encoding = "UTF-8";
}

static void decode_windows(struct csv_text *out, struct files_reading *reading,
                           const uint8_t *bytes, size_t size)
{
    UChar table[128] = {0};
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open("windows-1252", &status);
    char high[128];
    for (int i = 0; i < 128; i++) high[i] = (char)(128 + i);
    if (U_SUCCESS(status))
        (void)ucnv_toUChars(converter, table, 128, high, (int32_t)sizeof high, &status);
    ucnv_close(converter);
    size_t room = 0;
    for (size_t at = 0; at < size; at++) room += bytes[at] < 0x80 ? 1 : 3;
    char *text = text_start(out, reading, room);
    size_t used = 0;
    for (size_t at = 0; at < size; at++) {
        UChar32 c = bytes[at] < 0x80 ? bytes[at] : table[bytes[at] - 128];
        if (c >= 0x80 && c < 0xA0) c = 0xFFFD; /* the five bytes without a letter */
        if (c == 0xFFFD) out->damaged = true;
        U8_APPEND_UNSAFE((uint8_t *)text, used, c);
    }
    text_end(out, used);
    reading->out->encoding = "Windows-1252";
    files_note(reading, 0,
               "The letters were read as Windows-1252, as older versions of Excel write them. If "
               "accents look wrong, save the file as CSV UTF-8.");
}

static void decode_utf16(struct csv_text *out, struct files_reading *reading, const uint8_t *bytes,
                         size_t size, bool big)
{
    size_t units = size / 2;
    char *text = text_start(out, reading, units * 3 + 3);
    size_t used = 0;
    for (size_t i = 0; i < units; i++) {
        UChar32 c =
            big ? bytes[2 * i] << 8 | bytes[2 * i + 1] : bytes[2 * i + 1] << 8 | bytes[2 * i];
        if (U16_IS_LEAD(c) && i + 1 < units) {
            const uint8_t *next = bytes + 2 * i + 2;
            UChar32 trail = big ? next[0] << 8 | next[1] : next[1] << 8 | next[0];
            if (U16_IS_TRAIL(trail)) {
                c = U16_GET_SUPPLEMENTARY(c, trail);
                i++;
            }
        }
        if (U_IS_SURROGATE(c)) {
            c = 0xFFFD;
            out->damaged = true;
        }
        U8_APPEND_UNSAFE((uint8_t *)text, used, c);
    }
    if (size % 2) { /* half a letter at the end */
        U8_APPEND_UNSAFE((uint8_t *)text, used, 0xFFFD);
        out->damaged = true;
    }
    text_end(out, used);
    reading->out->encoding = "UTF-16";
}

/* UTF-16 without a mark: in text with Latin letters every other byte is 0, always on the same side.
 * 1 = little endian, 2 = big endian, 0 = no. */
static int looks_utf16(const uint8_t *bytes, size_t size)
{
    size_t pairs = (size < 4096 ? size : 4096) / 2;
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < 2 * pairs; i++) zeros[i % 2] += bytes[i] == 0;
    if (pairs < 2) return 0;
    if (zeros[1] * 10 >= pairs * 3 && zeros[0] * 50 <= pairs) return 1;
    if (zeros[0] * 10 >= pairs * 3 && zeros[1] * 50 <= pairs) return 2;
    return 0;
}

cv_rc csv_decode(struct csv_text *out, struct files_reading *reading, const uint8_t *bytes,
                 size_t size)
{
    memset(out, 0, sizeof *out);
    if (size >= 4 &&
        (memcmp(bytes, "\xff\xfe\0\0", 4) == 0 || memcmp(bytes, "\0\0\xfe\xff", 4) == 0)) {
        files_problem(reading, 0, 0, "Save it as CSV UTF-8 or as .xlsx.",
                      "The file is written in UTF-32, which is not read.");
        return CV_INVALID;
    }
    if (size >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE) {
        decode_utf16(out, reading, bytes + 2, size - 2, false);
        return CV_OK;
    }
    if (size >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF) {
        decode_utf16(out, reading, bytes + 2, size - 2, true);
        return CV_OK;
    }
    int wide = looks_utf16(bytes, size);
    if (wide) {
        decode_utf16(out, reading, bytes, size, wide == 2);
        return CV_OK;
    }
    bool marked = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    if (marked) {
        bytes += 3;
        size -= 3;
    }
    /* Windows-1252 text hardly ever holds a well-formed UTF-8 letter, so a few broken bytes among
     * many good letters are damage, not another encoding. */
    struct utf8_census census = count_utf8(bytes, size);
    if (census.broken == 0 || marked || census.letters > census.broken)
        decode_utf8(out, reading, bytes, size, census.broken);
    else
        decode_windows(out, reading, bytes, size);
    return CV_OK;
}
