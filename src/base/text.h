/* text: what the program does with people's words: check the encoding, fold for search and
 * comparison, measure likeness. Built on ICU, for every language. Texts are UTF-8 throughout the
 * program. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

/* True when the bytes are valid UTF-8 without NUL. */
bool cv_utf8_valid(const char *text, size_t size);
/* Compatibility form, case folded, accents kept off, runs of space made one, ends trimmed: "  JOSÉ
 * Núñez " -> "jose nunez". What search columns hold and what duplicates are compared by. Invalid
 * UTF-8 gives a replacement character. */
char *cv_text_fold(struct cv_arena *mem, const char *text);
/* Trimmed, runs of white space made one blank. Case and accents stay. */
char *cv_text_tidy(struct cv_arena *mem, const char *text);
/* Likeness of two folded texts in [0,1]: Jaro-Winkler (Winkler 1990) over code points; 1 = equal,
 * "" against "" = 1. */
double cv_text_likeness(const char *a, const char *b);
/* First letters for a round face: "María del Carmen Ruiz" -> "MR". */
char *cv_text_initials(struct cv_arena *mem, const char *name);
/* The candidate nearest to `word` for "did you mean …?"; NULL when none is near. `words` ends with
 * NULL. */
const char *cv_text_nearest(const char *word, const char *const *words);
/* "1 person" / "3 people": the count with the word that goes with it. */
char *cv_count_text(struct cv_arena *mem, long long count, const char *one, const char *many);
/* "a, b and c". */
char *cv_list_text(struct cv_arena *mem, const char *const *items, size_t count);

#endif
