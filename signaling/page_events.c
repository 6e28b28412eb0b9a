/**
 * @file signaling/page_events.c  A conference's events as a stream
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include "focus/focus.h"
#include "signaling/page_events.h"

struct stream {
	struct le le;
	struct tmr heartbeat, ending;
	struct focus *focus;
	struct http_exchange *x; /**< NULL: the client has gone */
	struct event_subscription *subscription;
	char token[64];
	unsigned self; /**< endpoint that listens */
};

/** Members that are of use to us only: keys, and where a device is */
static const char *const inner_members[] = {
	"token", "events_token", "entity", "agent", "mixer",
};


static void destructor(void *arg)
{
	struct stream *s = arg;

	list_unlink(&s->le);
	tmr_cancel(&s->heartbeat);
	tmr_cancel(&s->ending);
	mem_deref(s->subscription);
	if (s->x)
		http_stream_end(s->x);
}


/** Depth of an event is small and ours: snapshot, users, endpoints, media */
static void strip(json_t *value)
{
	size_t i;
	json_t *child;
	const char *key;

	for (i = 0; i < ARRAY_SIZE(inner_members); i++)
		(void)json_object_del(value, inner_members[i]);
	json_object_foreach (value, key, child)
		strip(child);
	json_array_foreach (value, i, child)
		strip(child);
}


int page_events_print(struct mbuf *mb, const json_t *event, unsigned self)
{
	json_t *copy = json_deep_copy(event);
	char *text = NULL;
	int err = ENOMEM;

	if (!copy)
		goto out;
	strip(copy);
	if (json_object_get(copy, "state") && self &&
	    json_object_set_new(copy, "you", json_integer(self)))
		goto out;
	/* Compact JSON has no line breaks, which would end the field */
	text = json_dumps(copy, JSON_COMPACT);
	if (!text)
		goto out;
	err = mbuf_printf(
		mb, "id: %lld\ndata: %s\n\n",
		(long long)json_integer_value(json_object_get(event, "seq")),
		text);

out:
	free(text);
	json_decref(copy);
	return err;
}


static void ending_h(void *arg)
{
	mem_deref(arg);
}


/** Not at once: the caller may be walking a list that the stream is on */
static void end_soon(struct stream *s)
{
	tmr_start(&s->ending, 0, ending_h, s);
}


static void closed_h(void *arg)
{
	struct stream *s = arg;

	s->x = NULL;
	mem_deref(s);
}


static bool token_is_valid(const struct stream *s)
{
	return focus_events_conference(s->focus, s->token) != NULL;
}


/** Does this event end it? Tokens are looked for among all legs, so only when
 *  one may have gone */
static bool is_end(const struct stream *s, const char *type)
{
	return !strcmp(type, "ended") ||
	       (!strcmp(type, "left") && !token_is_valid(s));
}


static void event_h(const json_t *event, void *arg)
{
	struct stream *s = arg;
	const char *type = json_string_value(json_object_get(event, "type"));
	struct mbuf *mb;
	int err;

	if (!s->x || tmr_isrunning(&s->ending))
		return;
	mb = mbuf_alloc(512);
	err = mb ? page_events_print(mb, event, s->self) : ENOMEM;
	if (!err)
		err = http_stream_write(s->x, mb->buf, mb->end);
	mem_deref(mb);
	if (err == ENOMEM || (type && is_end(s, type)))
		end_soon(s);
}


static void heartbeat_h(void *arg)
{
	static const char comment[] = ":\n\n";
	struct stream *s = arg;

	if (!token_is_valid(s)) {
		end_soon(s);
		return;
	}
	tmr_start(&s->heartbeat, PAGE_EVENTS_HEARTBEAT_MS, heartbeat_h, s);
	(void)http_stream_write(s->x, comment, sizeof(comment) - 1);
}


static void refuse(struct http_exchange *x, unsigned status, const char *words)
{
	(void)http_reply_body(x, status, "text/plain; charset=utf-8",
			      "Cache-Control: no-store\r\n", words,
			      strlen(words));
}


void page_events_open(struct list *streams, struct focus *focus,
		      struct http_exchange *x, const char *token)
{
	const char *conference = focus_events_conference(focus, token);
	struct stream *s;
	int err;

	if (!conference) {
		refuse(x, 403, "This token is not, or no longer, valid.\n");
		return;
	}
	s = list_count(streams) < PAGE_EVENTS_STREAMS_MAX
		    ? mem_zalloc(sizeof(*s), destructor)
		    : NULL;
	if (!s) {
		refuse(x, 503, "Too many listeners.\n");
		return;
	}
	s->focus = focus;
	s->self = focus_events_endpoint(focus, token);
	(void)re_snprintf(s->token, sizeof(s->token), "%s", token);
	err = http_stream(x, "text/event-stream", closed_h, s);
	if (err) {
		mem_deref(s);
		return;
	}
	s->x = x;
	list_append(streams, &s->le, s);
	tmr_start(&s->heartbeat, PAGE_EVENTS_HEARTBEAT_MS, heartbeat_h, s);
	err = focus_subscribe(&s->subscription, focus, conference, event_h, s);
	if (err)
		end_soon(s);
}


void page_events_flush(struct list *streams)
{
	list_flush(streams);
}
