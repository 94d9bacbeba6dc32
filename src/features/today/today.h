/* today: the first page: where things stand in one sentence, the one next step, what waits for a
 * person, what moved; and the pages of long work. Owns no table: it asks the features through their
 * public doors and their manifests. Not here: how a feature knows that something waits (each
 * feature's waiting_for), how jobs run (jobs). */
#ifndef FEATURES_TODAY_TODAY_H
#define FEATURES_TODAY_TODAY_H

#include "features/feature.h"

extern const struct feature today_feature;

#endif
