/* What the files of the ties feature share. */
#ifndef FEATURES_TIES_INTERNAL_H
#define FEATURES_TIES_INTERNAL_H

#include "features/exchange/exchange.h"
#include "features/ties/ties.h"

/* The kind a word in English or Spanish means ("confía en"); NULL when none. */
const char *ties_kind_read(struct cv_arena *mem, const char *text);
/* Sums for the page: [{kind, label, count}]; nothing about single people. */
CV_MUST_USE cv_rc ties_kind_counts(json_t **out, struct store_db *db);
CV_MUST_USE cv_rc ties_people_with_ties(int64_t *out, struct store_db *db);

CV_MUST_USE cv_rc ties_merge_person(json_t *moved, struct store_db *db, struct cv_arena *mem,
                                    int64_t from, int64_t to);
CV_MUST_USE cv_rc ties_unmerge_person(const json_t *moved, struct store_db *db,
                                      struct cv_arena *mem, int64_t from, int64_t to);

extern const struct exchange_import ties_imports[];
extern const struct exchange_export ties_exports[];

#endif
