/**
 * @file session_mixer.c  The mixer that the lines meet
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "focus/mixers/mixers.h"
#include "mixer/mp/capabilities.h"
#include "mixer/mp/link.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { GONE_MS = 6000 };

static json_t *leg_local(const json_t *msg)
{
	json_t *transports = json_array(), *media = json_array(), *one;
	unsigned port = 40000;
	size_t i;

	json_array_foreach (json_object_get(msg, "transports"), i, one) {
		const char *kind =
			json_string_value(json_object_get(one, "kind"));

		if (kind && !strcmp(kind, "webrtc"))
			(void)json_array_append_new(
				transports,
				json_pack("{s:s,s:{s:s,s:s},s:{s:s,s:s},"
					  "s:[{s:s,s:i,s:i}]}",
					  "kind", "webrtc", "ice", "ufrag",
					  "abcd", "pwd",
					  "abcdefghijklmnopqrstuvwx",
					  "fingerprint", "hash", "sha-256",
					  "value", "AB:CD", "candidates",
					  "address", "127.0.0.1", "port",
					  10000, "priority", 1));
		else
			(void)json_array_append_new(
				transports,
				json_pack("{s:s,s:s,s:i,s:i}", "kind", "plain",
					  "address", "127.0.0.1", "port", port,
					  "rtcp_port", port + 1));
		port += 2;
	}
	json_array_foreach (json_object_get(msg, "media"), i, one)
		(void)json_array_append_new(
			media, json_pack("{s:i,s:i,s:s}", "ssrc", 1000 + i,
					 "rtx_ssrc", 2000 + i, "cname", "c"));

	return json_pack("{s:o,s:o}", "transports", transports, "media",
			 media);
}

static void mixer_answer(struct world *w, json_t *msg, const char *op)
{
	if (!strcmp(op, w->refuse_op))
		(void)link_reply_error(
			w->mixer, msg,
			w->refuse_code ? w->refuse_code : ENOTSUP, "no");
	else if (!strcmp(op, "leg.add") || !strcmp(op, "leg.modify") ||
		 !strcmp(op, "leg.move"))
		(void)link_reply(w->mixer, msg, leg_local(msg));
	else
		(void)link_reply(w->mixer, msg, NULL);
}

static void mixer_h(json_t *msg, void *arg)
{
	struct world *w = arg;
	const char *op = json_string_value(json_object_get(msg, "op"));
	size_t len = strlen(w->ops);

	if (!op)
		return;
	if (strcmp(op, "ping") && len < sizeof(w->ops) - 40)
		(void)snprintf(w->ops + len, sizeof(w->ops) - len, "%s ", op);
	if (w->silent)
		(void)json_array_append(w->asked, msg);
	else
		mixer_answer(w, msg, op);
}

bool world_mixer_speak(struct world *w, char how)
{
	json_t *msg;
	size_t i;

	w->silent = how == '0';
	if (how == '2') {
		json_array_foreach (w->asked, i, msg)
			mixer_answer(
				w, msg,
				json_string_value(json_object_get(msg, "op")));
	}
	(void)json_array_clear(w->asked);

	return true;
}

static void mixer_gone_h(int err, void *arg)
{
	struct world *w = arg;
	(void)err;

	w->mixer = mem_deref(w->mixer);
}

/* Of a mixer of the base set, or of one without a codec of it */
static json_t *hello(const struct world *w)
{
	json_t *event =
		json_pack("{s:s,s:i,s:i,s:i}", "event", "hello", "version", 1,
			  "pid", 1, "webrtc_port", 10000);
	struct mixer_capabilities base, c;

	if (!w->lacks)
		return event;
	mixer_capabilities_base(&base);
	c = base;
	c.codec_count = 0;
	for (size_t i = 0; i < base.codec_count; i++) {
		const struct mixer_codec *codec = &base.codecs[i];

		if (strcmp(codec->name, w->lacks) != 0)
			mixer_capabilities_add(&c, codec->kind, codec->name,
					       codec->clock_hz);
	}
	(void)mixer_capabilities_write(&c, event);

	return event;
}

int world_mixer_open(struct world *w)
{
	int fd[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd))
		return errno;
	err = link_alloc(&w->mixer, fd[0], mixer_h, mixer_gone_h, w);
	if (err) {
		(void)close(fd[0]);
		(void)close(fd[1]);
		return err;
	}
	err = focus_attach_mixer(w->focus, fd[1]);
	if (err)
		(void)close(fd[1]);
	else
		err = link_event(w->mixer, hello(w));
	return err;
}

bool world_mixer_replace(struct world *w)
{
	uint64_t end = tmr_jiffies() + unit_patience_ms(GONE_MS);
	bool never = false;

	w->ops[0] = '\0';
	/* the place of the dead is free a moment later */
	do {
		w->mixer = mem_deref(w->mixer);
		(void)world_wait(w, &never, 20);
	} while (world_mixer_open(w) && tmr_jiffies() < end);

	return w->mixer != NULL;
}

bool world_mixer_kill(struct world *w)
{
	uint64_t end = tmr_jiffies() + unit_patience_ms(GONE_MS);
	bool never = false;

	w->ops[0] = '\0';
	w->mixer = mem_deref(w->mixer);
	while (mixers_up_count(focus_mixers(w->focus)) && tmr_jiffies() < end)
		(void)world_wait(w, &never, 20);

	return !mixers_up_count(focus_mixers(w->focus));
}
