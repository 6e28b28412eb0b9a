/**
 * @file mixer/server/mixer.c  All mixes and legs of one process
 */
#include <errno.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "mixer/leg/media_codec.h"
#include "mixer/mp/link.h"
#include "mixer/mp/protocol.h"
#include "mixer/server/mixer_events.h"
#include "mixer/server/mixer.h"
#include "mixer/server/tick.h"
#include "mixer/voice/voices.h"


enum {
	HASH_BUCKETS = 1024,
	/* of mixes that are being freed, and from one to the next */
	SLICE_US = 2000,
	SLICE_INTERVAL_MS = 5,
};

struct beat {
	uint64_t tick, now_us;
};


static void mixer_destructor(void *arg)
{
	struct mixer *mixer = arg;

	mixer->closed = NULL;
	if (mixer->mixes)
		hash_flush(mixer->mixes);

	list_flush(&mixer->ending);
	tmr_cancel(&mixer->end);
	mem_deref(mixer->mixes);
	mem_deref(mixer->waiting);
	mem_deref(mixer->voices);
	mem_deref(mixer->legs);
	mem_deref(mixer->tick);
	mem_deref(mixer->engine);
	mem_deref(mixer->net);
	mem_deref(mixer->link);
}


static bool tick_mix(struct le *le, void *arg)
{
	const struct beat *beat = arg;

	mix_tick(le->data, beat->tick, beat->now_us);

	return false;
}


static bool tick_leg(struct le *le, void *arg)
{
	const struct beat *beat = arg;

	leg_tick(le->data, beat->now_us);

	return false;
}


static void tick_handler(uint64_t number, uint64_t now_us, void *arg)
{
	struct mixer *mixer = arg;
	struct beat beat = {number, now_us};

	hash_apply(mixer->mixes, tick_mix, &beat);
	waiting_room_tick(mixer->waiting, number, now_us);
	hash_apply(mixer->legs, tick_leg, &beat);
	video_engine_tick(mixer->engine, now_us);
	net_tick(mixer->net, now_us);
}


void mixer_schedule(struct mixer *mixer)
{
	int err;

	if (!mixer->totals.legs) {
		tick_stop(mixer->tick);
		return;
	}

	err = tick_start(mixer->tick);
	if (err)
		log_error("mixer", "no_tick error=%d", err);
}


static void end_h(void *arg)
{
	struct mixer *mixer = arg;
	uint64_t until_us = clock_us() + SLICE_US;

	while (mixer->ending.head && clock_us() < until_us) {
		struct mix *mix = mixer->ending.head->data;

		if (mix_dismiss(mix, until_us))
			mem_deref(mix);
	}

	if (mixer->ending.head)
		tmr_start(&mixer->end, SLICE_INTERVAL_MS, end_h, mixer);
}


void mixer_end_mix(struct mixer *mixer, struct mix *mix, uint64_t until_us)
{
	mix_end(mix, &mixer->ending);
	if (mix_dismiss(mix, until_us))
		mem_deref(mix);
	else if (!tmr_isrunning(&mixer->end))
		tmr_start(&mixer->end, SLICE_INTERVAL_MS, end_h, mixer);
}


static bool is_mix(struct le *le, void *arg)
{
	return mix_id(le->data) == *(const uint64_t *)arg;
}


static bool is_leg(struct le *le, void *arg)
{
	return leg_id(le->data) == *(const uint64_t *)arg;
}


struct mix *mixer_mix(const struct mixer *mixer, uint64_t id)
{
	struct le *le = hash_lookup(mixer->mixes, (uint32_t)id, is_mix, &id);

	return le ? le->data : NULL;
}


struct leg *mixer_leg(const struct mixer *mixer, uint64_t id)
{
	struct le *le = hash_lookup(mixer->legs, (uint32_t)id, is_leg, &id);

	return le ? le->data : NULL;
}


void mixer_event(struct mixer *mixer, json_t *msg)
{
	int err = mixer->link ? link_event(mixer->link, msg) : ENOTCONN;

	if (!mixer->link)
		json_decref(msg);
	else if (err && err != EPIPE)
		log_warn("mixer", "event_lost error=%d", err);
}


static void message_h(json_t *msg, void *arg)
{
	struct mixer *mixer = arg;

	mixer->config.requesth(mixer, msg);
}


static void close_h(int err, void *arg)
{
	struct mixer *mixer = arg;

	log_info("mixer", "link_closed error=%d", err);
	if (mixer->closed)
		mixer->closed(mixer->arg);
}


static void hello(struct mixer *mixer)
{
	struct mixer_capabilities c;
	json_t *event =
		json_pack("{s:s,s:i,s:i,s:i}", "event", "hello", "version",
			  MP_VERSION, "pid", (int)getpid(), "webrtc_port",
			  (int)net_webrtc_port(mixer->net));

	leg_codecs_capable(&c);
	(void)mixer_capabilities_write(&c, event);
	mixer_event(mixer, event);
}


/* What legs and mixes are handed of this server */
static void set_hosts(struct mixer *mixer)
{
	struct leg_host *leg = &mixer->leg_host;
	struct mix_host *mix = &mixer->mix_host;

	leg->net = mixer->net;
	leg->net_config = &mixer->config.net;
	leg->engine = mixer->engine;
	leg->legs = mixer->legs;
	leg->media_timeout_s = mixer->config.media_timeout_s;
	leg->events = &server_leg_events;
	leg->arg = mixer;
	mix->mixes = mixer->mixes;
	mix->engine = mixer->engine;
	mix->waiting = mixer->waiting;
	mix->totals = &mixer->totals;
	mix->events = &server_mix_events;
	mix->arg = mixer;
}


int mixer_alloc(struct mixer **mp, const struct mixer_config *config,
		int link_fd, void (*closed)(void *arg), void *arg)
{
	struct mixer *mixer = mem_zalloc(sizeof(*mixer), mixer_destructor);
	int err;

	if (!mixer)
		return ENOMEM;

	mixer->config = *config;
	mixer->arg = arg;
	tmr_init(&mixer->end);
	err = hash_alloc(&mixer->mixes, HASH_BUCKETS);
	if (!err)
		err = hash_alloc(&mixer->legs, HASH_BUCKETS);
	if (!err)
		err = tick_alloc(&mixer->tick, tick_handler, mixer);
	if (!err)
		err = waiting_room_alloc(&mixer->waiting,
					 &mixer->totals.audio_renditions);
	if (!err)
		err = voices_alloc(&mixer->voices, config->announcements);
	if (!err)
		err = net_alloc(&mixer->net, &config->net);
	if (!err && config->give_up_files)
		config->give_up_files(arg);
	if (!err)
		err = video_engine_alloc(&mixer->engine,
					 config->video_workers);
	if (!err)
		err = link_alloc(&mixer->link, link_fd, message_h, close_h,
				 mixer);
	if (err) {
		mem_deref(mixer);
		return err;
	}

	link_accept_descriptors(mixer->link);
	set_hosts(mixer);
	mixer->closed = closed;
	hello(mixer);
	*mp = mixer;

	return 0;
}
