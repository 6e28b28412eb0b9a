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
	/** What a network may reorder (RFC 3550 A.1), and for how long */
	MISORDER_MAX = 100,
	MISORDER_US = 1000000,
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


/** A new press. @return true when that tells the digit before it, which never
 *  ended, or this one */
static bool press(struct telephone_event *t, const struct event_packet *p,
		  uint32_t timestamp, uint32_t clock_hz, char *digit,
		  unsigned *duration_ms)
{
	/* the new one, if this is already its end, is told by the next tick */
	bool done = t->pending && complete(t, clock_hz, digit, duration_ms);

	t->before_any = t->any && !t->renewed;
	t->before_event = t->event;
	t->before_timestamp = t->timestamp;
	t->any = t->pending = true;
	t->ended = p->end;
	t->event = p->event;
	t->timestamp = timestamp;
	t->duration = p->duration;
	t->earlier = 0;
	if (p->end && !done)
		done = complete(t, clock_hz, digit, duration_ms);

	return done;
}


/** A packet of the press that is being, or was last, received */
static bool update(struct telephone_event *t, const struct event_packet *p,
		   uint32_t clock_hz, char *digit, unsigned *duration_ms)
{
	if (!t->pending)
		return false;

	if (p->duration > t->duration)
		t->duration = p->duration;
	t->ended |= p->end;

	return p->end && complete(t, clock_hz, digit, duration_ms);
}


/** By its number it was sent before what is known */
static bool is_late(const struct telephone_event *t, uint16_t seq,
		    uint64_t now_us)
{
	int16_t ahead = (int16_t)(uint16_t)(seq - t->seq);

	return ahead <= 0 && ahead > -MISORDER_MAX &&
	       now_us - t->last_us < MISORDER_US;
}


static bool is_known(const struct telephone_event *t,
		     const struct event_packet *p, uint32_t timestamp)
{
	return p->event == t->event && timestamp == t->timestamp;
}


/** The end of the press before, once more */
static bool is_of_before(const struct telephone_event *t,
			 const struct event_packet *p, uint32_t timestamp)
{
	return t->before_any && p->event == t->before_event &&
	       timestamp == t->before_timestamp;
}


/** The same key, under the same time stamp, was let go and pressed again. The
 *  marker alone does not say so: some senders set it in every packet */
static bool is_again(const struct telephone_event *t,
		     const struct event_packet *p, uint64_t now_us)
{
	if (p->duration < t->duration)
		return true;

	return t->ended && (!p->end || now_us - t->last_us > TIMEOUT_US);
}


/** A long press goes on in a new segment (section 2.5.1.3): where the one
 *  before ended */
static bool continues(const struct telephone_event *t,
		      const struct event_packet *p, uint32_t timestamp,
		      bool marker)
{
	uint32_t length = timestamp - t->timestamp;

	return t->pending && !t->ended && p->event == t->event &&
	       (length == DURATION_MAX ||
		(!marker && length && length == t->duration));
}


/** A press of the source before that this one goes on with, or whose end it
 *  repeats */
static bool is_taken_over(const struct telephone_event *t,
			  const struct event_packet *p, bool marker,
			  uint64_t now_us)
{
	return !marker && p->event == t->event && p->duration >= t->duration &&
	       now_us - t->last_us < TIMEOUT_US;
}


static bool in_order(struct telephone_event *t, const struct event_packet *p,
		     const struct telephone_event_packet *packet,
		     uint32_t clock_hz, uint64_t now_us, char *digit,
		     unsigned *duration_ms)
{
	uint32_t timestamp = packet->timestamp;
	bool of_last = is_known(t, p, timestamp) &&
		       !(packet->marker && is_again(t, p, now_us));

	if (t->renewed && is_taken_over(t, p, packet->marker, now_us)) {
		t->timestamp = timestamp;
		of_last = true;
	}
	else if (t->renewed) {
		of_last = false;
	}
	else if (continues(t, p, timestamp, packet->marker)) {
		t->earlier += timestamp - t->timestamp;
		t->timestamp = timestamp;
		t->duration = 0;
		of_last = true;
	}

	if (of_last)
		return update(t, p, clock_hz, digit, duration_ms);

	if (!t->renewed && !packet->marker && is_of_before(t, p, timestamp))
		return false;

	return press(t, p, timestamp, clock_hz, digit, duration_ms);
}


bool telephone_event_put(struct telephone_event *t,
			 const struct telephone_event_packet *packet,
			 uint32_t clock_hz, uint64_t now_us, char *digit,
			 unsigned *duration_ms)
{
	struct event_packet p;
	bool done;

	if (!t || !digit || clock_hz < 1000 ||
	    !decode(&p, packet->payload, packet->len))
		return false;

	if (t->any && !t->renewed && is_late(t, packet->seq, now_us))
		return is_known(t, &p, packet->timestamp) &&
		       update(t, &p, clock_hz, digit, duration_ms);

	done = t->any ? in_order(t, &p, packet, clock_hz, now_us, digit,
				 duration_ms)
		      : press(t, &p, packet->timestamp, clock_hz, digit,
			      duration_ms);
	t->renewed = false;
	t->seq = packet->seq;
	t->last_us = now_us;

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


void telephone_event_renew(struct telephone_event *t)
{
	t->renewed = true;
}


bool telephone_event_end(struct telephone_event *t, uint32_t clock_hz,
			 char *digit, unsigned *duration_ms)
{
	bool pending = t->pending;

	if (pending && clock_hz)
		(void)complete(t, clock_hz, digit, duration_ms);
	memset(t, 0, sizeof(*t));

	return pending && clock_hz;
}
