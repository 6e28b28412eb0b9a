/**
 * @file signaling/transport/admission.h  Who is let in when all come at once
 *
 * A stranger is who has not shown that he gets what we send him: nobody
 * trusts him, he is in no dialog of ours and has answered nothing. All
 * strangers share one budget of messages, refilled evenly; so many as they
 * may be, and however few each sends, dialogs, users and the control socket
 * get the rest of the processor. When half of it is gone only those come in
 * who have been quiet, so that somebody new is heard beside a flood; of the
 * last quarter only what comes again after it was dropped (dropped.h), the
 * more often the surer, so that he is heard beside a flood that never has the
 * same source twice. Whoever is known has a budget of his kind for what is
 * outside of his dialogs. Pure; time is an argument.
 */
#ifndef PARLEY_SIGNALING_TRANSPORT_ADMISSION_H
#define PARLEY_SIGNALING_TRANSPORT_ADMISSION_H

#include "mixer/base/re.h"

enum {
	/** Seconds of the rate that may be used at once */
	ADMISSION_BURST_S = 2,
	/** A source is quiet with one message in so many seconds, and three at
	 *  once */
	ADMISSION_QUIET_S = 8,
	/** What a request costs that begins something: a call, a binding */
	ADMISSION_BEGIN_COST = 2,
	/** Known ones have so many times the strangers' budget */
	ADMISSION_KNOWN_TIMES = 2,
};

struct admission;

/**
 * @param rate Messages a second of all strangers; 0: no limit for anybody
 * @return 0, ENOMEM
 */
int admission_alloc(struct admission **ap, unsigned rate);

/**
 * May this message of a stranger come in?
 *
 * @param times How often it was dropped before
 * @param cost  At least 1
 */
bool admission_stranger(struct admission *a, const struct sa *source,
			unsigned times, unsigned cost, uint64_t now_ms);

/** And this of one who is known, outside of a dialog? */
bool admission_known(struct admission *a, unsigned cost, uint64_t now_ms);

#endif
