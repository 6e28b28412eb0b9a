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
	uint32_t timestamp;
	uint32_t duration;
	uint64_t last_us;
	uint64_t earlier; /**< duration of the segments before this */
	bool ended;       /**< told by the next tick */
};

/**
 * A telephone-event packet
 *
 * @param digit       Set when one is complete: 0-9 * # A-D
 * @param duration_ms Its length
 * @return true when a digit was completed by this packet
 */
bool telephone_event_put(struct telephone_event *t, const uint8_t *payload,
			 size_t len, uint32_t timestamp, uint32_t clock_hz,
			 uint64_t now_us, char *digit, unsigned *duration_ms);

/** Every tick: a digit whose end packets were all lost completes by time */
bool telephone_event_tick(struct telephone_event *t, uint32_t clock_hz,
			  uint64_t now_us, char *digit, unsigned *duration_ms);

#endif
