/**
 * @file signaling/auth/auth_throttle.h  Wrong passwords by address and by user
 *
 * A bucket a key: so many failures a minute are free, more are counted as
 * too many until time has passed. The table is bounded; the key that failed
 * longest ago makes room. Who was right lately is known by address and user,
 * so that others who try a user's password do not lock it out where it is.
 * Time is an argument.
 */
#ifndef PARLEY_SIGNALING_AUTH_AUTH_THROTTLE_H
#define PARLEY_SIGNALING_AUTH_AUTH_THROTTLE_H

#include <stdbool.h>
#include "mixer/base/re.h"

enum {
	AUTH_THROTTLE_KEYS_MAX = 8192,
	AUTH_THROTTLE_KNOWN_MAX = 8192, /**< users at addresses */
	AUTH_THROTTLE_KEY_SIZE = 80,
};

struct auth_throttle;

/** @param per_minute Failures a minute that a key may have; 0: no limit */
int auth_throttle_alloc(struct auth_throttle **ap, unsigned per_minute);

/** Key of an address: of its host (mixer/base/host_key.h) */
void auth_throttle_address_key(char key[AUTH_THROTTLE_KEY_SIZE],
			       const struct sa *sa);

/** Key of a user, NAME or NAME@REALM; never one of an address */
void auth_throttle_user_key(char key[AUTH_THROTTLE_KEY_SIZE],
			    const struct pl *user);

/** Key of a user at an address, of the keys of both; never one of these */
void auth_throttle_pair_key(char key[AUTH_THROTTLE_KEY_SIZE],
			    const char *address, const char *user);

/**
 * One more failure
 *
 * @param now_ms Monotonic time in milliseconds
 * @return true if it is the one that makes them too many: time for a log line
 */
bool auth_throttle_failed(struct auth_throttle *a, const char *key,
			  uint64_t now_ms);

/** Has it failed too often of late? */
bool auth_throttle_too_many(struct auth_throttle *a, const char *key,
			    uint64_t now_ms);

/** This user was right from this address */
void auth_throttle_passed(struct auth_throttle *a, const char *address,
			  const char *user);

/** Is it among the last that were? */
bool auth_throttle_knows(const struct auth_throttle *a, const char *address,
			 const char *user);

/** Keys that have failed of late */
size_t auth_throttle_keys(const struct auth_throttle *a);

#endif
