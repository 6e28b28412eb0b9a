/**
 * @file focus/cli/cli_invite.c  parley invite: call, and perhaps wait how it
 * goes
 */
#include <string.h>
#include "focus/cli/cli_private.h"


/** The call that is waited for */
struct call {
	const char *uri;
	json_int_t endpoint; /**< its number on the roster, 0: none yet */
	int status;          /**< how it ended, -1: not yet */
};


static bool is(const json_t *event, const char *type)
{
	return !strcmp(cli_string(event, "type"), type);
}


static bool is_ours(const struct call *c, const json_t *event, const char *key)
{
	const char *uri = json_string_value(json_object_get(event, key));

	return uri && !strcmp(uri, c->uri);
}


/** An address that is offered another kind of media is another endpoint for
 *  that, and comes before the first one leaves: the newest counts */
static void follow(struct call *c, const json_t *event)
{
	const json_t *state = json_object_get(event, "state");
	bool its =
		c->endpoint && c->endpoint == cli_integer(event, "endpoint");

	if (is(event, "joined") && is_ours(c, state, "entity"))
		c->endpoint = cli_integer(state, "endpoint");
	else if (its && is(event, "connected"))
		c->status = CLI_OK;
	else if ((its && is(event, "left")) ||
		 (is(event, "dial_failed") && is_ours(c, event, "uri")))
		c->status = CLI_FAILED;
}


static void tell(const struct cli *cli, const struct call *c,
		 const json_t *event)
{
	if (cli->json) {
		(void)json_dumpf(event, stdout, JSON_COMPACT);
		printf("\n");
	}
	else if (c->status == CLI_OK) {
		printf("%s is in\n", cli_string(event, "label"));
	}
	else {
		fprintf(stderr, "parley: %s\n", cli_string(event, "words"));
	}
}


static int await(const struct cli *cli, struct cli_link *events,
		 const char *uri)
{
	struct call c = {.uri = uri, .status = -1};

	while (c.status < 0) {
		json_t *event = cli_link_receive(events);

		if (!event) {
			fprintf(stderr, "parley: the server hung up\n");
			return CLI_NO_SERVER;
		}
		follow(&c, event);
		if (c.status >= 0)
			tell(cli, &c, event);
		json_decref(event);
	}

	return c.status;
}


/** The events are followed before the call, so that none is missed */
static int invite_and_wait(const struct cli *cli, const json_t *command)
{
	const char *uri = json_string_value(json_object_get(command, "uri"));
	json_t *watch = json_pack("{s:s,s:O}", "verb", "watch", "conference",
				  json_object_get(command, "conference"));
	struct cli quiet = *cli;
	struct cli_link *events = NULL;
	json_t *reply = NULL;
	int status = cli_link_open(&events, cli);

	if (!status) {
		reply = cli_link_ask(events, watch);
		if (!reply)
			status = CLI_NO_SERVER;
		else if (!cli_true(reply, "ok"))
			status = cli_report(reply);
	}
	quiet.json = false;
	if (!status)
		status = cli_ask(&quiet, command, NULL);
	if (!status)
		status = await(cli, events, uri);

	json_decref(reply);
	json_decref(watch);
	cli_link_close(events);

	return status;
}


int cli_invite(const struct cli *cli, const json_t *command)
{
	return cli_true(command, "wait") ? invite_and_wait(cli, command)
					 : cli_ask(cli, command, NULL);
}
