/**
 * @file mixer/audio/telephone_event.h  DTMF by RTP (RFC 4733)
 *
 * One receiver a stream; a digit is reported once, at its first packet with
 * the end bit or when its time is up, whatever was lost or repeated.
 */
#ifndef PARLEY_MIXER_AUDIO_TELEPHONE_EVENT_H
#define PARLEY_MIXER_AUDIO_TELEPHONE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zeroed by the owner */
struct telephone_event {
	bool pending;
	bool any;
	uint8_t event;
	uint16_t seq; /**< newest packet's */
	uint32_t timestamp;
	uint32_t duration;
	uint64_t last_us; /**< arrival of the newest packet */
	uint64_t earlier; /**< duration of the segments before this */
	bool ended;       /**< its end came */
	bool renewed;     /**< numbers and times may be others from now on */
	/* the press before, whose end may be repeated yet */
	bool before_any;
	uint8_t before_event;
	uint32_t before_timestamp;
};

/** A packet as it came */
struct telephone_event_packet {
	const uint8_t *payload;
	size_t len;
	uint16_t seq;
	uint32_t timestamp;
	bool marker;
};

/**
 * A telephone-event packet
 *
 * Which press it tells of is said by time stamp, event code and order of the
 * sequence numbers together: some senders give several digits one time stamp.
 * Repeated end packets (section 2.5.1.4) and late ones are no presses.
 *
 * @param digit       Set when one is complete: 0-9 * # A-D
 * @param duration_ms Its length; may be NULL
 * @return true when a digit was completed by this packet
 */
bool telephone_event_put(struct telephone_event *t,
			 const struct telephone_event_packet *packet,
			 uint32_t clock_hz, uint64_t now_us, char *digit,
			 unsigned *duration_ms);

/** Every tick: a digit whose end packets were all lost completes by time */
bool telephone_event_tick(struct telephone_event *t, uint32_t clock_hz,
			  uint64_t now_us, char *digit, unsigned *duration_ms);

/** Another SSRC follows: nothing of its numbers and times is known, but a key
 *  that is down may still be */
void telephone_event_renew(struct telephone_event *t);

/** No more packets will come: a key that is down completes now */
bool telephone_event_end(struct telephone_event *t, uint32_t clock_hz,
			 char *digit, unsigned *duration_ms);

#endif
