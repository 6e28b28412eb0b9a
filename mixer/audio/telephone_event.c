/**
 * @file mixer/audio/telephone_event.c  DTMF receiver (RFC 4733 section 2.5)
 */
#include <string.h>
#include "mixer/audio/telephone_event.h"


enum {
	PAYLOAD_BYTES = 4,
	DTMF_EVENTS = 16,
	DURATION_MAX = 0xffff,
	/** Silence after which the end packets count as lost */
	TIMEOUT_US = 200000,
	/** A packet older than this much is a new stream, not a late one */
	LATE_MAX_MS = 10000,
};

struct event_packet {
	uint8_t event;
	bool end;
	uint16_t duration;
};


static bool decode(struct event_packet *p, const uint8_t *payload, size_t len)
{
	if (!payload || len < PAYLOAD_BYTES || payload[0] >= DTMF_EVENTS)
		return false;

	p->event = payload[0];
	p->end = payload[1] & 0x80;
	p->duration = (uint16_t)(payload[2] << 8 | payload[3]);

	return true;
}


static bool complete(struct telephone_event *t, uint32_t clock_hz, char *digit,
		     unsigned *duration_ms)
{
	uint64_t units = (uint64_t)t->earlier + t->duration;

	t->pending = false;
	*digit = "0123456789*#ABCD"[t->event];
	if (duration_ms)
		*duration_ms = (unsigned)(units * 1000 / clock_hz);

	return true;
}


static void begin(struct telephone_event *t, const struct event_packet *p,
		  uint32_t timestamp, uint64_t now_us)
{
	t->any = t->pending = true;
	t->ended = p->end;
	t->event = p->event;
	t->timestamp = timestamp;
	t->duration = p->duration;
	t->earlier = 0;
	t->last_us = now_us;
}


/** A long press goes on in a new segment (section 2.5.1.3) */
static bool continues(const struct telephone_event *t,
		      const struct event_packet *p, uint32_t timestamp)
{
	return t->pending && !t->ended && p->event == t->event &&
	       timestamp == t->timestamp + DURATION_MAX;
}


static bool is_late(const struct telephone_event *t, uint32_t timestamp,
		    uint32_t clock_hz)
{
	int32_t ahead = (int32_t)(timestamp - t->timestamp);

	return ahead < 0 && ahead > -(int32_t)(clock_hz / 1000 * LATE_MAX_MS);
}


/** A packet of the event that is being, or was last, received */
static bool update(struct telephone_event *t, const struct event_packet *p,
		   uint32_t clock_hz, uint64_t now_us, char *digit,
		   unsigned *duration_ms)
{
	if (!t->pending)
		return false;

	if (p->duration > t->duration)
		t->duration = p->duration;
	t->last_us = now_us;

	return p->end && complete(t, clock_hz, digit, duration_ms);
}


bool telephone_event_put(struct telephone_event *t, const uint8_t *payload,
			 size_t len, uint32_t timestamp, uint32_t clock_hz,
			 uint64_t now_us, char *digit, unsigned *duration_ms)
{
	struct event_packet p;
	bool done = false;

	if (!t || !digit || clock_hz < 1000 || !decode(&p, payload, len))
		return false;

	if (t->any && timestamp == t->timestamp)
		return update(t, &p, clock_hz, now_us, digit, duration_ms);

	if (t->any && continues(t, &p, timestamp)) {
		t->earlier += DURATION_MAX;
		t->timestamp = timestamp;
		t->duration = 0;
		return update(t, &p, clock_hz, now_us, digit, duration_ms);
	}

	if (t->any && is_late(t, timestamp, clock_hz))
		return false;

	/* a new digit while the last one never ended: that one is over; the
	 * new one, if this is already its end, is told by the next tick */
	if (t->pending)
		done = complete(t, clock_hz, digit, duration_ms);

	begin(t, &p, timestamp, now_us);
	if (p.end && !done)
		done = complete(t, clock_hz, digit, duration_ms);

	return done;
}


bool telephone_event_tick(struct telephone_event *t, uint32_t clock_hz,
			  uint64_t now_us, char *digit, unsigned *duration_ms)
{
	if (!t || !digit || !clock_hz || !t->pending)
		return false;

	if (!t->ended && now_us - t->last_us < TIMEOUT_US)
		return false;

	return complete(t, clock_hz, digit, duration_ms);
}
