/**
 * @file handset.c  A phone of any codec
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/leg/leg_private.h"
#include "mixer/mix/mix.h"
#include "mixer/net/net_private.h"
#include "mixer/net/rtp.h"
#include "tests/unit/mixer/world/handset.h"
#include "tests/unit/unit.h"


static const struct {
	uint32_t clock_hz, rate_hz;
} rates[AUDIO_CODEC_COUNT] = {
	[AUDIO_PCMU] = {8000, 8000},  [AUDIO_PCMA] = {8000, 8000},
	[AUDIO_G722] = {8000, 16000}, [AUDIO_OPUS] = {48000, 48000},
	[AUDIO_AMR] = {8000, 8000},   [AUDIO_AMR_WB] = {16000, 16000},
};


static void hear(struct handset *h, const struct rtp_packet *r)
{
	uint32_t units = h->codec.clock_hz / 1000 * h->codec.ptime_ms;
	int16_t pcm[AUDIO_PACKET_MAX_SAMPLES];
	size_t samples = 0;

	if (h->packets && (r->seq != (uint16_t)(h->last_seq + 1) ||
			   r->timestamp != h->last_timestamp + units))
		h->jumps++;

	h->packets++;
	h->markers += r->marker;
	h->last_seq = r->seq;
	h->last_timestamp = r->timestamp;
	h->last_ssrc = r->ssrc;
	h->last_bytes = r->payload_bytes;
	memcpy(h->last_payload, r->payload,
	       r->payload_bytes < sizeof(h->last_payload)
		       ? r->payload_bytes
		       : sizeof(h->last_payload));
	if (audio_decoder_decode(h->ear, r->payload, r->payload_bytes, pcm,
				 &samples, NULL))
		return;

	for (size_t i = 0; i < samples; i++) {
		if (h->heard_count < HANDSET_HEARD_MAX)
			h->heard[h->heard_count++] = pcm[i];
	}
}


static void listen_to(struct handset *h)
{
	uint8_t buf[2048];
	struct rtp_packet r;
	ssize_t n;

	while ((n = recv(h->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		if (n > 1 && buf[1] >= 200 && buf[1] <= 207)
			continue;
		if (!rtp_packet_decode(&r, buf, (size_t)n) &&
		    r.pt == HANDSET_PT)
			hear(h, &r);
	}
}


/* What the mixer sent while the loop ran, in its time, is none of ours */
static void listen_from_now(struct handset *h)
{
	if (h->listens)
		return;

	listen_to(h);
	h->listens = true;
	h->packets = h->markers = h->jumps = 0;
	h->heard_count = 0;
}


void handset_send(struct handset *h, uint8_t pt, uint32_t timestamp,
		  const uint8_t *payload, size_t len, uint64_t now_us)
{
	/* one element of one byte, id 1 (RFC 8285) */
	uint8_t extension[4] = {0x10, (uint8_t)h->level};
	struct rtp_packet p = {
		.pt = pt,
		.seq = h->seq++,
		.timestamp = timestamp,
		.ssrc = h->ssrc,
		.payload = payload,
		.payload_bytes = len,
	};

	if (h->level >= 0) {
		p.extension = extension;
		p.extension_bytes = sizeof(extension);
	}

	leg_packet(h->media, &p, false, now_us);
}


static void talk(struct handset *h, uint64_t now_us)
{
	uint8_t copy[AUDIO_PAYLOAD_MAX];
	int16_t pcm[AUDIO_TICK_SAMPLES];
	const uint8_t *payload;
	size_t len = 0;

	for (size_t i = 0; i < AUDIO_TICK_SAMPLES; i++) {
		pcm[i] = (int16_t)(h->amplitude * sin(h->phase));
		h->phase += 2 * M_PI * h->hz / AUDIO_RATE_HZ;
	}

	CU_ASSERT_EQUAL(audio_rendition_feed(h->mouth, pcm, &payload, &len),
			0);
	h->timestamp += audio_rendition_tick_units(h->mouth);
	if (!len)
		return;

	memcpy(copy, payload, len);
	if (h->cmr >= 0)
		copy[0] = (uint8_t)((copy[0] & 0x0f) | h->cmr << 4);
	handset_send(h, HANDSET_PT, h->timestamp, copy, len, now_us);
}


static bool tick_h(struct le *le, void *arg)
{
	const uint64_t now_us = *(const uint64_t *)arg;

	mix_tick(le->data, now_us / (AUDIO_TICK_MS * 1000), now_us);

	return false;
}


void handsets_run(struct world *w, struct handset *h, size_t count,
		  unsigned ms, uint64_t *now_us)
{
	for (size_t i = 0; i < count; i++)
		listen_from_now(&h[i]);
	for (unsigned n = 0; n < ms; n += AUDIO_TICK_MS) {
		*now_us += AUDIO_TICK_MS * 1000;
		for (size_t i = 0; i < count; i++)
			talk(&h[i], *now_us - 5000);

		(void)hash_apply(w->mixer->mixes, tick_h, now_us);
		waiting_room_tick(w->mixer->waiting,
				  *now_us / (AUDIO_TICK_MS * 1000), *now_us);
		for (size_t i = 0; i < count; i++) {
			leg_tick(h[i].media->leg, *now_us);
			listen_to(&h[i]);
		}
	}
}


json_t *handset_description(const struct handset *h, const char *op,
			    uint16_t port)
{
	char remote[64];

	snprintf(remote, sizeof(remote), "127.0.0.1:%u", port);

	return json_pack(
		"{s:s,s:i,s:i,s:s,s:[{s:s,s:s,s:b}],s:[{s:s,s:i,s:b,s:b,"
		"s:[{s:s,s:i,s:i,s:b}],s:[{s:i,s:i}],s:{s:i},s:i}]}",
		"op", op, "mix", 1, "leg", (int)h->leg, "name", "handset",
		"transports", "kind", "plain", "remote", remote, "rtcp_mux",
		true, "media", "kind", "audio", "transport", 0, "send", true,
		"recv", true, "codecs", "name", audio_codec_name(h->codec.id),
		"pt", HANDSET_PT, "clock", (int)h->codec.clock_hz,
		"octet_align", true, "events", "pt", HANDSET_EVENT_PT, "clock",
		8000, "extensions", "audio_level", 1, "ptime",
		(int)h->codec.ptime_ms);
}


static void dial(struct world *w, struct handset *h)
{
	struct sa local;

	h->fd = socket(AF_INET, SOCK_DGRAM, 0);
	sa_set_str(&local, "127.0.0.1", 0);
	CU_ASSERT_EQUAL_FATAL(bind(h->fd, &local.u.sa, local.len), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(h->fd, &local.u.sa, &local.len), 0);

	world_ask(w, handset_description(h, "leg.add", sa_port(&local)));
	CU_ASSERT_EQUAL_FATAL(w->reply_err, 0);
	h->media = mixer_leg(w->mixer, h->leg)->media[0];
	/* what it says passes by its transport, and so does that it is there
	 */
	plain_prove(h->media->lt->t, &local);
}


void handset_join(struct world *w, struct handset *h, unsigned leg,
		  enum audio_codec_id id, uint32_t ptime_ms)
{
	memset(h, 0, sizeof(*h));
	h->leg = leg;
	h->hz = 440;
	h->cmr = -1;
	h->level = -1;
	h->ssrc = 1000 + leg;
	h->codec.id = id;
	h->codec.clock_hz = rates[id].clock_hz;
	h->codec.rate_hz = rates[id].rate_hz;
	h->codec.ptime_ms = ptime_ms;
	h->codec.octet_align = true;
	h->heard = calloc(HANDSET_HEARD_MAX, sizeof(int16_t));
	CU_ASSERT_PTR_NOT_NULL_FATAL(h->heard);
	CU_ASSERT_EQUAL_FATAL(audio_rendition_alloc(&h->mouth, &h->codec), 0);
	CU_ASSERT_EQUAL_FATAL(audio_decoder_alloc(&h->ear, &h->codec), 0);
	dial(w, h);
}


void handset_close(struct handset *h)
{
	close(h->fd);
	mem_deref(h->mouth);
	mem_deref(h->ear);
	free(h->heard);
}


double handset_tone(const struct handset *h, double hz, size_t from,
		    size_t count)
{
	double re = 0, im = 0;

	if (from + count > h->heard_count)
		return 0;

	for (size_t i = 0; i < count; i++) {
		double a = 2 * M_PI * hz * (double)i / h->codec.rate_hz;

		re += h->heard[from + i] * cos(a);
		im += h->heard[from + i] * sin(a);
	}

	return 2 * sqrt(re * re + im * im) / (double)count;
}


double handset_loudness(const struct handset *h, unsigned ms, unsigned before)
{
	size_t per_ms = h->codec.rate_hz / 1000, n = ms * per_ms;
	double energy = 1e-9;

	if (h->heard_count < (ms + before) * per_ms)
		return -200;

	for (size_t i = h->heard_count - (ms + before) * per_ms; n--; i++)
		energy += (double)h->heard[i] * h->heard[i];

	return 10 * log10(energy / (ms * (double)per_ms) / 32768 / 32768);
}


int handset_step(const struct handset *h, unsigned from_ms, unsigned to_ms)
{
	size_t per_ms = h->codec.rate_hz / 1000;
	int most = 0;

	for (size_t i = from_ms * per_ms + 1;
	     i < h->heard_count && i < to_ms * per_ms; i++) {
		int step = abs(h->heard[i] - h->heard[i - 1]);

		most = step > most ? step : most;
	}

	return most;
}
