/* catch: lets a full arena's jump stop on its way, so that memory and files of foreign libraries
 * are given back (files_internal.h). */
#include "files/files_internal.h"

void files_catch_save(struct files_catch *catch, const struct cv_arena *mem)
{
    memcpy(catch->guard, mem->guard, sizeof catch->guard);
    catch->guarded = mem->guarded;
}

void files_catch_end(const struct files_catch *catch, struct cv_arena *mem)
{
    memcpy(mem->guard, catch->guard, sizeof mem->guard);
    mem->guarded = catch->guarded;
}

_Noreturn void files_catch_pass_on(const struct files_catch *catch, struct cv_arena *mem)
{
    files_catch_end(catch, mem);
    for (;;) (void)cv_alloc(mem, mem->max_bytes + 1); /* asks for what it cannot give: jumps on */
}
