/* What the tests of collectives share (collectives_testing.c). For tests only. */
#ifndef FEATURES_COLLECTIVES_COLLECTIVES_TESTING_H
#define FEATURES_COLLECTIVES_COLLECTIVES_TESTING_H

#include "features/collectives/collectives_internal.h"
#include "store/store_testing.h"

struct scene {
    struct store_testing *t;
    struct house house;
    int64_t themes[4];
    int64_t people[200];
    int count;
};

extern const struct job_kind *const scene_kinds[];

int collectives_testing_set_up(void **state);
void assert_ok(cv_rc rc);
void scene_open(struct scene *s, void **state);
void scene_close(struct scene *s);
int64_t scene_add_person(struct scene *s, int theme, const char *role, const char *place,
                         int64_t facilitates);
void scene_add_people(struct scene *s, int count);
cv_rc scene_form(json_t **out, struct scene *s, json_t *args);
void scene_form_ok(struct scene *s, int64_t seed);
json_t *scene_everything(struct scene *s);
void scene_undo_last(struct scene *s);
struct board scene_load(struct scene *s);

#endif
