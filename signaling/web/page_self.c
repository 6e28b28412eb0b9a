/**
 * @file signaling/web/page_self.c  What a participant may do from its page
 */
#include <string.h>
#include <strings.h>
#include <jansson.h>
#include "focus/command/command.h"
#include "focus/conference/focus.h"
#include "signaling/web/page_reply.h"
#include "signaling/web/page_self.h"

/** A long message, each of its characters as an escape */
enum { BODY_MAX_BYTES = 32768 };


/** A command under way */
struct self_command {
	struct le le;
	struct http_exchange *x; /**< NULL once it is answered */
	struct command *command;
};


static void refuse_self(struct http_exchange *x, enum reason reason)
{
	const struct reason_row *row = reason_row(reason);

	page_reply_json(x, row->http_status,
			json_pack("{s:b,s:s,s:i,s:s}", "ok", false, "code",
				  row->token, "status", (int)row->http_status,
				  "error", row->words));
}


static void self_command_destructor(void *arg)
{
	struct self_command *self = arg;

	list_unlink(&self->le);
	mem_deref(self->command);
	if (self->x)
		refuse_self(self->x, REASON_SHUTDOWN);
}


static void done_h(json_t *reply, void *arg)
{
	const json_int_t status =
		json_integer_value(json_object_get(reply, "status"));
	struct self_command *self = arg;
	struct http_exchange *x = self->x;

	self->x = NULL;
	mem_deref(self);
	page_reply_json(x, status ? (unsigned)status : 200,
			json_incref(reply));
}


/** It speaks of the conference that it is in, and of itself unless it says
 *  whom it means. @return 0 or ENOMEM */
static int complete(json_t *command, const struct endpoint *ep)
{
	int err = json_object_set_new(
		command, "conference",
		json_string(focus_endpoint_conference(ep)));

	if (!json_object_get(command, "target") &&
	    !json_object_get(command, "uri"))
		err |= json_object_set_new(
			command, "target",
			json_integer(focus_endpoint_number(ep)));

	return err;
}


static void run(struct list *waiting, struct focus *focus,
		struct http_exchange *x, const struct endpoint *ep,
		json_t *command)
{
	const struct asker asker = {.leg = focus_leg(ep)};
	struct self_command *self;

	self = mem_zalloc(sizeof(*self), self_command_destructor);
	if (!self || complete(command, ep)) {
		mem_deref(self);
		refuse_self(x, REASON_INTERNAL);
		return;
	}

	self->x = x;
	list_append(waiting, &self->le, self);
	focus_command(&self->command, focus, &asker, command, done_h, self);
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
	json_t *command = NULL;

	if (req->body_len && req->body_len <= BODY_MAX_BYTES)
		command = json_loadb(req->body, req->body_len,
				     JSON_REJECT_DUPLICATES, NULL);

	if (!ep)
		refuse_self(x, REASON_FORBIDDEN);
	else if (json_is_object(command))
		run(waiting, focus, x, ep, command);
	else
		refuse_self(x, REASON_BAD_REQUEST);

	json_decref(command);
}
