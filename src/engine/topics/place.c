/* place: how sure each text stands where it stands, and the result that a verb gives. */
#include <assert.h>
#include <math.h>

#include "engine/topics/finding.h"

enum { FIT_UNITS = 2000 };

/* ---- how sure ---- */

struct topics_surely topics_shares(const float *scores, int32_t count, int32_t at,
                                   double temperature)
{
    struct topics_surely surely = {.second = TOPICS_ASIDE};
    float most = scores[0];
    for (int32_t k = 1; k < count; k++) most = scores[k] > most ? scores[k] : most;
    double sum = 0;
    for (int32_t k = 0; k < count; k++) {
        sum += exp((scores[k] - most) / temperature);
        if (k != at && (surely.second < 0 || scores[k] > scores[surely.second])) surely.second = k;
    }
    surely.first_share = (float)(exp((scores[at] - most) / temperature) / sum);
    if (surely.second >= 0)
        surely.second_share = (float)(exp((scores[surely.second] - most) / temperature) / sum);
    return surely;
}

/* The temperature at which the chance of a place comes nearest (least squares) to the share of runs
 * that agree with it, on the first FIT_UNITS units. */
double topics_fit_temperature(struct topics_mixture *mix, const int32_t *place, const float *agreed,
                              size_t units, int32_t count, struct cv_arena *mem)
{
    size_t sample = units < FIT_UNITS ? units : FIT_UNITS;
    float *scores = CV_NEW_ARRAY(mem, float, sample *(size_t)count);
    for (size_t u = 0; u < sample; u++) topics_mixture_scores(scores + u * (size_t)count, mix, u);
    double best = TOPICS_TEMPERATURE, least = INFINITY;
    for (double t = 0.5; t <= 40; t *= 1.15) {
        double error = 0;
        for (size_t u = 0; u < sample; u++) {
            double gap =
                (double)topics_shares(scores + u * (size_t)count, count, place[u], t).first_share -
                (double)agreed[u];
            error += gap * gap;
        }
        if (error < least) {
            least = error;
            best = t;
        }
    }
    return best;
}

/* ---- the result ---- */

/* A text that a second topic nearly took is one to look at, however high its share. */
static uint8_t band_of(float confidence, float margin)
{
    if (confidence < 0.45F || margin < 0.5F) return TOPICS_UNSURE;
    return confidence >= 0.75F ? TOPICS_SURE : TOPICS_LIKELY;
}

static void fill_places(struct topics_result *result, struct topics_finding *finding,
                        struct topics_mixture *mix, const int32_t *place, int32_t count)
{
    const struct topics_corpus *corpus = finding->corpus;
    assert(place || finding->unit_count == 0);
    struct topics_place *of_unit =
        CV_NEW_ARRAY(finding->mem, struct topics_place, finding->unit_count);
    float *scores = CV_NEW_ARRAY(finding->mem, float, count);
    for (size_t u = 0; u < finding->unit_count; u++) {
        topics_mixture_scores(scores, mix, u);
        /* cppcheck-suppress nullPointer; without places there are no units */
        struct topics_surely surely = topics_shares(scores, count, place[u], result->temperature);
        bool pinned = finding->units[u].pinned >= 0;
        float confidence = pinned ? 1 : surely.first_share;
        float margin = confidence - (pinned ? 0 : surely.second_share);
        of_unit[u] =
            /* cppcheck-suppress nullPointer; as above */
            (struct topics_place){.topic = place[u],
                                  .second = surely.second,
                                  .confidence = confidence,
                                  .margin = margin,
                                  .band = band_of(confidence, margin),
                                  .pinned = pinned};
    }
    struct topics_place *places =
        CV_NEW_ARRAY(finding->mem, struct topics_place, corpus->text_count);
    for (size_t i = 0; i < corpus->text_count; i++) {
        if (finding->unit_of[i] != TOPICS_NO_ID) {
            places[i] = of_unit[finding->unit_of[i]];
            continue;
        }
        uint8_t aside = corpus->aside[i] ? corpus->aside[i] : TOPICS_BY_HAND;
        places[i] = (struct topics_place){.topic = TOPICS_ASIDE,
                                          .second = TOPICS_ASIDE,
                                          .aside = aside,
                                          .pinned = aside == TOPICS_BY_HAND};
    }
    result->places = places;
    result->text_count = corpus->text_count;
}

void topics_finish(struct topics_result *result, struct topics_finding *finding,
                   struct topics_mixture *mix, const int32_t *place, int32_t count)
{
    topics_mixture_load(mix, place, count);
    fill_places(result, finding, mix, place, count);
    result->topic_count = count;
    struct topics_topic *topics = CV_NEW_ARRAY(finding->mem, struct topics_topic, count);
    topics_describe(topics, count, finding->corpus, result->places, finding->mem);
    result->topics = topics;
}

void topics_empty_result(struct topics_result *out, struct topics_finding *finding)
{
    *out = (struct topics_result){.temperature = TOPICS_TEMPERATURE, .agreement = 1};
    fill_places(out, finding, NULL, NULL, 0);
    out->topics = CV_NEW_ARRAY(finding->mem, struct topics_topic, 0);
}
