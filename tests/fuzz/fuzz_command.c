/**
 * @file fuzz_command.c  Commands from anybody who can open the socket
 *
 * One command a line, to a focus with the conference "demo" and three people
 * in it. The mixer's end of the link is read and thrown away.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "focus/command/command.h"
#include "focus/conference/chat.h"
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "mixer/mp/protocol.h"


enum { PEOPLE = 3 };

struct person {
	struct endpoint *ep;
};

static struct person people[PEOPLE];
static int far_end;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static unsigned answers;


static void reply_h(json_t *reply, void *arg)
{
	char *text = json_dumps(reply, 0);

	(void)arg;

	/* an answer can always be printed */
	if (!text)
		abort();
	free(text);
	answers++;
}


static void reoffer(void *session)
{
	(void)session;
}


static void end(void *session, enum reason reason)
{
	struct person *p = session;

	(void)reason;
	p->ep = NULL;
}


static enum reason dial(void *arg, const char *conference, const char *uri,
			const char *display)
{
	(void)arg;
	(void)conference;
	(void)uri;
	(void)display;

	return 0;
}


static void stop_h(void *arg)
{
	(void)arg;

	re_cancel();
}


static void turn(void)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, 1, stop_h, NULL);
	(void)re_main(NULL);
}


static void attach_mixer(struct focus *f)
{
	static const char hello[] = "{\"event\":\"hello\",\"version\":1}";
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) ||
	    focus_attach_mixer(f, fds[0]) ||
	    send(fds[1], hello, sizeof(hello) - 1, 0) < 0)
		abort();

	far_end = fds[1];
	turn();
}


/** What is handed on can be shown and sent as it is */
static void told(void *session, struct chat_message *m)
{
	size_t at = 0;

	(void)session;
	if (!m->number || !m->bytes || m->bytes > CHAT_TEXT_MAX ||
	    m->text[m->bytes])
		abort();
	while (at < m->bytes) {
		uint32_t code = 0;
		const size_t n = utf8_read(&code, m->text + at, m->bytes - at);

		if (!n || (code != '\n' && !utf8_harmless(code)))
			abort();
		at += n;
	}
}


/** Whoever was kicked comes back */
static void fill(struct focus *f)
{
	static const struct session_ops ops = {reoffer, end,  NULL, told,
					       NULL,    NULL, NULL, NULL};
	static const char *const aors[PEOPLE] = {"sip:alice@x", "sip:bob@x",
						 "sip:eve@y"};
	static const char *const names[PEOPLE] = {"Alice", "Sam", "Sam"};
	static char discard[MP_MESSAGE_MAX];

	for (int i = 0; i < PEOPLE; i++) {
		struct join join = {.conference = "demo",
				    .aor = aors[i],
				    .display = names[i],
				    .ops = &ops,
				    .session = &people[i],
				    .dialled_out = true};
		struct leg_description *leg;

		if (leg_description_alloc(&leg, 1, 1))
			abort();
		if (!people[i].ep &&
		    focus_join(f, &people[i].ep, &join, leg, NULL, NULL))
			abort();
		mem_deref(leg);
	}

	while (recv(far_end, discard, sizeof(discard), MSG_DONTWAIT) > 0)
		;
}


static struct focus *the_focus(void)
{
	static const struct signaling_ops ops = {.dial = dial};
	static const char *const overrides[] = {"mixers=1"};
	static struct config *config;
	static struct focus *focus;
	struct config_error error;

	if (focus)
		return focus;

	log_level_set(LOG_LEVEL_ERROR);
	if (libre_init() || config_load(&config, NULL, overrides, 1, &error) ||
	    focus_alloc(&focus, config))
		abort();

	focus_set_signaling(focus, &ops);
	attach_mixer(focus);

	return focus;
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct asker host = {.operates = true};
	const char *text = (const char *)data;
	struct focus *f = the_focus();

	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;
		json_t *command =
			json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

		const char *verb =
			json_string_value(json_object_get(command, "verb"));

		/* the one verb that is answered later */
		if (!verb || strcmp(verb, "stats")) {
			fill(f);
			answers = 0;
			focus_command(NULL, f, &host, command, reply_h, NULL);
			if (answers != 1)
				abort();
		}

		json_decref(command);
		len += end ? 1 : 0;
		text += len;
		size -= len;
	}

	return 0;
}
