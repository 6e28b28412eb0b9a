/**
 * @file world.c  A mixer, its focus and phones in one loop
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/net/rtp.h"
#include "mixer/server/requests.h"
#include "tests/unit/mixer/world/world.h"
#include "tests/unit/unit.h"


enum {
	PACKET_SAMPLES = 160,
	PACKET_MS = 20,
	DEADLINE_MS = 5000,
	BEAT_MS = 20
};


/* ITU-T G.711, table 2a */
static uint8_t to_ulaw(int v)
{
	int sign = v < 0 ? 0x80 : 0;
	int exp = 7;

	v = (v < 0 ? -v : v) + 132;
	if (v > 32767)
		v = 32767;

	for (int mask = 0x4000; exp > 0 && !(v & mask); mask >>= 1)
		exp--;

	return (uint8_t) ~(sign | exp << 4 | ((v >> (exp + 3)) & 0x0f));
}


static int16_t from_ulaw(uint8_t u)
{
	int v;

	u = (uint8_t)~u;
	v = ((((u & 0x0f) << 3) + 132) << ((u >> 4) & 7)) - 132;

	return (int16_t)(u & 0x80 ? -v : v);
}


static void beat(void *arg)
{
	struct world *w = arg;
	unsigned ms = w->left_ms < BEAT_MS ? w->left_ms : BEAT_MS;

	if (!ms) {
		re_cancel();
		return;
	}
	w->left_ms -= ms;
	tmr_start(&w->beat, ms, beat, w);
}


void world_run(struct world *w, unsigned ms)
{
	w->left_ms = ms;
	beat(w);
	re_main(NULL);
	tmr_cancel(&w->beat);
}


static void focus_event(json_t *msg, void *arg)
{
	struct world *w = arg;

	if (w->event_count < WORLD_EVENTS_MAX)
		w->events[w->event_count++] = json_incref(msg);
}


static void focus_reply(int err, json_t *reply, void *arg)
{
	struct world *w = arg;

	w->reply = json_incref(reply);
	w->reply_err = err;
	w->replied = true;
	re_cancel();
}


json_t *world_ask(struct world *w, json_t *msg)
{
	json_decref(w->reply);
	w->reply = NULL;
	w->replied = false;
	CU_ASSERT_EQUAL_FATAL(link_request(w->focus, msg, focus_reply, w), 0);
	world_run(w, unit_patience_ms(DEADLINE_MS));
	CU_ASSERT_TRUE_FATAL(w->replied);

	return w->reply;
}


void world_open(struct world *w, unsigned media_timeout_s)
{
	struct mixer_config config;
	int fds[2];

	memset(w, 0, sizeof(*w));
	memset(&config, 0, sizeof(config));
	tmr_init(&w->beat);
	sa_set_str(&config.net.media_addresses[0], "127.0.0.1", 0);
	config.net.media_address_count = 1;
	config.net.rtp_port_min = 31000;
	config.net.rtp_port_max = 31999;
	config.media_timeout_s = media_timeout_s;
	config.video_workers = 1;
	config.requesth = requests_handle;

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(
		link_alloc(&w->focus, fds[0], focus_event, NULL, w), 0);
	CU_ASSERT_EQUAL_FATAL(
		mixer_alloc(&w->mixer, &config, fds[1], NULL, NULL), 0);
	world_ask(w, json_pack("{s:s,s:i,s:s}", "op", "mix.create", "mix", 1,
			       "name", "test"));
	CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);
}


void world_close(struct world *w)
{
	mem_deref(w->mixer);
	mem_deref(w->focus);
	json_decref(w->reply);
	for (size_t i = 0; i < w->event_count; i++)
		json_decref(w->events[i]);
}


static bool matches(const json_t *e, const char *name, unsigned leg)
{
	const char *n = json_string_value(json_object_get(e, "event"));

	return n && !strcmp(n, name) &&
	       (!leg || json_integer_value(json_object_get(e, "leg")) ==
				(json_int_t)leg);
}


unsigned world_missed(struct world *w)
{
	const json_t *reply = world_ask(w, json_pack("{s:s}", "op", "stats"));

	return (unsigned)json_integer_value(json_object_get(
		json_object_get(reply, "mixer"), "ticks_missed"));
}


size_t world_events(const struct world *w, const char *name, unsigned leg)
{
	size_t n = 0;

	for (size_t i = 0; i < w->event_count; i++)
		n += matches(w->events[i], name, leg);

	return n;
}


const json_t *world_event(const struct world *w, const char *name,
			  unsigned leg)
{
	for (size_t i = w->event_count; i; i--) {
		if (matches(w->events[i - 1], name, leg))
			return w->events[i - 1];
	}

	return NULL;
}


/* --------------------------------------------------------------- phone */

static void hear(struct phone *p, const struct rtp_packet *r)
{
	if (p->packets && (r->seq != (uint16_t)(p->last_seq + 1) ||
			   r->timestamp != p->last_timestamp + PACKET_SAMPLES))
		p->jumps++;

	p->packets++;
	p->last_seq = r->seq;
	p->last_timestamp = r->timestamp;
	p->last_ssrc = r->ssrc;
	p->last_pt = r->pt;
	for (size_t i = 0; r->pt == 0 && i < r->payload_bytes; i++) {
		if (p->heard_count < WORLD_HEARD_MAX)
			p->heard[p->heard_count++] = from_ulaw(r->payload[i]);
	}
}


static void phone_readable(int flags, void *arg)
{
	struct phone *p = arg;
	uint8_t buf[2048];
	struct rtp_packet r;
	ssize_t n;

	(void)flags;
	while ((n = recv(p->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (n > 1 && buf[1] >= 200 && buf[1] <= 207)
			continue;
		if (!rtp_packet_decode(&r, buf, (size_t)n))
			hear(p, &r);
	}
}


void phone_send(struct phone *p, uint8_t pt, bool marker, uint32_t timestamp,
		const uint8_t *payload, size_t len)
{
	uint8_t buf[1500];
	size_t n = rtp_packet_encode(buf, sizeof(buf), pt, marker, p->seq++,
				     timestamp, p->ssrc, NULL, 0);

	memcpy(buf + n, payload, len);
	(void)!sendto(p->fd, buf, n + len, 0, &p->mixer.u.sa, p->mixer.len);
}


static void phone_talk(struct phone *p)
{
	uint8_t payload[PACKET_SAMPLES];

	for (size_t i = 0; i < PACKET_SAMPLES; i++) {
		payload[i] = to_ulaw((int)(6000 * sin(p->phase)));
		p->phase += 2 * M_PI * p->hz / WORLD_RATE_HZ;
	}

	if (p->hz > 0)
		phone_send(p, p->pt, false, p->timestamp, payload,
			   sizeof(payload));
	p->timestamp += PACKET_SAMPLES;
}


/* On a busy machine a timer is late, but a phone's clock is not slow */
static void phone_beat(void *arg)
{
	struct phone *p = arg;

	for (; p->due_ms <= tmr_jiffies(); p->due_ms += PACKET_MS)
		phone_talk(p);

	tmr_start(&p->tmr, p->due_ms - tmr_jiffies(), phone_beat, p);
}


json_t *phone_description(const struct phone *p, const char *op, bool send,
			  bool recv)
{
	char remote[64];

	snprintf(remote, sizeof(remote), "127.0.0.1:%u", p->port);

	return json_pack(
		"{s:s,s:i,s:i,s:s,s:[{s:s,s:s,s:b}],"
		"s:[{s:s,s:i,s:b,s:b,s:[{s:s,s:i,s:i}],s:[{s:i,s:i}],s:i}]}",
		"op", op, "mix", 1, "leg", (int)p->leg, "name", "phone",
		"transports", "kind", "plain", "remote", remote, "rtcp_mux",
		true, "media", "kind", "audio", "transport", 0, "send", send,
		"recv", recv, "codecs", "name", "PCMU", "pt", 0, "clock", 8000,
		"events", "pt", 101, "clock", 8000, "ptime", 20);
}


void phone_join(struct world *w, struct phone *p, unsigned leg, double hz)
{
	struct sa local;
	json_t *lt;

	memset(p, 0, sizeof(*p));
	tmr_init(&p->tmr);
	p->leg = leg;
	p->hz = hz;
	p->ssrc = 1000 + leg;
	p->fd = socket(AF_INET, SOCK_DGRAM, 0);
	sa_set_str(&local, "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(bind(p->fd, &local.u.sa, local.len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(p->fd, &local.u.sa, &local.len), 0);
	p->port = sa_port(&local);
	CU_ASSERT_EQUAL_FATAL(fd_listen(p->fd, FD_READ, phone_readable, p), 0);

	world_ask(w, phone_description(p, "leg.add", true, true));
	CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);
	lt = json_array_get(json_object_get(w->reply, "transports"), 0);
	sa_set_str(&p->mixer,
		   json_string_value(json_object_get(lt, "address")),
		   (uint16_t)json_integer_value(json_object_get(lt, "port")));
	p->due_ms = tmr_jiffies() + leg % PACKET_MS;
	phone_beat(p);
}


void phone_close(struct phone *p)
{
	tmr_cancel(&p->tmr);
	fd_close(p->fd);
	close(p->fd);
}


double phone_tone_dbfs(const struct phone *p, double hz, unsigned ms)
{
	size_t n = (size_t)ms * WORLD_RATE_HZ / 1000;
	double re = 0, im = 0;

	if (n > p->heard_count)
		n = p->heard_count;
	if (!n)
		return 120;

	for (size_t i = 0; i < n; i++) {
		double v = p->heard[p->heard_count - n + i] / 32768.0;
		double a = 2 * M_PI * hz * (double)i / WORLD_RATE_HZ;

		re += v * cos(a);
		im += v * sin(a);
	}

	return -20 * log10(2 * sqrt(re * re + im * im) / (double)n + 1e-6);
}
