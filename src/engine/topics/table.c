/* table: texts to small numbers, in order of arrival (open addressing, FNV-1a). */
#include <string.h>

#include "engine/topics/topics_internal.h"

static uint64_t table_hash(const char *bytes, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < size; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3U;
    return cv_mix64(hash);
}

struct topics_table topics_table_new(struct cv_arena *mem)
{
    struct topics_table table = {.mem = mem, .capacity = 512, .slot_count = 1024};
    table.text = CV_NEW_ARRAY(mem, const char *, table.capacity);
    table.size = CV_NEW_ARRAY(mem, uint32_t, table.capacity);
    table.slots = CV_NEW_ARRAY(mem, uint32_t, table.slot_count);
    return table;
}

static uint32_t *table_slot(const struct topics_table *table, const char *bytes, size_t size)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t at = (uint32_t)table_hash(bytes, size) & mask;
    while (table->slots[at]) {
        uint32_t id = table->slots[at] - 1;
        if (table->size[id] == size && memcmp(table->text[id], bytes, size) == 0) break;
        at = (at + 1) & mask;
    }
    return &table->slots[at];
}

static void table_grow(struct topics_table *table)
{
    uint32_t capacity = table->capacity * 2;
    const char **text = CV_NEW_ARRAY(table->mem, const char *, capacity);
    uint32_t *size = CV_NEW_ARRAY(table->mem, uint32_t, capacity);
    memcpy(text, table->text, table->count * sizeof *text);
    memcpy(size, table->size, table->count * sizeof *size);
    table->text = text;
    table->size = size;
    table->capacity = capacity;
    table->slot_count = capacity * 2;
    table->slots = CV_NEW_ARRAY(table->mem, uint32_t, table->slot_count);
    for (uint32_t id = 0; id < table->count; id++) *table_slot(table, text[id], size[id]) = id + 1;
}

uint32_t topics_table_put(struct topics_table *table, const char *bytes, size_t size)
{
    uint32_t *slot = table_slot(table, bytes, size);
    if (*slot) return *slot - 1;
    if (table->count == table->capacity) {
        table_grow(table);
        slot = table_slot(table, bytes, size);
    }
    uint32_t id = table->count++;
    table->text[id] = cv_strndup(table->mem, bytes, size);
    table->size[id] = (uint32_t)size;
    *slot = id + 1;
    return id;
}

uint32_t topics_table_find(const struct topics_table *table, const char *bytes, size_t size)
{
    uint32_t *slot = table_slot(table, bytes, size);
    return *slot ? *slot - 1 : TOPICS_NO_ID;
}
