/* words: one text to folded words, stop marks and stems.
 * Plain ASCII takes a short way that gives the same words as ICU's rules; everything else goes
 * through NFKC_Casefold and ICU's word iterator (Unicode Standard Annex 29, with dictionaries for
 * languages without spaces). Stems by Snowball (Porter 2001), accents taken off afterwards, so that
 * "educacion" and "educación" meet. */
#include <assert.h>
#include <ctype.h>
#include <libstemmer.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "engine/topics/topics_internal.h"

enum { TEXT_BYTES = 1 << 16 }; /* of one text; what follows is not read */

void topics_reader_init(struct topics_reader *reader, struct cv_arena *mem)
{
    memset(reader, 0, sizeof *reader);
    reader->mem = mem;
    reader->surfaces = topics_table_new(mem);
    reader->stems = topics_table_new(mem);
    reader->word_capacity = 64;
    reader->words = CV_NEW_ARRAY(mem, struct topics_word, reader->word_capacity);
}

void topics_reader_free(struct topics_reader *reader)
{
    if (reader->breaks) ubrk_close(reader->breaks);
    reader->breaks = NULL;
    for (size_t i = 0; i < reader->stemmer_count; i++)
        sb_stemmer_delete(reader->stemmers[i].stemmer);
    reader->stemmer_count = 0;
}

const char *topics_surface_text(const struct topics_reader *reader, uint32_t surface)
{
    return reader->surfaces.text[surface] + 2;
}

/* The stemmer of a two-letter code; NULL for a language that Snowball does not know. */
static struct sb_stemmer *reader_stemmer(struct topics_reader *reader, const char *code)
{
    for (size_t i = 0; i < reader->stemmer_count; i++)
        if (strcmp(reader->stemmers[i].code, code) == 0) return reader->stemmers[i].stemmer;
    size_t most = sizeof reader->stemmers / sizeof *reader->stemmers;
    if (reader->stemmer_count == most || !code[0]) return NULL;
    size_t i = reader->stemmer_count++;
    memcpy(reader->stemmers[i].code, code, strlen(code) + 1);
    reader->stemmers[i].stemmer = sb_stemmer_new(code, "UTF_8");
    return reader->stemmers[i].stemmer;
}

/* Letters of Latin-1 and Latin Extended-A lose their accent, in place; others stay. */
static void drop_accents(char *word)
{
    static const char latin1[] = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo/ouuuuypy";
    char *out = word;
    for (const unsigned char *c = (const unsigned char *)word; *c;) {
        if (*c == 0xc3 && c[1] >= 0x80 && c[1] < 0xc0) {
            *out++ = latin1[c[1] - 0x80];
            c += 2;
        } else {
            *out++ = (char)*c++;
        }
    }
    *out = 0;
}

/* People leave accents out; Snowball's Spanish needs them to see the ending. */
static size_t restore_spanish_ending(char *word, size_t size)
{
    if (size > 5 && size + 2 < TOPICS_WORD_BYTES &&
        (memcmp(word + size - 4, "cion", 4) == 0 || memcmp(word + size - 4, "sion", 4) == 0)) {
        memcpy(word + size - 2, "\xc3\xb3n", 4);
        return size + 1;
    }
    return size;
}

static uint32_t reader_stem(struct topics_reader *reader, const char *code, const char *word,
                            size_t size)
{
    char text[TOPICS_WORD_BYTES + 4];
    memcpy(text, word, size);
    text[size] = 0;
    if (strcmp(code, "es") == 0) size = restore_spanish_ending(text, size);
    struct sb_stemmer *stemmer = reader_stemmer(reader, code);
    if (stemmer) {
        const char *stem =
            (const char *)sb_stemmer_stem(stemmer, (const sb_symbol *)text, (int)size);
        size_t length = (size_t)sb_stemmer_length(stemmer);
        if (stem && length > 0 && length < sizeof text) {
            memmove(text, stem, length);
            text[length] = 0;
        }
    }
    drop_accents(text);
    return topics_table_put(&reader->stems, text, strlen(text));
}

static bool is_number(const char *word)
{
    for (; *word; word++)
        if (!isdigit((unsigned char)*word) && *word != '.' && *word != ',') return false;
    return true;
}

static bool is_one_letter(const char *word)
{
    return word[0] && !(word[0] & 0x80) && !word[1];
}

/* The numbers of one folded word; stem and stop mark are computed once for each different word. */
static struct topics_word reader_word(struct topics_reader *reader, const char *code,
                                      const char *word, size_t size)
{
    char key[TOPICS_WORD_BYTES + 4];
    key[0] = code[0];
    key[1] = code[0] ? code[1] : 0;
    memcpy(key + 2, word, size);
    key[size + 2] = 0;
    uint32_t before = reader->surfaces.count;
    uint32_t surface = topics_table_put(&reader->surfaces, key, size + 2);
    if (surface == before) {
        if (surface >= reader->known_capacity) {
            uint32_t capacity = reader->known_capacity ? reader->known_capacity * 2 : 512;
            uint32_t *stem_of = CV_NEW_ARRAY(reader->mem, uint32_t, capacity);
            uint8_t *stop_of = CV_NEW_ARRAY(reader->mem, uint8_t, capacity);
            if (before) {
                memcpy(stem_of, reader->stem_of, before * sizeof *stem_of);
                memcpy(stop_of, reader->stop_of, before);
            }
            reader->stem_of = stem_of;
            reader->stop_of = stop_of;
            reader->known_capacity = capacity;
        }
        const char *folded = key + 2;
        reader->stem_of[surface] = reader_stem(reader, code, folded, size);
        reader->stop_of[surface] =
            is_one_letter(folded) || is_number(folded) || topics_is_stop_word(code, folded);
    }
    return (struct topics_word){.surface = surface,
                                .stem = reader->stem_of[surface],
                                .stop = reader->stop_of[surface] != 0};
}

/* ---- finding the words ---- */

static void *reader_scratch(struct topics_reader *reader, int which, size_t bytes)
{
    if (reader->scratch_bytes[which] < bytes) {
        reader->scratch_bytes[which] = 2 * bytes;
        reader->scratch[which] = cv_alloc(reader->mem, 2 * bytes);
    }
    return reader->scratch[which];
}

static void reader_span(struct topics_reader *reader, const char *at, size_t size)
{
    if (size > 2 && at[size - 2] == '\'' && at[size - 1] == 's') size -= 2; /* "school's" */
    if (size > TOPICS_WORD_BYTES) { /* cut between characters */
        size = TOPICS_WORD_BYTES;
        while (size > 0 && ((unsigned char)at[size] & 0xc0) == 0x80) size--;
    }
    if (size == 0) return;
    if (reader->span_count == reader->span_capacity) {
        size_t capacity = reader->span_capacity ? 2 * reader->span_capacity : 64;
        struct topics_span *more = CV_NEW_ARRAY(reader->mem, struct topics_span, capacity);
        if (reader->span_count) memcpy(more, reader->spans, reader->span_count * sizeof *more);
        reader->spans = more;
        reader->span_capacity = capacity;
    }
    reader->spans[reader->span_count++] = (struct topics_span){at, size};
}

static bool is_word_byte(unsigned char c)
{
    return isalnum(c) || c == '_' || c >= 0x80;
}

/* Runs of letters, digits and inner apostrophes. Also used inside a word of ICU's, to part
 * "end.Start". Bytes of other scripts count as letters here. */
static void split_plain(struct topics_reader *reader, const char *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        while (i < size && !is_word_byte((unsigned char)text[i])) i++;
        size_t start = i;
        while (i < size && (is_word_byte((unsigned char)text[i]) ||
                            (text[i] == '\'' && i > start && i + 1 < size &&
                             isalpha((unsigned char)text[i + 1]))))
            i++;
        if (i > start) reader_span(reader, text + start, i - start);
    }
}

static void split_by_icu(struct topics_reader *reader, const char *text, size_t size)
{
    UErrorCode status = U_ZERO_ERROR;
    if (!reader->folder) reader->folder = (void *)unorm2_getNFKCCasefoldInstance(&status);
    if (!reader->breaks) reader->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    int32_t wide_size = 0;
    UChar *wide = reader_scratch(reader, 1, (size + 1) * sizeof *wide);
    u_strFromUTF8WithSub(wide, (int32_t)size + 1, &wide_size, text, (int32_t)size, 0xfffd, NULL,
                         &status);
    int32_t room = 2 * wide_size + 32;
    UChar *folded = reader_scratch(reader, 2, (size_t)room * sizeof *folded);
    int32_t folded_size = unorm2_normalize(reader->folder, wide, wide_size, folded, room, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) { /* one character may unfold to eighteen */
        status = U_ZERO_ERROR;
        room = folded_size + 1;
        folded = reader_scratch(reader, 2, (size_t)room * sizeof *folded);
        folded_size = unorm2_normalize(reader->folder, wide, wide_size, folded, room, &status);
    }
    ubrk_setText(reader->breaks, folded, folded_size, &status);
    if (U_FAILURE(status)) return;
    char *bytes = reader_scratch(reader, 0, 4 * (size_t)folded_size + 4);
    int32_t start = ubrk_first(reader->breaks);
    for (int32_t end = ubrk_next(reader->breaks); end != UBRK_DONE;
         start = end, end = ubrk_next(reader->breaks)) {
        if (ubrk_getRuleStatus(reader->breaks) < UBRK_WORD_NONE_LIMIT) continue;
        for (int32_t i = start; i < end; i++)
            if (folded[i] == 0x2019) folded[i] = '\'';
        int32_t word_size = 0;
        status = U_ZERO_ERROR;
        u_strToUTF8(bytes, 4 * (end - start) + 1, &word_size, folded + start, end - start, &status);
        if (U_FAILURE(status)) continue;
        split_plain(reader, bytes, (size_t)word_size);
        bytes += word_size;
    }
}

static void find_spans(struct topics_reader *reader, const char *text)
{
    reader->span_count = 0;
    size_t size = strnlen(text, TEXT_BYTES);
    bool ascii = true;
    for (size_t i = 0; i < size && ascii; i++) ascii = !(text[i] & 0x80);
    if (!ascii) {
        split_by_icu(reader, text, size);
        return;
    }
    char *folded = reader_scratch(reader, 0, size + 1);
    for (size_t i = 0; i < size; i++) folded[i] = (char)tolower((unsigned char)text[i]);
    split_plain(reader, folded, size);
}

/* ---- which language ---- */

/* English and Spanish are told apart by their small words. A tag is believed unless the small words
 * say clearly otherwise: people write Spanish into an English form. */
static const char *text_language(const struct topics_reader *reader, const char *lang)
{
    bool known = strcmp(lang, "en") == 0 || strcmp(lang, "es") == 0;
    if (lang[0] && !known) return lang;
    size_t english = 0, spanish = 0;
    for (size_t i = 0; i < reader->span_count; i++) {
        char word[TOPICS_WORD_BYTES + 1];
        memcpy(word, reader->spans[i].at, reader->spans[i].size);
        word[reader->spans[i].size] = 0;
        english += topics_is_stop_word("en", word);
        spanish += topics_is_stop_word("es", word);
    }
    if (!known) return spanish > english ? "es" : "en";
    if (lang[1] == 'n' && spanish >= 3 && spanish > 2 * english) return "es";
    if (lang[1] == 's' && english >= 3 && english > 2 * spanish) return "en";
    return lang;
}

const char *topics_read(struct topics_reader *reader, const char *text, const char *lang)
{
    char code[3] = "";
    if (lang && isalpha((unsigned char)lang[0]) && isalpha((unsigned char)lang[1]) &&
        !isalpha((unsigned char)lang[2])) {
        code[0] = (char)tolower((unsigned char)lang[0]);
        code[1] = (char)tolower((unsigned char)lang[1]);
    }
    find_spans(reader, text ? text : "");
    const char *read_as = text_language(reader, code);
    if (reader->word_capacity < reader->span_count) {
        reader->word_capacity = 2 * reader->span_count;
        reader->words = CV_NEW_ARRAY(reader->mem, struct topics_word, reader->word_capacity);
    }
    for (size_t i = 0; i < reader->span_count; i++)
        reader->words[i] = reader_word(reader, read_as, reader->spans[i].at, reader->spans[i].size);
    reader->word_count = reader->span_count;
    (void)reader_stemmer(reader, read_as);
    for (size_t i = 0; i < reader->stemmer_count; i++)
        if (strcmp(reader->stemmers[i].code, read_as) == 0) return reader->stemmers[i].code;
    return strcmp(read_as, "es") == 0 ? "es" : read_as[0] == 'e' ? "en" : "";
}

/* What people write when they have nothing to say, folded and with one blank between words. */
static const char *const says_nothing[] = {"none",
                                           "n a",
                                           "na",
                                           "nothing",
                                           "no",
                                           "nope",
                                           "nil",
                                           "no comment",
                                           "no comments",
                                           "no answer",
                                           "no response",
                                           "don't know",
                                           "dont know",
                                           "i don't know",
                                           "i dont know",
                                           "idk",
                                           "dk",
                                           "not sure",
                                           "i'm not sure",
                                           "im not sure",
                                           "unsure",
                                           "no idea",
                                           "not applicable",
                                           "no opinion",
                                           "tbd",
                                           "ditto",
                                           "same",
                                           "same as above",
                                           "test",
                                           "testing",
                                           "asdf",
                                           "xxx",
                                           "nothing to add",
                                           "nothing to say",
                                           "prefer not to say",
                                           "no thoughts",
                                           "no se",
                                           "no sé",
                                           "yo no se",
                                           "yo no sé",
                                           "nada",
                                           "ninguno",
                                           "ninguna",
                                           "no aplica",
                                           "sin comentario",
                                           "sin comentarios",
                                           "ningún comentario",
                                           "ningun comentario",
                                           "no tengo",
                                           "no tengo comentarios",
                                           "no hay",
                                           "nd",
                                           "n d",
                                           "s r",
                                           "ns",
                                           "ns nc",
                                           "no contesta",
                                           "no estoy seguro",
                                           "no estoy segura",
                                           "ni idea",
                                           "sin respuesta",
                                           "prueba",
                                           "nada que agregar",
                                           "nada que decir",
                                           "prefiero no decir",
                                           NULL};

bool topics_says_nothing(const struct topics_reader *reader)
{
    char text[48];
    size_t used = 0;
    for (size_t i = 0; i < reader->word_count; i++) {
        const char *word = topics_surface_text(reader, reader->words[i].surface);
        size_t size = strlen(word);
        if (used + size + 2 > sizeof text) return false;
        if (used) text[used++] = ' ';
        memcpy(text + used, word, size);
        used += size;
    }
    text[used] = 0;
    for (size_t i = 0; says_nothing[i]; i++)
        if (strcmp(says_nothing[i], text) == 0) return true;
    return false;
}
