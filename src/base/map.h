/* map: texts to numbers, inside an arena: "which row has this e-mail?" over a hundred thousand
 * rows. Grows by doubling, never forgets. Not for texts that must be listed in order (sort an
 * array). */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdint.h>

#include "base/arena.h"

struct cv_map_slot;
struct cv_map {
    struct cv_arena *mem;
    struct cv_map_slot *slots;
    size_t capacity; /* a power of two; 0 before the first text */
    size_t count;
};

struct cv_map cv_map_new(struct cv_arena *mem);
/* Where the number of this text stands; NULL when the map does not hold it. */
int64_t *cv_map_find(const struct cv_map *map, const char *text);
/* The same, and puts the text in with `absent` first when it was not there. Keeps the pointer to
 * the text, not a copy. The place moves when a later text is put in: use it at once. */
int64_t *cv_map_at(struct cv_map *map, const char *text, int64_t absent);

#endif
