/**
 * @file mixer/server/requests.c  The table of ops
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "mixer/leg/leg.h"
#include "mixer/leg/media.h"
#include "mixer/mix/mix.h"
#include "mixer/mp/leg_description.h"
#include "mixer/mp/link.h"
#include "mixer/server/mixer.h"
#include "mixer/server/requests.h"
#include "mixer/server/server_private.h"
#include "mixer/server/stats.h"


enum {
	CANVAS_WIDTH = 1280,
	CANVAS_HEIGHT = 720,
	CANVAS_FPS = 25,
	CANVAS_MIN = 64,
	CANVAS_MAX = 4096,
	PICTURE_SIDE = 1920, /* what is composed and sent at most */
	PICTURE_AREA = 1920 * 1088,
	FPS_MAX = 30,
	KBPS_CEILING = 20000,
	VOLUME_MIN_DB = -60,
	VOLUME_MAX_DB = 20,
};

typedef int(request_h)(struct request *r);


int request_fail(struct request *r, int err, const char *why)
{
	snprintf(r->why, sizeof(r->why), "%s", why);

	return err;
}


static int get_id(struct request *r, const char *key, uint64_t *id)
{
	const json_t *j = json_object_get(r->msg, key);

	if (!json_is_integer(j) || json_integer_value(j) <= 0) {
		snprintf(r->why, sizeof(r->why), "%s: not a positive number",
			 key);
		return EINVAL;
	}

	*id = (uint64_t)json_integer_value(j);

	return 0;
}


int request_mix(struct request *r, struct mix **mixp)
{
	uint64_t id;
	int err = get_id(r, "mix", &id);

	if (err)
		return err;

	*mixp = mixer_mix(r->mixer, id);

	return *mixp ? 0 : request_fail(r, ENOENT, "no such mix");
}


int request_leg(struct request *r, struct leg **legp)
{
	uint64_t id;
	int err = get_id(r, "leg", &id);

	if (err)
		return err;

	*legp = mixer_leg(r->mixer, id);

	return *legp ? 0 : request_fail(r, ENOENT, "no such leg");
}


/* A display name, cut at a UTF-8 boundary */
static void get_name(const json_t *msg, char *dst, size_t size)
{
	const char *name = json_string_value(json_object_get(msg, "name"));
	size_t n;

	if (!name)
		return;

	n = strlen(name);
	if (n >= size) {
		n = size - 1;
		while (n && ((unsigned char)name[n] & 0xc0) == 0x80)
			n--;
	}

	memcpy(dst, name, n);
	dst[n] = '\0';
}


static int get_layout(struct request *r, enum video_layout *layout)
{
	const json_t *j = json_object_get(r->msg, "layout");
	int n;

	if (!j)
		return 0;

	n = json_is_string(j) ? video_layout_by_name(json_string_value(j))
			      : -1;
	if (n < 0)
		return request_fail(r, EINVAL, "layout: unknown name");

	*layout = (enum video_layout)n;

	return 0;
}


static int get_waiting(struct request *r, enum waiting_sound *sound)
{
	static const char *const names[WAITING_SOUNDS] = {
		[WAITING_MUSIC] = "music",
		[WAITING_SILENCE] = "silence",
	};
	const json_t *j = json_object_get(r->msg, "waiting");

	*sound = WAITING_MUSIC;
	if (!j)
		return 0;

	for (size_t i = 0; json_is_string(j) && i < WAITING_SOUNDS; i++) {
		if (!strcmp(json_string_value(j), names[i])) {
			*sound = (enum waiting_sound)i;
			return 0;
		}
	}

	return request_fail(r, EINVAL, "waiting: unknown name");
}


/* @param canvas kbps 0: not given */
static int get_canvas(struct request *r, struct video_canvas *canvas)
{
	int64_t width = CANVAS_WIDTH, height = CANVAS_HEIGHT;
	int64_t fps = CANVAS_FPS, kbps = 0;
	int err;

	err = description_number(r->msg, "width", CANVAS_MIN, CANVAS_MAX,
				 &width, r->why);
	if (!err)
		err = description_number(r->msg, "height", CANVAS_MIN,
					 CANVAS_MAX, &height, r->why);
	if (!err)
		err = description_number(r->msg, "fps", 1, 2 * FPS_MAX, &fps,
					 r->why);
	if (!err)
		err = description_number(r->msg, "kbps", 0, KBPS_CEILING,
					 &kbps, r->why);

	while (width > PICTURE_SIDE || height > PICTURE_SIDE ||
	       width * height > PICTURE_AREA) {
		width /= 2;
		height /= 2;
	}

	if (!err && (width < CANVAS_MIN || height < CANVAS_MIN))
		err = request_fail(r, EINVAL, "width, height: too oblong");

	canvas->width = (unsigned)width & ~1u;
	canvas->height = (unsigned)height & ~1u;
	canvas->fps = fps < FPS_MAX ? (unsigned)fps : FPS_MAX;
	canvas->kbps = kbps ? (unsigned)kbps
			    : video_usual_kbps(canvas->width, canvas->height);

	return err;
}


static int mix_create(struct request *r)
{
	enum video_layout layout = VIDEO_LAYOUT_GRID;
	enum waiting_sound waiting = WAITING_MUSIC;
	struct video_canvas canvas;
	struct mix *mix;
	bool echo = false;
	uint64_t id;
	int err;

	err = get_id(r, "mix", &id);
	if (!err)
		err = description_bool(r->msg, "echo", &echo, r->why);
	if (!err)
		err = get_canvas(r, &canvas);
	if (!err)
		err = get_layout(r, &layout);
	if (!err)
		err = get_waiting(r, &waiting);
	if (err)
		return err;

	if (mixer_mix(r->mixer, id))
		return request_fail(r, EEXIST, "mix exists");

	err = mix_alloc(&mix, &r->mixer->mix_host, id, &canvas, layout);
	if (!err)
		mix_set_waiting(mix, waiting);
	if (!err && echo)
		mix_set_echoes(mix);

	return err;
}


static int mix_set(struct request *r)
{
	const json_t *spotlight;
	enum video_layout layout;
	struct mix *mix;
	int err = request_mix(r, &mix);

	if (err)
		return err;

	layout = mix_layout(mix);
	err = get_layout(r, &layout);
	if (err)
		return err;

	mix_set_layout(mix, layout);
	spotlight = json_object_get(r->msg, "spotlight");
	if (json_is_integer(spotlight) && json_integer_value(spotlight) >= 0)
		mix_set_spotlight(mix,
				  (uint64_t)json_integer_value(spotlight));
	else if (spotlight)
		err = request_fail(r, EINVAL, "spotlight: no leg");

	return err;
}


static int mix_destroy(struct request *r)
{
	struct mix *mix;
	int err = request_mix(r, &mix);

	if (!err)
		mixer_end_mix(r->mixer, mix, clock_us() + LINK_TURN_US);

	return err;
}


static void fingerprint_copy(struct mp_fingerprint *to,
			     const struct transport_fingerprint *from)
{
	str_ncpy(to->hash, from->hash, sizeof(to->hash));
	str_ncpy(to->value, from->value, sizeof(to->value));
}


/* @param t NULL: of no relay */
static void transport_tell(struct local_transport *lt,
			   const struct transport *t)
{
	static const enum mp_transport kinds[] = {
		[TRANSPORT_PLAIN] = MP_PLAIN,
		[TRANSPORT_PLAIN_DTLS] = MP_PLAIN,
		[TRANSPORT_WEBRTC] = MP_WEBRTC,
		[TRANSPORT_RELAY] = MP_RELAY,
	};
	struct transport_local l;

	memset(&l, 0, sizeof(l));
	l.kind = TRANSPORT_RELAY;
	if (t)
		transport_local(t, &l);
	lt->kind = kinds[l.kind];
	str_ncpy(lt->ice_ufrag, l.ice_ufrag, sizeof(lt->ice_ufrag));
	str_ncpy(lt->ice_pwd, l.ice_pwd, sizeof(lt->ice_pwd));
	fingerprint_copy(&lt->fingerprint, &l.fingerprint);
	for (size_t i = 0; i < l.candidate_count; i++) {
		lt->candidates[i].addr = l.candidates[i].addr;
		lt->candidates[i].priority = l.candidates[i].priority;
		lt->candidates[i].tcp = l.candidates[i].tcp;
	}
	lt->candidate_count = l.candidate_count;
	lt->rtp = l.rtp;
	lt->rtcp_port = l.rtcp_port;
	lt->suite = mp_suite_by_name(transport_suite_name(l.suite));
	str_ncpy(lt->sdes_key, l.sdes_key, sizeof(lt->sdes_key));
}


/* LT and LM of the leg, as the reply */
static int leg_reply(struct request *r, const struct leg *leg)
{
	struct leg_local *l;
	int err = leg_local_alloc(&l, leg_transport_count(leg),
				  leg_media_count(leg));

	if (err)
		return err;

	for (size_t i = 0; i < leg_transport_count(leg); i++)
		transport_tell(&l->transports[i], leg_transport(leg, i));

	for (size_t i = 0; i < leg_media_count(leg); i++) {
		const struct send_stream *s =
			media_outgoing(leg_media(leg, i));

		l->media[i].ssrc = send_stream_ssrc(s);
		l->media[i].rtx_ssrc = send_stream_rtx_ssrc(s);
		str_ncpy(l->media[i].cname, leg_cname(leg),
			 sizeof(l->media[i].cname));
	}

	r->result = json_object();
	err = leg_local_write(l, r->result);
	if (err) {
		json_decref(r->result);
		r->result = NULL;
	}
	mem_deref(l);

	return err;
}


/* What the signalling of the far end has shown; absent: as it was */
static int get_proven(struct request *r, struct leg_settings *settings)
{
	char host[64] = "";
	int err;

	err = description_bool(r->msg, "vouched", &settings->vouched, r->why);
	if (err || !json_object_get(r->msg, "proven"))
		return err;

	err = description_string(r->msg, "proven", host, sizeof(host), r->why);
	if (err)
		return err;

	sa_init(&settings->proven, AF_UNSPEC);
	if (host[0] && sa_set_str(&settings->proven, host, 0))
		return request_fail(r, EINVAL, "proven: not an address");

	return 0;
}


/* A leg of its own, in the mix */
static int leg_make(struct request *r, struct mix *mix, uint64_t id,
		    const struct leg_description *d, struct leg **legp)
{
	struct leg_settings settings;
	struct leg *leg = NULL;
	int err;

	memset(&settings, 0, sizeof(settings));
	get_name(r->msg, settings.name, sizeof(settings.name));
	err = description_bool(r->msg, "early", &settings.early, r->why);
	if (!err)
		err = description_bool(r->msg, "aside", &settings.aside,
				       r->why);
	if (!err)
		err = leg_alloc(&leg, &r->mixer->leg_host, id, &settings);
	if (!err)
		err = leg_configure(leg, d, r->why);
	if (!err)
		err = mix_add(mix, leg);
	if (err)
		mem_deref(leg);
	else
		*legp = leg;

	return err;
}


static int leg_add(struct request *r)
{
	struct leg_description *d = NULL;
	struct leg *leg;
	struct mix *mix;
	uint64_t id;
	int err;

	err = request_mix(r, &mix);
	if (!err)
		err = get_id(r, "leg", &id);
	if (!err)
		err = leg_description_read(&d, r->msg, r->why);
	if (!err && mixer_leg(r->mixer, id))
		err = request_fail(r, EEXIST, "leg exists");
	if (!err)
		err = leg_make(r, mix, id, d, &leg);
	if (!err) {
		err = leg_reply(r, leg);
		if (err)
			mix_remove(leg);
	}
	mem_deref(d);

	return err;
}


static int leg_modify(struct request *r)
{
	struct leg_description *d = NULL;
	struct leg *leg;
	int err = request_leg(r, &leg);

	if (!err)
		err = leg_description_read(&d, r->msg, r->why);
	if (!err)
		err = leg_configure(leg, d, r->why);
	if (!err)
		err = leg_reply(r, leg);
	mem_deref(d);

	return err;
}


static int get_volume(struct request *r, const char *key, float *db)
{
	const json_t *j = json_object_get(r->msg, key);
	double v;

	if (!j)
		return 0;

	v = json_number_value(j);
	if (!json_is_number(j) || !(v >= VOLUME_MIN_DB && v <= VOLUME_MAX_DB))
		return request_fail(r, EINVAL, "volume: not -60 to 20");

	*db = (float)v;

	return 0;
}


static int leg_set(struct request *r)
{
	struct leg_settings next;
	struct leg *leg;
	int err = request_leg(r, &leg);

	if (err)
		return err;

	/* all or nothing */
	next = *leg_settings(leg);
	err = description_bool(r->msg, "muted", &next.muted, r->why);
	if (!err)
		err = description_bool(r->msg, "deaf", &next.deaf, r->why);
	if (!err)
		err = description_bool(r->msg, "video_muted",
				       &next.video_muted, r->why);
	if (!err)
		err = description_bool(r->msg, "early", &next.early, r->why);
	if (!err)
		err = description_bool(r->msg, "aside", &next.aside, r->why);
	if (!err)
		err = description_bool(r->msg, "cut_off", &next.cut_off,
				       r->why);
	if (!err)
		err = description_bool(r->msg, "crosses", &next.crosses,
				       r->why);
	if (!err)
		err = get_proven(r, &next);
	if (!err)
		err = get_volume(r, "volume_in_db", &next.volume_in_db);
	if (!err)
		err = get_volume(r, "volume_out_db", &next.volume_out_db);
	if (!err)
		err = mix_set_aside(leg, next.aside);
	if (err)
		return err;

	get_name(r->msg, next.name, sizeof(next.name));
	leg_follow_settings(leg, &next);

	return 0;
}


static int leg_remove(struct request *r)
{
	struct leg *leg;
	int err = request_leg(r, &leg);

	if (!err)
		mix_remove(leg);

	return err;
}


static int leg_move(struct request *r)
{
	struct leg *leg = NULL;
	struct mix *to = NULL;
	int err = request_leg(r, &leg);

	if (!err)
		err = request_mix(r, &to);
	if (!err)
		err = mix_move(leg, to);
	/* without a picture it can go on */
	if (err && leg && mix_of(leg) == to) {
		log_warn("requests", "no picture leg=%u error=%d",
			 (unsigned)leg_id(leg), err);
		err = 0;
	}

	return err ? err : leg_reply(r, leg);
}


static int leg_keyframe(struct request *r)
{
	struct leg *leg;
	int err = request_leg(r, &leg);

	if (!err)
		leg_want_keyframe(leg);

	return err;
}


static int ice_listen(struct request *r)
{
	const json_t *ports = json_object_get(r->msg, "tcp_ports"), *port;
	uint16_t numbers[4] = {0};
	size_t i;

	if (!json_is_array(ports) ||
	    json_array_size(ports) > ARRAY_SIZE(numbers))
		return request_fail(r, EINVAL, "tcp_ports: not a list of few");

	json_array_foreach (ports, i, port) {
		json_int_t n = json_integer_value(port);

		if (!json_is_integer(port) || n < 0 || n > UINT16_MAX)
			return request_fail(r, EINVAL,
					    "tcp_ports: not a port");
		numbers[i] = (uint16_t)n;
	}

	net_set_tcp_ports(r->mixer->net, numbers, i);

	return 0;
}


static int ice_take(struct request *r)
{
	int fd = link_take_descriptor(r->mixer->link);

	return fd < 0 ? request_fail(r, EBADF, "no descriptor")
		      : net_take_stream(r->mixer->net, fd);
}


static int stats(struct request *r)
{
	int64_t after = 0;
	int err = description_number(r->msg, "after", 0, INT64_MAX, &after,
				     r->why);

	if (!err)
		r->result = stats_json(r->mixer, (uint64_t)after);

	return err;
}


static int ping(struct request *r)
{
	(void)r;

	return 0;
}


static const struct {
	const char *op;
	request_h *handler;
} table[] = {
	{"mix.create", mix_create},
	{"mix.set", mix_set},
	{"mix.remove", mix_destroy},
	{"mix.announce", request_mix_announce},
	{"leg.add", leg_add},
	{"leg.modify", leg_modify},
	{"leg.set", leg_set},
	{"leg.move", leg_move},
	{"leg.remove", leg_remove},
	{"leg.announce", request_leg_announce},
	{"leg.keyframe", leg_keyframe},
	{"ice.listen", ice_listen},
	{"ice.take", ice_take},
	{"stats", stats},
	{"ping", ping},
};


static void handle(struct mixer *mixer, const json_t *msg)
{
	const char *op = json_string_value(json_object_get(msg, "op"));
	struct request r = {mixer, msg, NULL, ""};
	int err = ENOSYS;

	for (size_t i = 0; op && i < sizeof(table) / sizeof(table[0]); i++) {
		if (!strcmp(op, table[i].op)) {
			err = table[i].handler(&r);
			break;
		}
	}

	if (!err) {
		(void)link_reply(mixer->link, msg, r.result);
		return;
	}

	if (!r.why[0])
		snprintf(r.why, sizeof(r.why), "%s",
			 err == ENOSYS ? "unknown op" : strerror(err));

	log_debug("requests", "refused code=%d why=\"%s\"", err, r.why);
	(void)link_reply_error(mixer->link, msg, err, r.why);
}


void requests_handle(struct mixer *mixer, const json_t *msg)
{
	uint64_t began_us = clock_us();

	handle(mixer, msg);
	durations_add(&mixer->requests, clock_us() - began_us);
}
