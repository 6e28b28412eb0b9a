/**
 * @file focus/conference/media_event.c  What a mixer says happened
 */
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/media_event.h"
#include "focus/conference/keypad.h"
#include "focus/conference/user.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"


static void leg_state(struct endpoint *ep, const json_t *event)
{
	const char *state = json_string_value(json_object_get(event, "state"));
	char text[32];

	if (!state)
		return;

	log_debug("focus", "leg state leg=%u state=%s", ep->leg,
		  log_escape(text, sizeof(text), state, strlen(state)));

	if (!strcmp(state, "connected")) {
		endpoint_media_renewed(ep);
		endpoint_set_media(ep, NULL, true);
		end_to_end_update(ep->user->conference, 0);
	}
	/* who never got through is told at once */
	else if (!strcmp(state, "failed") && !ep->media_connected &&
		 !ep->media_over) {
		endpoint_evict(ep, REASON_MEDIA_FAILED);
	}
	else if (!strcmp(state, "failed")) {
		endpoint_media_ended(ep, REASON_MEDIA_FAILED);
	}
	else if (!strcmp(state, "closed")) {
		endpoint_media_ended(ep, REASON_LEFT);
	}
	/* one on hold, or not answered yet, may be silent for long */
	else if (!strcmp(state, "timeout") && !ep->held &&
		 ep->status == ENDPOINT_CONNECTED) {
		endpoint_evict(ep, REASON_MEDIA_TIMEOUT);
	}
}


static void relay(struct endpoint *ep, const json_t *event)
{
	const json_int_t relay =
		json_integer_value(json_object_get(event, "relay"));

	if (relay > 0 && relay <= UINT32_MAX)
		end_to_end_carried(
			ep, (uint32_t)relay,
			json_is_true(json_object_get(event, "carried")));
}


static void video(struct endpoint *ep, const json_t *event)
{
	json_int_t w = json_integer_value(json_object_get(event, "width"));
	json_int_t h = json_integer_value(json_object_get(event, "height"));

	if (w < 0 || w > 16384 || h < 0 || h > 16384)
		return;

	endpoint_set_camera(ep,
			    json_is_true(json_object_get(event, "receiving")),
			    (unsigned)w, (unsigned)h);
}


static void dtmf(struct endpoint *ep, const json_t *event)
{
	const char *digit = json_string_value(json_object_get(event, "digit"));
	json_int_t ms =
		json_integer_value(json_object_get(event, "duration_ms"));

	if (digit && strlen(digit) == 1)
		media_event_key(ep, *digit,
				ms > 0 && ms < 60000 ? (unsigned)ms : 0);
}


/** 0: nobody waits for it */
static uint32_t number_of(const json_t *event)
{
	json_int_t number =
		json_integer_value(json_object_get(event, "number"));

	return number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}


struct mix_key {
	json_int_t mix;
	const struct mixer *mixer;
};


static bool mix_h(struct le *le, void *arg)
{
	const struct conference *c = le->data;
	const struct mix_key *key = arg;

	return c->mix == key->mix && c->mixer == key->mixer;
}


/** NULL: there is none. Legs are numbered from 1 */
static struct endpoint *endpoint_of(const json_t *event, struct focus *f)
{
	json_int_t leg = json_integer_value(json_object_get(event, "leg"));

	return leg > 0 && leg <= UINT32_MAX ? endpoint_by_leg(f, (uint32_t)leg)
					    : NULL;
}


static struct conference *conference_of(const json_t *event, struct mixer *m,
					struct focus *f)
{
	struct mix_key key = {
		json_integer_value(json_object_get(event, "mix")), m};

	return list_ledata(hash_apply(f->conferences, mix_h, &key));
}


/** 0 is nobody; another leg that is not in the mix says nothing */
static void speaker(struct mixer *m, const json_t *event, struct focus *f)
{
	const json_t *leg = json_object_get(event, "leg");
	struct endpoint *ep = endpoint_of(event, f);
	struct conference *c;

	if (!ep && (!json_is_integer(leg) || json_integer_value(leg)))
		return;

	c = conference_of(event, m, f);
	if (!c || (ep && ep->user->conference != c))
		return;

	endpoint_set_speaker(c, ep);
}


void media_event(struct mixer *m, const json_t *event, struct focus *f)
{
	const char *name = json_string_value(json_object_get(event, "event"));
	struct conference *c;
	struct endpoint *ep;

	if (!strcmp(name, "speaker")) {
		speaker(m, event, f);
		return;
	}

	if (!strcmp(name, "said") && !json_object_get(event, "leg")) {
		c = conference_of(event, m, f);
		if (c)
			conference_said(c, number_of(event));
		return;
	}

	ep = endpoint_of(event, f);
	if (!ep || ep->user->conference->mixer != m)
		return;

	if (!strcmp(name, "leg.state"))
		leg_state(ep, event);
	else if (!strcmp(name, "talking"))
		endpoint_set_talking(
			ep, json_is_true(json_object_get(event, "talking")));
	else if (!strcmp(name, "video"))
		video(ep, event);
	else if (!strcmp(name, "dtmf"))
		dtmf(ep, event);
	else if (!strcmp(name, "relay"))
		relay(ep, event);
	else if (!strcmp(name, "said"))
		endpoint_said(ep, number_of(event));
}


void media_event_key(struct endpoint *ep, char digit, unsigned duration_ms)
{
	const char text[2] = {digit, '\0'};

	if (!digit || !strchr("0123456789*#ABCD", digit))
		return;

	/* a PIN, perhaps */
	if (!endpoint_is_in(ep)) {
		entry_key(ep, digit);
		return;
	}

	endpoint_emit(ep, "dtmf",
		      json_pack("{s:s,s:i}", "digit", text, "duration_ms",
				(int)duration_ms));

	keypad_act(ep, menu_key(&ep->menu, digit, clock_us() / 1000));
}
