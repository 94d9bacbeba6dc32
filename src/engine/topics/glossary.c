/* glossary: words and phrases of several languages that mean one concept, and the wider field that
 * concepts share. Read from lines (the built-in education glossary and the network's own); matched
 * on stems, longest phrase first. Not here: what the network agrees its words mean
 * (features/community). */
#include <string.h>

#include "engine/topics/topics_internal.h"

enum { GLOSSARY_COLUMNS = 18, LINE_BYTES = 8192 };

static uint32_t glossary_key(struct topics_glossary *glossary, const char *bytes, size_t size)
{
    uint32_t before = glossary->keys.count;
    uint32_t key = topics_table_put(&glossary->keys, bytes, size);
    if (key < before) return key;
    if (key >= glossary->key_capacity) {
        uint32_t capacity = glossary->key_capacity ? 2 * glossary->key_capacity : 4096;
        uint32_t *concept_of = CV_NEW_ARRAY(glossary->keys.mem, uint32_t, capacity);
        if (before) memcpy(concept_of, glossary->concept_of, before * sizeof *concept_of);
        glossary->concept_of = concept_of;
        glossary->key_capacity = capacity;
    }
    glossary->concept_of[key] = TOPICS_NO_ID;
    return key;
}

/* The phrase under the stems of one language, with all its beginnings. */
static void glossary_add_stems(struct topics_glossary *glossary, struct topics_reader *reader,
                               const char *code, const char *phrase, uint32_t concept_id)
{
    char key[(TOPICS_WORD_BYTES + 6) * TOPICS_PHRASE_WORDS + 4];
    (void)topics_read(reader, phrase, code);
    size_t used = strlen(code);
    memcpy(key, code, used);
    if (reader->word_count == 0 || reader->word_count > TOPICS_PHRASE_WORDS) return;
    uint32_t last = 0;
    for (size_t i = 0; i < reader->word_count; i++) {
        uint32_t stem = reader->words[i].stem;
        key[used++] = ' ';
        memcpy(key + used, reader->stems.text[stem], reader->stems.size[stem]);
        used += reader->stems.size[stem];
        last = glossary_key(glossary, key, used);
    }
    /* The first to claim a phrase keeps it: the built-in rows stand in order of preference, and the
     * network's rows are read before them. */
    if (glossary->concept_of[last] == TOPICS_NO_ID) glossary->concept_of[last] = concept_id;
}

static void glossary_add_phrase(struct topics_glossary *glossary, struct topics_reader *reader,
                                const char *code, const char *phrase, uint32_t concept_id)
{
    glossary_add_stems(glossary, reader, code, phrase, concept_id);
    /* People mix languages. A long word or a phrase of one is not mistaken for another. */
    bool clear = strchr(phrase, ' ') != NULL || strlen(phrase) >= 8;
    if (clear && strcmp(code, "en") == 0)
        glossary_add_stems(glossary, reader, "es", phrase, concept_id);
    if (clear && strcmp(code, "es") == 0)
        glossary_add_stems(glossary, reader, "en", phrase, concept_id);
}

static uint32_t glossary_concept(struct topics_glossary *glossary, const char *name)
{
    uint32_t before = glossary->names.count;
    uint32_t id = topics_table_put(&glossary->names, name, strlen(name));
    if (id < before) return id;
    if (id >= glossary->concept_capacity) {
        uint32_t capacity = glossary->concept_capacity ? 2 * glossary->concept_capacity : 512;
        struct topics_concept *more =
            CV_NEW_ARRAY(glossary->names.mem, struct topics_concept, capacity);
        if (before) memcpy(more, glossary->concepts, before * sizeof *more);
        glossary->concepts = more;
        glossary->concept_capacity = capacity;
    }
    glossary->concepts[id] = (struct topics_concept){.name = glossary->names.text[id]};
    return id;
}

/* Ends `text` at the first of `ends`, gives the rest or NULL. */
static char *cut(char *text, char end)
{
    char *at = strchr(text, end);
    if (at) *at++ = 0;
    return at;
}

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t') text++;
    size_t size = strlen(text);
    while (size && (text[size - 1] == ' ' || text[size - 1] == '\t' || text[size - 1] == '\r'))
        text[--size] = 0;
    return text;
}

static void glossary_add_fields(struct topics_glossary *glossary, uint32_t concept_id, char *names)
{
    struct topics_concept *target = &glossary->concepts[concept_id];
    while (names) {
        char *rest = cut(names, ',');
        char *name = trim(names);
        if (*name && target->field_count < TOPICS_CONCEPT_FIELDS) {
            uint32_t field = topics_table_put(&glossary->fields, name, strlen(name));
            bool known = false;
            for (uint32_t i = 0; i < target->field_count; i++)
                known = known || target->fields[i] == field;
            if (!known) target->fields[target->field_count++] = field;
        }
        names = rest;
    }
}

struct columns {
    char code[GLOSSARY_COLUMNS][4]; /* language of each column; "" for the first two */
    size_t count;
};

static void read_header(struct columns *columns, char *line, struct cv_problems *problems,
                        int64_t number)
{
    columns->count = 0;
    while (line && columns->count < GLOSSARY_COLUMNS) {
        char *rest = cut(line, '\t');
        char *name = trim(line);
        char *code = columns->code[columns->count++];
        memset(code, 0, sizeof columns->code[0]);
        if (columns->count > 2 && strlen(name) == 2)
            memcpy(code, name, 2);
        else if (columns->count > 2)
            cv_problem(problems, number, name, "name it by its two letters: en, es, so",
                       "\"%s\" is not a language", name);
        line = rest;
    }
}

/* The first word of a concept in a language is what it is called there. */
static void glossary_name(struct topics_glossary *glossary, uint32_t concept_id, const char *code,
                          const char *phrase)
{
    struct topics_concept *target = &glossary->concepts[concept_id];
    for (size_t i = 0; i < TOPICS_CONCEPT_LANGS; i++) {
        if (strcmp(target->word_lang[i], code) == 0) return;
        if (target->word_lang[i][0]) continue;
        memcpy(target->word_lang[i], code, strlen(code) + 1);
        target->word[i] = cv_strdup(glossary->names.mem, phrase);
        return;
    }
}

const char *topics_concept_word(bool *is_general, const struct topics_glossary *glossary,
                                const char *concept_name, const char *lang)
{
    uint32_t id = topics_table_find(&glossary->names, concept_name, strlen(concept_name));
    *is_general = true;
    if (id == TOPICS_NO_ID) return NULL;
    const struct topics_concept *found = &glossary->concepts[id];
    *is_general = found->field_count == 0;
    for (size_t i = 0; i < TOPICS_CONCEPT_LANGS; i++)
        if (found->word[i] && strcmp(found->word_lang[i], lang) == 0) return found->word[i];
    return NULL;
}

static void read_row(struct topics_glossary *glossary, struct topics_reader *reader,
                     const struct columns *columns, char *line, struct cv_problems *problems,
                     int64_t number)
{
    char *rest = cut(line, '\t');
    char *name = trim(line);
    if (!*name || !rest) {
        cv_problem(problems, number, "concept",
                   "write: name, tab, field, tab, English words, tab, Spanish words",
                   "the row has no words");
        return;
    }
    uint32_t concept_id = glossary_concept(glossary, name);
    size_t added = 0;
    for (size_t column = 1; rest && column < columns->count; column++) {
        char *cell = rest;
        rest = cut(cell, '\t');
        if (column == 1) {
            glossary_add_fields(glossary, concept_id, cell);
            continue;
        }
        while (cell) {
            char *more = cut(cell, ';');
            char *phrase = trim(cell);
            if (*phrase && columns->code[column][0]) {
                glossary_add_phrase(glossary, reader, columns->code[column], phrase, concept_id);
                glossary_name(glossary, concept_id, columns->code[column], phrase);
                added++;
            }
            cell = more;
        }
    }
    if (!added)
        cv_problem(problems, number, name, "add at least one word in one language",
                   "the concept \"%s\" has no words", name);
}

static void read_lines(struct topics_glossary *glossary, struct topics_reader *reader,
                       const char *text, struct cv_problems *problems, struct cv_arena *mem)
{
    struct columns columns = {.code = {"", "", "en", "es"}, .count = 4};
    int64_t number = 0;
    while (*text) {
        size_t size = strcspn(text, "\n");
        number++;
        if (size > LINE_BYTES) {
            cv_problem(problems, number, NULL, "divide it into several rows of the same concept",
                       "the row is longer than %d bytes", LINE_BYTES);
        } else {
            char *line = cv_strndup(mem, text, size);
            (void)cut(line, '#');
            if (strncmp(line, "concept\t", 8) == 0)
                read_header(&columns, line, problems, number);
            else if (*trim(line))
                read_row(glossary, reader, &columns, line, problems, number);
        }
        text += size + (text[size] == '\n');
    }
}

cv_rc topics_glossary_new(struct topics_glossary **out, const char *extra, bool with_builtin,
                          struct cv_problems *problems, struct cv_arena *mem)
{
    struct topics_glossary *glossary = CV_NEW(mem, struct topics_glossary);
    glossary->keys = topics_table_new(mem);
    glossary->names = topics_table_new(mem);
    glossary->fields = topics_table_new(mem);
    struct topics_reader reader;
    topics_reader_init(&reader, mem);
    size_t before = problems->total_count;
    if (extra) read_lines(glossary, &reader, extra, problems, mem);
    bool clean = problems->total_count == before;
    if (with_builtin) read_lines(glossary, &reader, topics_builtin_glossary, problems, mem);
    topics_reader_free(&reader);
    *out = glossary;
    return clean ? CV_OK : CV_INVALID;
}

uint32_t topics_glossary_match(size_t *out_words, const struct topics_glossary *glossary,
                               const struct topics_reader *reader, const char *code, size_t at)
{
    char key[(TOPICS_WORD_BYTES + 6) * TOPICS_PHRASE_WORDS + 4];
    size_t used = strlen(code);
    memcpy(key, code, used);
    uint32_t found = TOPICS_NO_ID;
    *out_words = 0;
    for (size_t i = at; i < reader->word_count && i < at + TOPICS_PHRASE_WORDS; i++) {
        uint32_t stem = reader->words[i].stem;
        key[used++] = ' ';
        memcpy(key + used, reader->stems.text[stem], reader->stems.size[stem]);
        used += reader->stems.size[stem];
        uint32_t id = topics_table_find(&glossary->keys, key, used);
        if (id == TOPICS_NO_ID) break;
        if (glossary->concept_of[id] != TOPICS_NO_ID) {
            found = glossary->concept_of[id];
            *out_words = i - at + 1;
        }
    }
    return found;
}
