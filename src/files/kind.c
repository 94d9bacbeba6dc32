/* kind: what a file is when it is not a table, told by its first bytes, with what to do about it.
 * The name of the file is never asked: an .xls renamed to .csv is still an .xls. */
#include "files/files_internal.h"

#define SAVE_AS "Open it in the program it comes from and save it as .xlsx or as CSV UTF-8."

struct kind {
    size_t at;
    const char *magic;
    size_t size;
    const char *what;
    const char *remedy;
};
#define MAGIC(at, bytes, what, remedy)                                                             \
    {                                                                                              \
        (at), (bytes), sizeof(bytes) - 1, (what), (remedy)                                         \
    }

static const struct kind kinds[] = {
    MAGIC(0, "%PDF-", "a PDF document",
          "A PDF holds a picture of a table. Ask for the spreadsheet it was made from, as .xlsx or "
          "CSV."),
    MAGIC(0, "\x89PNG\r\n", "a picture (PNG)", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(0, "\xff\xd8\xff", "a picture (JPEG)",
          "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(0, "GIF8", "a picture (GIF)", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(8, "WEBPVP8", "a picture (WebP)", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(4, "ftyphei", "a picture (HEIC)", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(4, "ftyp", "a film or sound", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(0, "II*\0", "a picture (TIFF)", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(0, "MM\0*", "a picture (TIFF)", "Ask for the spreadsheet itself, as .xlsx or CSV."),
    MAGIC(0, "SQLite format 3\0", "a database file (SQLite)",
          "Export the table you need from it as CSV. To bring back a Convene backup, use restore."),
    MAGIC(0, "\0\1\0\0Standard ", "a database file (Access)",
          "Export the table you need from it as .xlsx or CSV."),
    MAGIC(0, "\x1f\x8b", "a packed file (gzip)", "Unpack it first."),
    MAGIC(0, "7z\xbc\xaf", "a packed file (7z)", "Unpack it first."),
    MAGIC(0, "Rar!\x1a", "a packed file (RAR)", "Unpack it first."),
    MAGIC(0, "\x28\xb5\x2f\xfd", "a packed file (Zstandard)", "Unpack it first."),
    MAGIC(0,
          "\xfd"
          "7zXZ",
          "a packed file (XZ)", "Unpack it first."),
    MAGIC(0, "BZh9", "a packed file (bzip2)", "Unpack it first."),
    MAGIC(0,
          "\x7f"
          "ELF",
          "a program", "Choose the spreadsheet instead."),
    MAGIC(0, "MZ\x90", "a program", "Choose the spreadsheet instead."),
    MAGIC(0, "{\\rtf", "a text document (RTF)", SAVE_AS),
    MAGIC(0, "PAR1", "a data file (Parquet)", "Export it as CSV."),
    MAGIC(0, "BEGIN:VCARD", "an address book (vCard)",
          "Export the address book as CSV instead of vCard."),
    MAGIC(0, "BEGIN:VCALENDAR", "a calendar file", "Choose a spreadsheet instead."),
};

static void refuse(struct files_reading *reading, const char *what, const char *remedy)
{
    files_problem(reading, 0, 0, remedy, "The file is %s, not a table.", what);
}

static bool starts_with(const uint8_t *bytes, size_t size, const char *word)
{
    size_t length = strlen(word);
    return size >= length && strncasecmp((const char *)bytes, word, length) == 0;
}

/* HTML, XML and JSON, after a mark and blanks. */
static bool refuse_markup(struct files_reading *reading, const uint8_t *bytes, size_t size)
{
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    while (size && strchr(" \t\r\n", *bytes) && *bytes) {
        bytes++;
        size--;
    }
    size_t head = size < 2048 ? size : 2048;
    if (starts_with(bytes, size, "<?xml") && memmem(bytes, head, "office:spreadsheet", 18)) {
        refuse(reading, "an old kind of Excel file (XML Spreadsheet 2003)", SAVE_AS);
        return true;
    }
    if (starts_with(bytes, size, "<!doctype html") || starts_with(bytes, size, "<html") ||
        starts_with(bytes, size, "<table") || starts_with(bytes, size, "<head") ||
        (starts_with(bytes, size, "<?xml") && memmem(bytes, head, "<html", 5))) {
        refuse(reading, "a web page (some programs export one and call it .xls)", SAVE_AS);
        return true;
    }
    if (starts_with(bytes, size, "<?xml") || starts_with(bytes, size, "<svg")) {
        refuse(reading, "an XML document", SAVE_AS);
        return true;
    }
    if (size < 2 || (bytes[0] != '{' && bytes[0] != '[')) return false;
    size_t next = 1;
    while (next < size && strchr(" \t\r\n", bytes[next]) && bytes[next]) next++;
    if (next == size || !strchr("{[\"", bytes[next]) || !bytes[next]) return false;
    refuse(reading, "JSON data", "Export it as CSV or .xlsx.");
    return true;
}

/* Old Office files; a password makes one of these of an .xlsx too. Names inside are UTF-16. */
static void refuse_ole(struct files_reading *reading, const uint8_t *bytes, size_t size)
{
    static const char encrypted[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    static const char word[] = "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t";
    if (bytes && memmem(bytes, size, encrypted, sizeof encrypted - 1))
        files_problem(reading, 0, 0,
                      "Open it, take the password off (File, Info, Protect) and save it again.",
                      "The file is protected by a password.");
    else if (bytes && memmem(bytes, size, word, sizeof word - 1))
        refuse(reading, "an old Word document (.doc)",
               "Copy the table into a spreadsheet and save that as .xlsx.");
    else
        refuse(reading, "an old Excel file (.xls) or another old Office file",
               "Open it in Excel or LibreOffice and save it as .xlsx.");
}

/* Text has hardly any control characters. UTF-16 is told apart before. */
static bool looks_binary(const uint8_t *bytes, size_t size)
{
    size_t head = size < 65536 ? size : 65536;
    if (size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return false;
    size_t zeros[2] = {0, 0};
    size_t controls = 0;
    for (size_t i = 0; i < head; i++) {
        zeros[i % 2] += bytes[i] == 0;
        controls += bytes[i] < 32 && !strchr("\t\r\n\f", bytes[i]) && bytes[i] != 0;
    }
    size_t fewer = zeros[0] < zeros[1] ? zeros[0] : zeros[1];
    size_t more = zeros[0] + zeros[1] - fewer;
    bool wide = more * 20 >= head * 3 && fewer * 100 <= head; /* see csv_decode.c */
    if (!wide) controls += more + fewer;
    return controls > 3 && controls * 50 > head;
}

/* Magic that is plain letters ("GIF8", "BZh9") could be somebody's column name; the files they
 * stand for have bytes near the start that no text has. */
static bool is_kind(const struct kind *kind, const uint8_t *bytes, size_t size)
{
    if (size < kind->at + kind->size || memcmp(bytes + kind->at, kind->magic, kind->size) != 0)
        return false;
    bool letters = true;
    for (size_t i = 0; i < kind->size; i++)
        letters &= (kind->magic[i] >= '0' && kind->magic[i] <= '9') ||
                   ((kind->magic[i] | 32) >= 'a' && (kind->magic[i] | 32) <= 'z');
    for (size_t i = 0; letters && i < size && i < 512; i++)
        if (bytes[i] < 9) return true;
    return !letters;
}

bool files_kind_refused(struct files_reading *reading, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *kind = &kinds[i];
        if (!is_kind(kind, bytes, size)) continue;
        refuse(reading, kind->what, kind->remedy);
        return true;
    }
    if (size >= 8 && memcmp(bytes, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0) {
        refuse_ole(reading, bytes, size);
        return true;
    }
    if (refuse_markup(reading, bytes, size)) return true;
    if (!looks_binary(bytes, size)) return false;
    refuse(reading, "made of bytes that are no text", SAVE_AS);
    return true;
}

bool files_kind_is_zip(const uint8_t *bytes, size_t size)
{
    return size >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0 ||
                         memcmp(bytes, "PK\7\x8", 4) == 0);
}
