/* grouping_bound: what no assignment can exceed, part by part. */
#include "engine/grouping/grouping_internal.h"

double gr_bound(const struct gr_model *m, int32_t waiting_people, struct cv_arena *mem)
{
    const struct grouping_weights *w = &m->problem->weights;
    double bound = 0;
    (void)mem;
    for (int32_t u = 0; u < m->unit_count; u++) {
        const double *row = m->unit_affinity + (int64_t)u * m->theme_count;
        double best = 0;
        for (int32_t t = 0; t < m->theme_count; t++)
            if (row[t] > best) best = row[t];
        bound += best;
    }
    for (int32_t i = 0; i < m->people_count; i++)
        if (m->people[i].previous >= 0) bound += w->stay;
    double placed = m->people_count - waiting_people;
    bound += placed * (w->role + w->district + (m->has_employer ? w->employer : 0) +
                       (m->has_slots ? w->slot : 0));
    return bound - m->tie_cost_forced;
}
