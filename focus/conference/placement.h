/**
 * @file focus/conference/placement.h  May a conference whose mixer died go to
 * another one?
 *
 * It stays with its slot, where another process comes at once: so one that
 * kills mixers (by a packet that it gets) takes no other down with it. But a
 * slot whose processes do not come up, or die again and again, must not keep
 * it while others are free. Pure: time comes in, by any clock that only goes
 * forward.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_PLACEMENT_H
#define PARLEY_FOCUS_CONFERENCE_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/** Its slot has so long to bring another process */
	PLACEMENT_WAIT_MS = 1000,
	/** A mixer that dies so soon after the conference came to it may have
	 *  died of it */
	PLACEMENT_YOUNG_MS = 5000,
	/** After so many of them in a row it is more likely the machine: it
	 *  may share a mixer with others, once */
	PLACEMENT_RISK = 3,
	/** After so many it moves no more */
	PLACEMENT_QUICK_MAX = 6,
};

/** How it went so far; zeroed at first, written by placement.c only */
struct placement {
	uint64_t placed_ms; /**< came to the process it is in */
	uint64_t lost_ms;   /**< which died then */
	unsigned quick;     /**< mixers that died young under it, in a row */
	bool placed, risked;
};

enum placement_choice {
	PLACEMENT_STAY,
	PLACEMENT_IDLE, /**< to a mixer without any conference */
	PLACEMENT_ANY,  /**< to such a one, or to others' */
};

/** A process has it */
void placement_begin(struct placement *p, uint64_t now_ms);

/** That process is gone */
void placement_lost(struct placement *p, uint64_t now_ms);

/** Where may it go, as long as its slot has no process? */
enum placement_choice placement_choose(const struct placement *p,
				       uint64_t now_ms);

/** It goes to a mixer that has others */
void placement_joins_others(struct placement *p);

#endif
