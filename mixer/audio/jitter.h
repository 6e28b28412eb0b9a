/**
 * @file mixer/audio/jitter.h  Adaptive jitter buffer
 *
 * Keeps packets in order of sequence, knows the playout position (the RTP
 * time of the next sample to be decoded), measures how late packets come and
 * says which delay is right. Knows no codec: the caller says how long each
 * packet lasts. Time is an argument; nothing allocates after alloc.
 *
 * The lateness of a packet is its arrival less its RTP time, in one unit. The
 * least lateness of the last seconds is the base (so clock drift moves it);
 * the delay is what the position lies behind the base. Private to
 * mixer/audio; media thread.
 */
#ifndef PARLEY_MIXER_AUDIO_JITTER_H
#define PARLEY_MIXER_AUDIO_JITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	JITTER_SLOTS = 64,         /**< packets held; a power of two */
	JITTER_PAYLOAD_MAX = 1280, /**< an Opus frame is 1275 at most */
	JITTER_DELAY_MIN_MS = 20,
	JITTER_DELAY_MAX_MS = 400,
	JITTER_DELAY_CEIL_MS = 1000, /**< no configuration goes beyond */
};

struct jitter_packet {
	int64_t seq;       /**< extended; -1 = slot never used */
	int64_t timestamp; /**< extended */
	uint32_t units;    /**< how long it lasts, RTP clock; 0 for CN */
	uint16_t len;
	uint8_t format; /**< caller's */
	bool waiting;   /**< not played yet */
	uint8_t payload[JITTER_PAYLOAD_MAX];
};

enum jitter_result {
	JITTER_STORED,
	JITTER_LATE,      /**< its time is over, or it is a duplicate */
	JITTER_RESTARTED, /**< stored; sequence or time jumped, so that all
			       that was before is gone */
};

struct jitter;

/** Bounds in ms; 0 = defaults */
int jitter_alloc(struct jitter **jp, uint32_t delay_min_ms,
		 uint32_t delay_max_ms);

void jitter_bounds(struct jitter *j, uint32_t delay_min_ms,
		   uint32_t delay_max_ms);

/** Forget sequence, time and packets */
void jitter_reset(struct jitter *j);

/** Store a packet; payload at most JITTER_PAYLOAD_MAX bytes */
enum jitter_result jitter_put(struct jitter *j, uint32_t clock_hz,
			      uint8_t format, uint16_t seq, uint32_t timestamp,
			      bool marker, uint32_t units,
			      const uint8_t *payload, size_t len,
			      uint64_t now_us);

/** True once a packet came since alloc or reset */
bool jitter_started(const struct jitter *j);

/** The first packet not yet played whose time is not over, or NULL */
const struct jitter_packet *jitter_peek(struct jitter *j);

/** RTP units from the position to the packet; negative: inside it */
int64_t jitter_gap(const struct jitter *j, const struct jitter_packet *p);

/** True if packets before this one are missing (a gap otherwise is a pause
 *  of the sender) */
bool jitter_is_loss(const struct jitter *j, const struct jitter_packet *p);

/** The packet was played: the position is its end */
void jitter_take(struct jitter *j, const struct jitter_packet *p);

/** Time was filled with something else */
void jitter_advance(struct jitter *j, uint32_t units);

/** The position moves so that the delay becomes the target; never back.
 *  @return true if it moved */
bool jitter_align(struct jitter *j, int64_t ahead_us, uint64_t now_us);

/** Played packet number `back` (1 = the last) if it is still whole and the
 *  packets between are too, to warm up a decoder; else NULL */
const struct jitter_packet *jitter_played(const struct jitter *j, int back);

/** Playout delay now; `ahead_us` of sound are decoded and not played yet */
int64_t jitter_delay_us(const struct jitter *j, int64_t ahead_us,
			uint64_t now_us);

int64_t jitter_target_us(const struct jitter *j);

#endif
