/**
 * @file signaling/transport/dropped.h  What was dropped of late, in case it
 * comes again
 *
 * A client repeats what is not answered, after T1 (500 ms), then twice as long
 * and so on (RFC 3261 section 17.1.1.2, 17.1.2.2). Who does so means it: a
 * flood that never repeats itself does not stand in his way, and one that does
 * has half as many sources for the same number of datagrams. A table of fixed
 * size; in each place what was repeated stays before what was not. Pure; time
 * is an argument.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_DROPPED_H
#define PARLEY_SIGNALING_TRANSPORT_DROPPED_H

#include "mixer/base/re.h"

enum {
	/** 12 bytes each: 8000 a second push out hardly one that is to be
	 *  repeated within ten */
	DROPPED_MAX = 131072,
	/** Sooner it is no repetition but a copy: T1 may be shorter than
	 *  RFC 3261's */
	DROPPED_APART_MS = 200,
	/** Forgotten after so long: INVITE's last repetition comes 16 s after
	 *  the one before */
	DROPPED_MS = 20000,
	DROPPED_TIMES_MAX = 15,
};

struct dropped;

/** @return 0, ENOMEM */
int dropped_alloc(struct dropped **dp);

/**
 * How often was it dropped before, as a repetition of its own?
 *
 * @param key Sum of what its repetitions have the same, that nobody else can
 *            compute
 */
unsigned dropped_times(const struct dropped *d, uint64_t key, uint64_t now_ms);

/** It is dropped (again) */
void dropped_add(struct dropped *d, uint64_t key, uint64_t now_ms);

#endif
