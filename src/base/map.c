/* map: open addressing with linear steps, at most half full. Hash: FNV-1a (Fowler, Noll, Vo) mixed
 * by splitmix64. */
#include "base/map.h"

#include <assert.h>
#include <string.h>

#include "base/rng.h"

enum { FIRST_CAPACITY = 64 };

struct cv_map_slot {
    const char *text; /* NULL: free */
    uint64_t hash;
    int64_t number;
};

struct cv_map cv_map_new(struct cv_arena *mem)
{
    return (struct cv_map){.mem = mem};
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        hash = (hash ^ *at) * 1099511628211u;
    return cv_mix64(hash);
}

static struct cv_map_slot *slot_of(const struct cv_map *map, const char *text, uint64_t hash)
{
    size_t at = (size_t)hash & (map->capacity - 1);
    while (map->slots[at].text &&
           (map->slots[at].hash != hash || strcmp(map->slots[at].text, text) != 0))
        at = (at + 1) & (map->capacity - 1);
    return &map->slots[at];
}

static void grow(struct cv_map *map)
{
    struct cv_map old = *map;
    map->capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY;
    map->slots = CV_NEW_ARRAY(map->mem, struct cv_map_slot, map->capacity);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].text) *slot_of(map, old.slots[i].text, old.slots[i].hash) = old.slots[i];
}

int64_t *cv_map_find(const struct cv_map *map, const char *text)
{
    if (map->count == 0) return NULL;
    struct cv_map_slot *slot = slot_of(map, text, hash_of(text));
    return slot->text ? &slot->number : NULL;
}

int64_t *cv_map_at(struct cv_map *map, const char *text, int64_t absent)
{
    assert(text);
    if (map->count * 2 >= map->capacity) grow(map);
    uint64_t hash = hash_of(text);
    struct cv_map_slot *slot = slot_of(map, text, hash);
    if (!slot->text) {
        *slot = (struct cv_map_slot){.text = text, .hash = hash, .number = absent};
        map->count++;
    }
    return &slot->number;
}
