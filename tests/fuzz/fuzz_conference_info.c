/**
 * @file fuzz_conference_info.c  Any sequence of events makes valid documents
 *
 * Each byte pair is an event or a look of one of two readers; names are taken
 * from the bytes. In the end both see what somebody sees who comes new.
 */
#include <stdlib.h>
#include "tests/unit/focus/roster/info_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READERS = 2, STEPS_MAX = 400 };

struct watcher {
	struct conference_info_reader *r;
	json_t *model;
};

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void watch(struct watcher *w, struct conference_info *info,
		  bool activity)
{
	const struct conference_info_param param = {
		.entity = "sip:demo@example.com",
		.web = "https://example.com/demo",
		.activity = activity,
	};

	check(!conference_info_read(&w->r, info, &param));
	w->model = json_object();
}

static void look(struct watcher *w, bool full)
{
	struct mbuf *mb;

	check(!conference_info_print(w->r, full, &mb));
	check(info_apply(w->model, mb));
	mem_deref(mb);
}

static void drop(struct watcher *w)
{
	mem_deref(w->r);
	json_decref(w->model);
}

static json_t *endpoint_state(unsigned n, const uint8_t *text, size_t len)
{
	json_t *o = json_pack("{s:i,s:s,s:s,s:s,s:[{s:i,s:s,s:s,s:s}]}",
			      "endpoint", n, "method", "dialed-in", "status",
			      "pending", "entity", "sip:x@192.0.2.1", "media",
			      "id", 1, "type", "audio", "codec", "PCMU",
			      "status", "sendrecv");
	char user[16];

	(void)snprintf(user, sizeof(user), "sip:u%u@x", n % 7);
	(void)json_object_set_new(o, "user", json_string(user));
	/* NULL if it is no UTF-8 */
	(void)json_object_set_new(o, "display",
				  json_stringn((const char *)text, len));
	if (n % 3 == 0)
		(void)json_object_set_new(
			o, "entity", json_stringn((const char *)text, len));

	return o;
}

static void event(struct conference_info *info, uint8_t what, unsigned n,
		  const uint8_t *text, size_t len)
{
	static const char *const types[] = {
		"joined",      "left",      "talking", "muted",
		"held",        "connected", "status",  "video",
		"video_muted", "deaf",      "locked",  "speaker",
		"mixer",       "media",     "renamed", "ended"};
	const char *type = types[what % 16];
	json_t *o = json_pack(
		"{s:s,s:i,s:b,s:s,s:s,s:I}", "type", type, "endpoint", n, type,
		n & 1, "status", n & 1 ? "alerting" : "pending", "reason",
		n & 1 ? "left" : "kicked", "time", (json_int_t)1700000000000);

	/* "status" above is a flag in its own event */
	if (!strcmp(type, "status"))
		(void)json_object_set_new(o, type, json_string("alerting"));
	if (!strcmp(type, "joined") || !strcmp(type, "renamed"))
		(void)json_object_set_new(o, "state",
					  endpoint_state(n, text, len));
	if (!strcmp(type, "media"))
		(void)json_object_set_new(o, "media", json_array());
	conference_info_event(info, o);
	json_decref(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct watcher w[READERS], fresh;
	struct conference_info *info;
	json_t *first;
	size_t k;

	check(!conference_info_alloc(&info));
	first = json_pack("{s:s,s:{s:s,s:i}}", "type", "snapshot", "state",
			  "name", "demo", "max_participants", 9);
	conference_info_event(info, first);
	json_decref(first);
	for (k = 0; k < READERS; k++) {
		watch(&w[k], info, k == 0);
		look(&w[k], true);
	}
	for (k = 0; k + 2 <= size && k < 2 * STEPS_MAX; k += 2) {
		if (data[k] >= 0x80)
			look(&w[data[k] % READERS], data[k] >= 0xe0);
		else
			event(info, data[k], data[k + 1], data + k,
			      size - k < 24 ? size - k : 24);
	}
	for (k = 0; k < READERS; k++) {
		while (conference_info_news(w[k].r))
			look(&w[k], false);
		watch(&fresh, info, k == 0);
		look(&fresh, true);
		while (conference_info_news(fresh.r))
			look(&fresh, false);
		check(info_same(fresh.model, w[k].model) ||
		      !conference_info_active(info));
		drop(&fresh);
		drop(&w[k]);
	}
	mem_deref(info);

	return 0;
}
