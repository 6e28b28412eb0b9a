/**
 * @file mixer/leg/leg_relay.c  A leg's ends of relays
 *
 * What its far end and that of another leg say to each other, and the mixer
 * does not understand (mixer/net/relay.c). No section is on them: of a leg
 * they have its settings, and its life.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/leg/leg_private.h"


enum { TELL_US = 250000 /* between events of one */ };


/* Whoever connects by TCP and goes away changes it as fast as he likes: the
 * first is told at once, then how it is now and then */
static void tell(struct leg_transport *lt, uint64_t now_us)
{
	struct leg *leg = lt->leg;

	if (lt->carried == lt->told_carried || now_us < lt->told_next_us)
		return;

	lt->told_carried = lt->carried;
	lt->told_next_us = now_us + TELL_US;
	leg->host->events->relay(leg, lt->relay, lt->carried, leg->host->arg);
}


/* Of DTLS and keys it knows nothing, so it neither fails nor closes */
static void state_h(enum transport_state state, const char *reason, void *arg)
{
	struct leg_transport *lt = arg;

	(void)reason;
	lt->carried = state == TRANSPORT_CONNECTED;
	tell(lt, clock_us());
}


static void hold(const struct leg_transport *lt)
{
	const struct leg_settings *s = &lt->leg->settings;
	const struct transport_hold held = {
		.sound_from = s->muted,
		.picture_from = s->video_muted,
		.sound_to = s->deaf,
		.picture_to = false,
		.all = s->early || s->aside,
	};

	if (lt->t && lt->kind == TRANSPORT_RELAY)
		transport_hold(lt->t, &held);
}


static struct transport_payloads payloads(const uint32_t *types, size_t count)
{
	struct transport_payloads p = {{0, 0}};

	for (size_t i = 0; i < count; i++) {
		if (types[i] < 128)
			p.bits[types[i] / 64] |= 1ull << types[i] % 64;
	}

	return p;
}


static int set_remote(struct leg_transport *lt,
		      const struct transport_description *d)
{
	struct transport_remote r;
	int err;

	memset(&r, 0, sizeof(r));
	r.leg = lt->leg->id;
	r.relay = d->relay;
	r.ice_ufrag = d->known ? d->ice_ufrag : NULL;
	r.ice_pwd = d->known ? d->ice_pwd : NULL;
	r.sound = payloads(d->sound, d->sound_count);
	r.picture = payloads(d->picture, d->picture_count);
	r.kbps = d->kbps;
	r.no_data = d->no_data;
	err = transport_set_remote(lt->t, &r);
	if (!err && d->known && !lt->since_us)
		lt->since_us = clock_us();

	return err;
}


static int make(struct leg_transport *lt)
{
	static const struct transport_handlers handlers = {.state = state_h};
	int err;

	err = transport_alloc(&lt->t, lt->leg->host->net, TRANSPORT_RELAY, 0,
			      TRANSPORT_SUITE_NONE, &handlers, lt);
	/* before anything can go over */
	if (!err)
		hold(lt);

	return err;
}


int leg_relay_follow(struct leg_transport *lt,
		     const struct transport_description *d, char *why)
{
	int err = 0;

	if (lt->kind != TRANSPORT_RELAY || lt->relay != d->relay)
		leg_transport_drop(lt);
	lt->kind = TRANSPORT_RELAY;
	lt->relay = d->relay;
	if (!d->relay)
		return 0;

	if (!lt->t)
		err = make(lt);
	if (!err)
		err = set_remote(lt, d);
	if (err == EBUSY)
		snprintf(why, DESCRIPTION_WHY_BYTES,
			 "transport %zu: its relay has two ends", lt->index);

	return err;
}


void leg_relays_hold(const struct leg *leg)
{
	for (size_t i = 0; i < leg->transport_count; i++)
		hold(&leg->transports[i]);
}


void leg_relays_tick(struct leg *leg, uint64_t now_us)
{
	for (size_t i = 0; i < leg->transport_count; i++)
		tell(&leg->transports[i], now_us);
}
