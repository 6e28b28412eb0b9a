/**
 * @file signaling/attempts.h  Wrong passwords by address and by user
 *
 * A bucket a key: so many failures a minute are free, more are counted as
 * too many until time has passed. The table is bounded; the key that failed
 * longest ago makes room. Who was right lately is known by address and user,
 * so that others who try a user's password do not lock it out where it is.
 * Time is an argument.
 */
#ifndef PARLEY_SIGNALING_ATTEMPTS_H
#define PARLEY_SIGNALING_ATTEMPTS_H

#include <stdbool.h>
#include "mixer/base/re.h"

enum {
	ATTEMPTS_KEYS_MAX = 8192,
	ATTEMPTS_KNOWN_MAX = 8192, /**< users at addresses */
	ATTEMPTS_KEY_SIZE = 80,
};

struct attempts;

/** @param per_minute Failures a minute that a key may have; 0: no limit */
int attempts_alloc(struct attempts **ap, unsigned per_minute);

/** Key of an address: IPv4 as such, IPv6 by its /64 */
void attempts_address_key(char key[ATTEMPTS_KEY_SIZE], const struct sa *sa);

/** Key of a user, NAME or NAME@REALM; never one of an address */
void attempts_user_key(char key[ATTEMPTS_KEY_SIZE], const struct pl *user);

/**
 * One more failure
 *
 * @param now_ms Monotonic time in milliseconds
 * @return true if it is the one that makes them too many: time for a log line
 */
bool attempts_failed(struct attempts *a, const char *key, uint64_t now_ms);

/** Has it failed too often of late? */
bool attempts_too_many(struct attempts *a, const char *key, uint64_t now_ms);

/** This user was right from this address */
void attempts_passed(struct attempts *a, const char *address,
		     const char *user);

/** Is it among the last that were? */
bool attempts_knows(const struct attempts *a, const char *address,
		    const char *user);

/** Keys that have failed of late */
size_t attempts_keys(const struct attempts *a);

#endif
