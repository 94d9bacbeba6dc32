/* events: streams of server-sent events. Who listens to one topic shares one call of `next` and one
 * copy of each message. A stream holds at most the message being sent and the newest one after it:
 * a document tells the whole state, so what a slow reader missed is not missed by anybody.
 *
 * A stream without news is suspended. The look for news and the suspending happen under the hub's
 * lock, and whoever brings news takes the same lock: otherwise a wake-up between the two is lost.
 * The library notices a reader who left only when it writes: so every stream gets a sign of life
 * now and then. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "web/inside.h"
#include "web/json_text.h"

struct message {
    int use_count; /* under the hub's lock */
    size_t size;
    char text[];
};

struct web_stream {
    struct web_stream *next;
    struct web_stream **link;
    struct web_hub *hub;
    struct web_topic *topic;
    struct MHD_Connection *connection; /* NULL until it is played */
    struct message *sending;
    size_t sent_size;
    struct message *newest; /* to be sent after `sending` */
    struct message *last;   /* the newest that was ever given, to leave out what says the same */
    int64_t written_ms;
    bool is_suspended;
    bool is_ending;
    bool wants_heartbeat;
};

struct web_topic {
    struct web_work work;
    struct web_topic *next; /* of the same bucket */
    struct web_hub *hub;
    char *name;
    json_t *(*make)(void *house, struct store_db *db, const char *topic);
    struct web_stream *streams;
    bool is_queued; /* for a worker, or with one */
    bool is_dirty;  /* woken while a worker has it */
};

/* --- messages ----------------------------------------------------------------------------------
 */

static struct message *message_new(struct cv_arena *mem, const json_t *document)
{
    struct cv_buf buf = cv_buf_new(mem, CV_LIMIT_PAGE_BYTES);
    cv_buf_puts(&buf, "data: ");
    web_json_put(&buf, document);
    cv_buf_puts(&buf, "\n\n");
    struct message *message = buf.overflowed ? NULL : malloc(sizeof *message + buf.size);
    if (!message) return NULL;
    message->use_count = 1;
    message->size = buf.size;
    memcpy(message->text, buf.text, buf.size);
    return message;
}

static struct message *message_use(struct message *message)
{
    if (message) message->use_count++;
    return message;
}

static void message_drop(struct message *message)
{
    if (message && --message->use_count == 0) free(message);
}

static bool message_equal(const struct message *a, const struct message *b)
{
    return a && b && a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* --- topics, under the lock ---------------------------------------------------------------------
 */

static struct web_topic **topic_place(struct web_hub *hub, const char *name)
{
    unsigned hash = 5381;
    for (const char *at = name; *at; at++) hash = hash * 33 + (unsigned char)*at;
    struct web_topic **place = &hub->buckets[hash % WEB_TOPIC_BUCKETS];
    while (*place && strcmp((*place)->name, name) != 0) place = &(*place)->next;
    return place;
}

static void topic_free_unused(struct web_topic *topic)
{
    if (topic->streams || topic->is_queued) return;
    struct web_topic **place = topic_place(topic->hub, topic->name);
    assert(*place == topic);
    *place = topic->next;
    free(topic->name);
    free(topic);
}

static void stream_resume(struct web_stream *stream)
{
    if (!stream->is_suspended) return;
    stream->is_suspended = false;
    MHD_resume_connection(stream->connection);
}

static void stream_give(struct web_stream *stream, struct message *message)
{
    if (message_equal(stream->last, message)) return;
    message_drop(stream->newest);
    stream->newest = message_use(message);
    message_drop(stream->last);
    stream->last = message_use(message);
    stream_resume(stream);
}

static void topic_wake(struct web_topic *topic)
{
    if (topic->is_queued) {
        topic->is_dirty = true;
        return;
    }
    topic->is_queued = true;
    (void)web_workers_add(&topic->hub->server->workers, &topic->work, true);
}

/* --- news, on a worker --------------------------------------------------------------------------
 */

struct news {
    json_t *document;
    struct message *message;
    bool is_last;
};

static void news_make(struct news *news, struct web_topic *topic)
{
    struct web_house *house = &topic->hub->server->house;
    struct cv_arena mem;
    struct store_db *db = NULL;
    /* Without the database nothing new can be told; the next wake-up tries again. */
    if (house->acquire(house->house, &db) != CV_OK) return;
    news->document = topic->make(house->house, db, topic->name);
    house->release(house->house, db);
    news->is_last = !news->document || json_is_true(json_object_get(news->document, "is_over"));
    if (!news->document) return;
    cv_arena_init(&mem, CV_LIMIT_REQUEST_MEMORY);
    if (!cv_arena_guard(&mem)) news->message = message_new(&mem, news->document);
    cv_arena_free(&mem);
    json_decref(news->document);
}

static void topic_run(struct web_work *work)
{
    struct web_topic *topic = (struct web_topic *)work;
    struct web_hub *hub = topic->hub;
    struct news news = {.document = NULL};
    news_make(&news, topic);
    (void)pthread_mutex_lock(&hub->lock);
    for (struct web_stream *stream = topic->streams; stream; stream = stream->next) {
        if (news.message) stream_give(stream, news.message);
        if (news.is_last) {
            stream->is_ending = true;
            stream_resume(stream);
        }
    }
    message_drop(news.message);
    topic->is_queued = false;
    if (topic->is_dirty && topic->streams && !hub->is_closing) {
        topic->is_dirty = false;
        topic_wake(topic);
    } else {
        topic->is_dirty = false;
        topic_free_unused(topic);
    }
    (void)pthread_mutex_unlock(&hub->lock);
}

void web_wake(struct web_server *server, const char *topic_name)
{
    struct web_hub *hub = &server->hub;
    (void)pthread_mutex_lock(&hub->lock);
    struct web_topic *topic = *topic_place(hub, topic_name);
    if (topic && !hub->is_closing) topic_wake(topic);
    (void)pthread_mutex_unlock(&hub->lock);
}

/* --- streams ------------------------------------------------------------------------------------
 */

static struct web_topic *topic_open(struct web_hub *hub, const char *name,
                                    json_t *(*make)(void *, struct store_db *, const char *))
{
    struct web_topic **place = topic_place(hub, name);
    if (*place) {
        assert((*place)->make == make && "one topic has one maker of news");
        return *place;
    }
    struct web_topic *topic = calloc(1, sizeof *topic);
    char *copy = strdup(name);
    if (!topic || !copy) {
        free(topic);
        free(copy);
        return NULL;
    }
    topic->hub = hub;
    topic->name = copy;
    topic->make = make;
    topic->work.run = topic_run;
    *place = topic;
    return topic;
}

static struct web_stream *stream_open(struct web_hub *hub, const char *topic_name,
                                      json_t *(*make)(void *, struct store_db *, const char *))
{
    struct web_stream *stream = NULL;
    (void)pthread_mutex_lock(&hub->lock);
    bool has_room = !hub->is_closing && hub->stream_count < CV_LIMIT_EVENT_STREAMS;
    struct web_topic *topic = has_room ? topic_open(hub, topic_name, make) : NULL;
    if (topic) stream = calloc(1, sizeof *stream);
    if (stream) {
        stream->hub = hub;
        stream->topic = topic;
        stream->written_ms = cv_monotonic_ms();
        stream->next = topic->streams;
        stream->link = &topic->streams;
        if (topic->streams) topic->streams->link = &stream->next;
        topic->streams = stream;
        hub->stream_count++;
    } else if (topic) {
        topic_free_unused(topic);
    }
    (void)pthread_mutex_unlock(&hub->lock);
    return stream;
}

void web_stream_drop(struct web_stream *stream)
{
    struct web_hub *hub = stream->hub;
    (void)pthread_mutex_lock(&hub->lock);
    *stream->link = stream->next;
    if (stream->next) stream->next->link = stream->link;
    hub->stream_count--;
    message_drop(stream->sending);
    message_drop(stream->newest);
    message_drop(stream->last);
    topic_free_unused(stream->topic);
    (void)pthread_mutex_unlock(&hub->lock);
    free(stream);
}

static ssize_t stream_fill(struct web_stream *stream, char *out, size_t max_size)
{
    static const char heartbeat[] = ":\n\n";
    if (!stream->sending && stream->newest) {
        stream->sending = stream->newest;
        stream->newest = NULL;
        stream->sent_size = 0;
    }
    if (stream->sending) {
        size_t size = stream->sending->size - stream->sent_size;
        if (size > max_size) size = max_size;
        memcpy(out, stream->sending->text + stream->sent_size, size);
        stream->sent_size += size;
        if (stream->sent_size == stream->sending->size) {
            message_drop(stream->sending);
            stream->sending = NULL;
        }
        return (ssize_t)size;
    }
    if (stream->is_ending) return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->wants_heartbeat && max_size >= sizeof heartbeat) {
        stream->wants_heartbeat = false;
        memcpy(out, heartbeat, sizeof heartbeat - 1);
        return sizeof heartbeat - 1;
    }
    stream->is_suspended = true;
    MHD_suspend_connection(stream->connection);
    return 0;
}

static ssize_t stream_read(void *context, uint64_t position, char *out, size_t max_size)
{
    struct web_stream *stream = context;
    (void)position;
    (void)pthread_mutex_lock(&stream->hub->lock);
    ssize_t size = stream_fill(stream, out, max_size);
    if (size > 0) stream->written_ms = cv_monotonic_ms();
    (void)pthread_mutex_unlock(&stream->hub->lock);
    return size;
}

static void stream_free(void *context)
{
    web_stream_drop(context);
}

struct MHD_Response *web_stream_response(struct web_stream *stream,
                                         struct MHD_Connection *connection)
{
    (void)pthread_mutex_lock(&stream->hub->lock);
    stream->connection = connection;
    (void)pthread_mutex_unlock(&stream->hub->lock);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 2048, stream_read, stream,
                                             stream_free);
}

cv_rc web_events(struct web_request *req, const char *topic, json_t *first,
                 json_t *(*next)(void *house, struct store_db *db, const char *topic))
{
    struct web_request_inside *in = web_inside(req);
    in->document = first;
    bool is_over = json_is_true(json_object_get(first, "is_over"));
    if (is_over && in->head.last_event_id) {
        web_answer_bytes(in, 204, NULL, "", 0);
        return CV_OK;
    }
    struct web_hub *hub = &in->server->hub;
    struct message *message = message_new(&in->mem, first);
    struct web_stream *stream = message ? stream_open(hub, topic, next) : NULL;
    if (!stream) {
        free(message);
        return web_answer(req, CV_BUSY);
    }
    (void)pthread_mutex_lock(&hub->lock);
    stream_give(stream, message);
    message_drop(message);
    stream->is_ending = stream->is_ending || is_over;
    /* What changed since `first` was made would otherwise be missed. */
    if (!is_over && !hub->is_closing) topic_wake(stream->topic);
    (void)pthread_mutex_unlock(&hub->lock);
    in->answer.stream = stream;
    web_answer_bytes(in, 200, "text/event-stream", NULL, 0);
    web_answer_header(in, "X-Accel-Buffering", "no");
    return CV_OK;
}

/* --- the hub ------------------------------------------------------------------------------------
 */

static void hub_each(struct web_hub *hub, void (*visit)(struct web_stream *stream, int64_t now_ms),
                     int64_t now_ms)
{
    for (size_t i = 0; i < WEB_TOPIC_BUCKETS; i++)
        for (struct web_topic *topic = hub->buckets[i]; topic; topic = topic->next)
            for (struct web_stream *s = topic->streams; s; s = s->next) visit(s, now_ms);
}

static void stream_tick(struct web_stream *stream, int64_t now_ms)
{
    int64_t quiet_ms = now_ms - stream->written_ms;
    if (!stream->connection || quiet_ms < stream->hub->server->timing.heartbeat_ms) return;
    stream->wants_heartbeat = true;
    stream_resume(stream);
}

void web_hub_tick(struct web_hub *hub, int64_t now_ms)
{
    (void)pthread_mutex_lock(&hub->lock);
    hub_each(hub, stream_tick, now_ms);
    (void)pthread_mutex_unlock(&hub->lock);
}

static void stream_end(struct web_stream *stream, int64_t now_ms)
{
    (void)now_ms;
    stream->is_ending = true;
    stream_resume(stream);
}

void web_hub_close(struct web_hub *hub)
{
    (void)pthread_mutex_lock(&hub->lock);
    hub->is_closing = true;
    hub_each(hub, stream_end, 0);
    (void)pthread_mutex_unlock(&hub->lock);
}
