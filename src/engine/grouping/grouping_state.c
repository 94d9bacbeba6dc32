/* grouping_state: one assignment of units to groups, and the small steps that change it. Not here:
 * which step to take (grouping_start.c, grouping_search.c). */
#include <assert.h>
#include <string.h>

#include "engine/grouping/grouping_internal.h"

void gr_state_init(struct gr_state *out, const struct gr_model *m, uint64_t seed, uint64_t stream,
                   struct cv_arena *mem)
{
    memset(out, 0, sizeof *out);
    int32_t most = gr_groups_most(m);
    out->model = m;
    out->rng = cv_rng_new(seed, stream);
    out->counts = gr_counts_new(m, mem);
    out->group_capacity = most;
    out->theme = CV_NEW_ARRAY(mem, int32_t, most);
    out->max = CV_NEW_ARRAY(mem, int32_t, most);
    out->size = CV_NEW_ARRAY(mem, int32_t, most);
    out->units = CV_NEW_ARRAY(mem, int32_t, most);
    out->who = CV_NEW_ARRAY(mem, int32_t, (int64_t)most * m->room);
    out->unit_in = CV_NEW_ARRAY(mem, int32_t, (int64_t)most * m->room);
    out->need = CV_NEW_ARRAY(mem, uint64_t, most);
    out->value = CV_NEW_ARRAY(mem, double, most);
    out->opened = CV_NEW_ARRAY(mem, bool, most);
    out->unit_group = CV_NEW_ARRAY(mem, int32_t, m->unit_count);
    out->unit_at = CV_NEW_ARRAY(mem, int32_t, m->unit_count);
    out->waiting = CV_NEW_ARRAY(mem, int32_t, m->unit_count);
    for (int32_t u = 0; u < m->unit_count; u++) {
        out->unit_group[u] = GROUPING_NONE;
        out->unit_at[u] = u;
        out->waiting[u] = u;
    }
    out->waiting_units = m->unit_count;
    out->waiting_people = m->people_count;
}

int32_t gr_state_open(struct gr_state *s, int32_t theme)
{
    assert(s->group_count < s->group_capacity);
    int32_t g = s->group_count++;
    gr_state_set_theme(s, g, theme);
    s->size[g] = s->units[g] = 0; /* the row may have been used and taken back */
    s->value[g] = 0;
    s->max[g] = gr_group_max(s->model, g);
    s->opened[g] = g >= s->model->problem->group_count;
    return g;
}

void gr_state_set_theme(struct gr_state *s, int32_t group, int32_t theme)
{
    s->theme[group] = theme;
    s->need[group] = gr_group_need(s->model, group, theme);
}

void gr_state_copy(struct gr_state *to, const struct gr_state *from)
{
    const struct gr_model *m = from->model;
    size_t groups = (size_t)from->group_count, rows = groups * (size_t)m->room;
    size_t units = (size_t)m->unit_count;
    memcpy(to->theme, from->theme, groups * sizeof *to->theme);
    memcpy(to->max, from->max, groups * sizeof *to->max);
    memcpy(to->size, from->size, groups * sizeof *to->size);
    memcpy(to->units, from->units, groups * sizeof *to->units);
    memcpy(to->need, from->need, groups * sizeof *to->need);
    memcpy(to->value, from->value, groups * sizeof *to->value);
    memcpy(to->opened, from->opened, groups * sizeof *to->opened);
    memcpy(to->who, from->who, rows * sizeof *to->who);
    memcpy(to->unit_in, from->unit_in, rows * sizeof *to->unit_in);
    memcpy(to->unit_group, from->unit_group, units * sizeof *to->unit_group);
    memcpy(to->unit_at, from->unit_at, units * sizeof *to->unit_at);
    memcpy(to->waiting, from->waiting, (size_t)from->waiting_units * sizeof *to->waiting);
    to->group_count = from->group_count;
    to->waiting_units = from->waiting_units;
    to->waiting_people = from->waiting_people;
}

static void list_people(struct gr_state *s, int32_t group)
{
    const struct gr_model *m = s->model;
    const int32_t *units = s->unit_in + (int64_t)group * m->room;
    int32_t *who = s->who + (int64_t)group * m->room;
    int32_t count = 0;
    for (int32_t k = 0; k < s->units[group]; k++)
        for (int32_t i = m->unit_first[units[k]]; i < m->unit_first[units[k] + 1]; i++)
            who[count++] = m->unit_people[i];
    s->size[group] = count;
}

static void take_out(struct gr_state *s, int32_t unit)
{
    int32_t from = s->unit_group[unit], at = s->unit_at[unit];
    int32_t *row = from < 0 ? s->waiting : s->unit_in + (int64_t)from * s->model->room;
    int32_t *count = from < 0 ? &s->waiting_units : &s->units[from];
    int32_t last = row[--*count];
    row[at] = last;
    s->unit_at[last] = at;
    if (from < 0)
        s->waiting_people -= gr_unit_size(s->model, unit);
    else
        list_people(s, from);
}

void gr_state_move(struct gr_state *s, int32_t unit, int32_t group)
{
    take_out(s, unit);
    int32_t *row = group < 0 ? s->waiting : s->unit_in + (int64_t)group * s->model->room;
    int32_t *count = group < 0 ? &s->waiting_units : &s->units[group];
    assert(group < 0 || s->size[group] + gr_unit_size(s->model, unit) <= s->model->room);
    s->unit_group[unit] = group;
    s->unit_at[unit] = *count;
    row[(*count)++] = unit;
    if (group < 0)
        s->waiting_people += gr_unit_size(s->model, unit);
    else
        list_people(s, group);
}

void gr_state_revalue(struct gr_state *s, int32_t group)
{
    struct gr_shape shape;
    gr_shape_of(&shape, s->model, &s->counts, s->who + (int64_t)group * s->model->room,
                s->size[group], s->need[group]);
    s->value[group] = gr_shape_value(s->model, &shape);
}

bool gr_may_sit(const struct gr_state *s, int32_t unit, int32_t group, int32_t without)
{
    const struct gr_model *m = s->model;
    if (m->unit_affinity[(int64_t)unit * m->theme_count + s->theme[group]] < 0) return false;
    if (!m->has_aparts) return true;
    for (int64_t k = m->apart_first[unit]; k < m->apart_first[unit + 1]; k++) {
        int32_t other = m->apart_unit[k];
        if (s->unit_group[other] == group && other != without) return false;
    }
    return true;
}

double gr_pull(const struct gr_state *s, int32_t unit, int32_t group)
{
    const struct gr_model *m = s->model;
    if (group < 0) return 0;
    double affinity = m->unit_affinity[(int64_t)unit * m->theme_count + s->theme[group]];
    double pull = affinity > 0 ? affinity : 0;
    if (m->has_stay)
        for (int32_t k = m->unit_first[unit]; k < m->unit_first[unit + 1]; k++)
            if (m->people[m->unit_people[k]].previous == group) pull += m->problem->weights.stay;
    return pull;
}

double gr_state_objective(const struct gr_state *s)
{
    const struct gr_model *m = s->model;
    double sum = -WAITING_COST * s->waiting_people, ties = 0;
    for (int32_t g = 0; g < s->group_count; g++) sum += s->value[g];
    for (int32_t u = 0; u < m->unit_count; u++) {
        int32_t g = s->unit_group[u];
        if (g < 0) continue;
        sum += gr_pull(s, u, g);
        for (int64_t k = m->tie_first[u]; k < m->tie_first[u + 1]; k++)
            if (m->tie_unit[k] > u && s->unit_group[m->tie_unit[k]] == g) ties += m->tie_cost[k];
    }
    return sum - ties;
}
