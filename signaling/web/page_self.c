/**
 * @file signaling/web/page_self.c  What a participant may change about itself
 */
#include <string.h>
#include <strings.h>
#include <jansson.h>
#include "focus/command/command.h"
#include "focus/conference/focus.h"
#include "signaling/web/page_self.h"

enum { BODY_MAX_BYTES = 256 };


/** A change under way */
struct self_change {
	struct le le;
	struct http_exchange *x; /**< NULL once it is answered */
	struct command *command;
};


static void answer_self(struct http_exchange *x, unsigned status)
{
	(void)http_reply_body(x, status, NULL, "Cache-Control: no-store\r\n",
			      NULL, 0);
}


static void self_change_destructor(void *arg)
{
	struct self_change *change = arg;

	list_unlink(&change->le);
	mem_deref(change->command);
	if (change->x)
		answer_self(change->x, 503);
}


static void changed_h(json_t *reply, void *arg)
{
	bool done = json_is_true(json_object_get(reply, "ok"));
	struct self_change *change = arg;
	struct http_exchange *x = change->x;

	change->x = NULL;
	mem_deref(change);
	answer_self(x, done ? 204 : 400);
}


static void set_muted(struct list *waiting, struct focus *focus,
		      struct http_exchange *x, const struct endpoint *ep,
		      bool muted)
{
	const struct asker self = {.leg = focus_leg(ep)};
	struct self_change *change;
	json_t *command;

	command =
		json_pack("{s:s, s:s, s:i}", "verb", muted ? "mute" : "unmute",
			  "conference", focus_endpoint_conference(ep),
			  "target", (int)focus_endpoint_number(ep));
	change = mem_zalloc(sizeof(*change), self_change_destructor);
	if (command && change) {
		change->x = x;
		list_append(waiting, &change->le, change);
		focus_command(&change->command, focus, &self, command,
			      changed_h, change);
	}
	else {
		mem_deref(change);
		answer_self(x, 500);
	}

	json_decref(command);
}


/** "Bearer SECRET" (RFC 6750 section 2.1). @return NULL: there is none */
static const char *bearer(const struct http_exchange *x)
{
	static const char scheme[] = "Bearer ";
	const char *value = http_header(x, "Authorization");

	return value && !strncasecmp(value, scheme, sizeof(scheme) - 1)
		       ? value + sizeof(scheme) - 1
		       : NULL;
}


void page_self(struct list *waiting, struct focus *focus,
	       struct http_exchange *x, const struct http_request *req)
{
	const struct endpoint *ep = focus_secret_endpoint(focus, bearer(x));
	json_t *body = NULL, *muted;

	if (req->body_len && req->body_len <= BODY_MAX_BYTES)
		body = json_loadb(req->body, req->body_len,
				  JSON_REJECT_DUPLICATES, NULL);

	muted = json_object_get(body, "muted");
	if (!ep)
		answer_self(x, 403);
	else if (json_is_boolean(muted))
		set_muted(waiting, focus, x, ep, json_is_true(muted));
	else
		answer_self(x, 400);

	json_decref(body);
}
