/* pdf_language: names the language of a finished PDF and asks readers to show its title, which
 * cairo 1.16 has no words for. As the format foresees (ISO 32000-1, 7.5.6): a new version of the
 * catalogue and a short table of where it stands are appended; nothing before is touched. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/pdf_internal.h"

/* The last place of `word` in the first `size` bytes; NULL when there is none. */
static const char *find_last(const char *bytes, size_t size, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = size; at-- > 0;)
        if (at + length <= size && memcmp(bytes + at, word, length) == 0) return bytes + at;
    return NULL;
}

static long number_after(const char *bytes, size_t size, const char *word)
{
    const char *at = find_last(bytes, size, word);
    char digits[24] = {0};
    if (!at) return -1;
    at += strlen(word);
    size_t left = size - (size_t)(at - bytes);
    memcpy(digits, at, left < sizeof digits - 1 ? left : sizeof digits - 1);
    char *end = NULL;
    long number = strtol(digits, &end, 10);
    return end == digits ? -1 : number;
}

static bool is_language(const char *language)
{
    size_t size = language ? strlen(language) : 0;
    if (size < 2 || size > 16) return false;
    for (const char *at = language; *at; at++)
        if (!isalnum((unsigned char)*at) && *at != '-') return false;
    return true;
}

size_t pdf_add_language(char *bytes, size_t size, const char *language)
{
    char head[64];
    const char *trailer = find_last(bytes, size, "trailer");
    if (!is_language(language) || !trailer) return size;
    long root = number_after(bytes, size, "/Root ");
    long count = number_after(bytes, size, "/Size ");
    long info = number_after(bytes, size, "/Info ");
    long table = number_after(bytes, size, "startxref\n");
    if (root < 0 || count < 0 || info < 0 || table < 0) return size;
    (void)snprintf(head, sizeof head, "\n%ld 0 obj\n<<", root);
    const char *catalogue = find_last(bytes, size, head);
    const char *end =
        catalogue ? memmem(catalogue, size - (size_t)(catalogue - bytes), "endobj", 6) : NULL;
    if (!end) return size;
    catalogue += strlen(head);
    const char *close = find_last(catalogue, (size_t)(end - catalogue), ">>");
    if (!close || close - catalogue > PDF_LANGUAGE_ROOM / 2) return size;
    int added = snprintf(
        bytes + size, PDF_LANGUAGE_ROOM,
        "%ld 0 obj\n<<%.*s   /Lang (%s)\n   /MarkInfo << /Marked true >>\n   /ViewerPreferences << "
        "/DisplayDocTitle "
        "true >>\n>>\nendobj\nxref\n%ld 1\n%010zu 00000 n \ntrailer\n<< /Size %ld\n"
        "   /Root %ld 0 R\n   /Info %ld 0 R\n   /Prev %ld\n>>\nstartxref\n",
        root, (int)(close - catalogue), catalogue, language, root, size, count, root, info, table);
    if (added < 0 || added + 64 > PDF_LANGUAGE_ROOM) return size;
    const char *mine = memmem(bytes + size, (size_t)added, "\nxref\n", 6);
    if (!mine) return size;
    int tail = snprintf(bytes + size + added, 64, "%td\n%%%%EOF\n", mine + 1 - bytes);
    return tail < 0 ? size : size + (size_t)added + (size_t)tail;
}
