/**
 * @file focus/command/command_stats.c  What the mixers count
 *
 * Asks every mixer that matters and answers when the last has answered (or
 * its link's deadline passed). What does not fit a datagram of the link comes
 * in pages: {"after":LEG} is answered with "more":true while legs are left.
 * A mixer may lie: what it tells of other mixers' legs, twice of one, without
 * end or in no shape that statistics have is left out.
 */
#include <string.h>
#include "focus/command/command_private.h"


enum {
	/** A hundred legs and more fit one */
	PAGES_MAX = 256,
	/** A leg's or mixer's members, and those of its audio and video */
	DEPTH_MAX = 2,
};

/** One mixer's part of it */
struct stats_part {
	struct stats_query *query;
	struct mixer *mixer;
	json_int_t after; /**< the last leg that was told */
	unsigned pages;
};

struct stats_query {
	struct command *cmd;
	char conference[POLICY_NAME_MAX + 1]; /**< "" = all */
	json_t *mixers, *legs;
	unsigned waiting, parts;
	struct stats_part part[]; /**< one a mixer */
};


static void query_destructor(void *arg)
{
	struct stats_query *q = arg;

	for (unsigned i = 0; i < q->parts; i++) {
		if (q->part[i].mixer)
			mixer_forget(q->part[i].mixer, &q->part[i]);
	}
	json_decref(q->mixers);
	json_decref(q->legs);
}


/** Members that are no lists, and none too deep */
static bool is_plain(const json_t *o, unsigned depth)
{
	const json_t *value;
	const char *key;

	if (!json_is_object(o) || !depth)
		return false;

	json_object_foreach ((json_t *)(uintptr_t)o, key, value) {
		if (json_is_array(value) ||
		    (json_is_object(value) && !is_plain(value, depth - 1)))
			return false;
	}

	return true;
}


static void take_leg(const struct stats_part *part, json_t *leg,
		     json_int_t number)
{
	const struct stats_query *q = part->query;
	const struct endpoint *ep =
		focus_leg_endpoint(q->cmd->focus, (uint32_t)number);
	const struct conference *c = ep ? ep->user->conference : NULL;

	if (!c || c->mixer != part->mixer || !is_plain(leg, DEPTH_MAX) ||
	    (*q->conference && strcmp(q->conference, c->name) != 0))
		return;

	(void)json_object_set_new(leg, "conference", json_string(c->name));
	(void)json_object_set_new(leg, "endpoint", json_integer(ep->number));
	(void)json_object_set_new(leg, "user", json_string(ep->user->aor));
	(void)json_object_set_new(leg, "display", json_string(ep->display));
	(void)json_object_set_new(leg, "label", json_string(ep->label));
	(void)json_array_append(q->legs, leg);
}


/** Answers come in any order; they are shown by index */
static size_t place_of(const struct stats_query *q, const struct mixer *m)
{
	const json_t *o;
	size_t i;

	json_array_foreach (q->mixers, i, o) {
		if (json_integer_value(json_object_get(o, "mixer")) >
		    mixer_index(m))
			break;
	}

	return i;
}


static void take_mixer(struct stats_query *q, const struct mixer *m,
		       json_t *mixer)
{
	json_t *o =
		json_pack("{s:i,s:i,s:b,s:i}", "mixer", (int)mixer_index(m),
			  "pid", mixer_pid(m), "up", mixer_is_up(m),
			  "replaced", (int)mixer_deaths(m));

	if (is_plain(mixer, DEPTH_MAX))
		(void)json_object_update_missing(o, mixer);
	(void)json_array_insert_new(q->mixers, place_of(q, m), o);
}


static void finish(struct stats_query *q)
{
	struct command *cmd = q->cmd;
	json_t *result =
		json_pack("{s:O,s:O}", "mixers", q->mixers, "legs", q->legs);
	json_t *more = focus_stats(cmd->focus);

	if (more)
		(void)json_object_update_missing(result, more);
	json_decref(more);
	command_ok(cmd, result);
}


static void reply_h(int err, json_t *reply, void *arg);


static int ask_page(struct stats_part *part)
{
	return mixer_request(
		part->mixer,
		json_pack("{s:s,s:I}", "op", "stats", "after", part->after),
		reply_h, part);
}


/** @return true if the mixer has more, and was asked for it */
static bool take_page(struct stats_part *part, const json_t *reply)
{
	const json_int_t before = part->after;
	json_t *leg;
	size_t i;

	json_array_foreach (json_object_get(reply, "legs"), i, leg) {
		json_int_t number =
			json_integer_value(json_object_get(leg, "leg"));

		if (number <= part->after || number > UINT32_MAX)
			continue;
		part->after = number;
		take_leg(part, leg, number);
	}

	/* a page that brings nothing new must not be asked for again */
	return json_is_true(json_object_get(reply, "more")) &&
	       part->after > before && ++part->pages < PAGES_MAX &&
	       !ask_page(part);
}


static void reply_h(int err, json_t *reply, void *arg)
{
	struct stats_part *part = arg;
	struct stats_query *q = part->query;

	if (!err && take_page(part, reply))
		return;

	take_mixer(q, part->mixer,
		   err ? NULL : json_object_get(reply, "mixer"));
	if (!--q->waiting)
		finish(q);
}


static void ask(struct stats_query *q, struct mixer *m)
{
	struct stats_part *part = &q->part[mixer_index(m)];

	part->query = q;
	part->mixer = m;

	if (ask_page(part))
		take_mixer(q, m, NULL);
	else
		q->waiting++;
}


void command_stats(struct command *cmd)
{
	struct mixers *mixers = focus_mixers(cmd->focus);
	struct stats_query *q;

	q = mem_zalloc(sizeof(*q) + mixers_count(mixers) * sizeof(q->part[0]),
		       query_destructor);
	if (!q) {
		command_fail(cmd, REASON_INTERNAL, "out of memory");
		return;
	}

	q->cmd = cmd;
	cmd->work = q;
	q->parts = mixers_count(mixers);
	q->mixers = json_array();
	q->legs = json_array();
	if (cmd->conference)
		(void)str_ncpy(q->conference, cmd->conference->name,
			       sizeof(q->conference));

	/* one held back, so that no early answer finishes it */
	q->waiting = 1;
	for (unsigned i = 0; i < mixers_count(mixers); i++) {
		struct mixer *m = mixers_at(mixers, i);

		if (!cmd->conference || cmd->conference->mixer == m)
			ask(q, m);
	}

	if (!--q->waiting)
		finish(q);
}
