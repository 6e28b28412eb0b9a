/**
 * @file signaling/web/page_self.c  What a participant may change about itself
 */
#include <stdio.h>
#include <jansson.h>
#include "focus/command/command.h"
#include "focus/conference/focus.h"
#include "signaling/web/page_self.h"

enum { BODY_MAX_BYTES = 256 };


static void changed_h(json_t *reply, void *arg)
{
	bool *done = arg;

	*done = json_is_true(json_object_get(reply, "ok"));
}


/** True if the verb was done; mute and unmute answer from within */
static bool set_muted(struct focus *focus, const char *conference,
		      unsigned self, bool muted)
{
	char target[16];
	json_t *command;
	bool done = false;

	(void)snprintf(target, sizeof(target), "%u", self);
	command =
		json_pack("{s:s, s:s, s:s}", "verb", muted ? "mute" : "unmute",
			  "conference", conference, "target", target);
	if (command)
		focus_command(focus, command, changed_h, &done);

	json_decref(command);

	return done;
}


void page_self(struct focus *focus, struct http_exchange *x,
	       const struct http_request *req, const char *token)
{
	const char *conference = focus_token_conference(focus, token);
	json_t *body = NULL, *muted;
	unsigned status = 400;

	if (req->body_len && req->body_len <= BODY_MAX_BYTES)
		body = json_loadb(req->body, req->body_len,
				  JSON_REJECT_DUPLICATES, NULL);

	muted = json_object_get(body, "muted");
	if (!conference)
		status = 403;
	else if (json_is_boolean(muted) &&
		 set_muted(focus, conference,
			   focus_token_endpoint(focus, token),
			   json_is_true(muted)))
		status = 204;

	json_decref(body);
	(void)http_reply_body(x, status, NULL, "Cache-Control: no-store\r\n",
			      NULL, 0);
}
