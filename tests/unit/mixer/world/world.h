/**
 * @file world.h  A mixer in this process, its focus, and phones on loopback
 *
 * The mixer is driven over a real link and real sockets by libre's loop. A
 * phone sends a tone in PCMU every 20 ms and keeps what it hears.
 */
#ifndef PARLEY_TESTS_MIXER_WORLD_H
#define PARLEY_TESTS_MIXER_WORLD_H

#include <jansson.h>
#include "mixer/base/re.h"
#include "mixer/mp/link.h"
#include "mixer/server/mixer.h"

enum {
	WORLD_RATE_HZ = 8000,
	WORLD_HEARD_MAX = 8000 * 8,
	WORLD_EVENTS_MAX = 256,
};

struct world {
	struct mixer *mixer;
	struct link *focus;
	struct tmr beat;
	unsigned left_ms; /**< of what world_run() waits for */
	json_t *events[WORLD_EVENTS_MAX];
	size_t event_count;
	json_t *reply;
	int reply_err;
	bool replied;
};

struct phone {
	int fd;
	uint16_t port;
	struct sa mixer; /**< where it sends to */
	unsigned leg;
	double hz; /**< of its tone, 0: it sends nothing */
	double phase;
	uint8_t pt;
	uint16_t seq;
	uint32_t timestamp, ssrc;
	struct tmr tmr;
	uint64_t due_ms; /**< its next packet */
	int16_t heard[WORLD_HEARD_MAX];
	size_t heard_count;
	uint32_t last_timestamp, last_ssrc;
	uint16_t last_seq;
	unsigned packets,
		jumps; /**< packets whose seq or time did not follow */
	uint8_t last_pt;
};

void world_open(struct world *w, unsigned media_timeout_s);
void world_close(struct world *w);

/** Run the loop for a while, in beats; one that comes late counts once, so
 * that what the machine had no time for is waited for */
void world_run(struct world *w, unsigned ms);

/** Run until something is so, at most this long: a busy machine is no fault.
 *  The test asserts the condition afterwards */
#define world_until(w, condition, ms)                                         \
	do {                                                                  \
		for (unsigned t_ = 0; t_ < (ms) && !(condition); t_ += 20)    \
			world_run((w), 20);                                   \
	} while (0)


/** Send a request and wait for the reply (borrowed until the next); its
 *  errno in w->reply_err */
json_t *world_ask(struct world *w, json_t *msg);

/** Beats that the mixer missed because the host stood still: so often a stream
 *  may not follow. Asks it */
unsigned world_missed(struct world *w);

/** Number of events of that name, and with that leg when leg > 0 */
size_t world_events(const struct world *w, const char *name, unsigned leg);
const json_t *world_event(const struct world *w, const char *name,
			  unsigned leg);

/** A phone that has joined mix 1; description as phone_description() */
void phone_join(struct world *w, struct phone *p, unsigned leg, double hz);
void phone_close(struct phone *p);

/** {op, mix, leg, transports, media} of a PCMU phone; new reference */
json_t *phone_description(const struct phone *p, const char *op, bool send,
			  bool recv);

void phone_send(struct phone *p, uint8_t pt, bool marker, uint32_t timestamp,
		const uint8_t *payload, size_t len);

/** Power of a tone in the last `ms` heard, dB below full scale (positive) */
double phone_tone_dbfs(const struct phone *p, double hz, unsigned ms);

#endif
