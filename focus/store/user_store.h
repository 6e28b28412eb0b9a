/**
 * @file focus/store/user_store.h  Users who may register and call, in the
 * store
 *
 * A subscriber is the user part of an address-of-record at our domain and the
 * sums of its password that digest authentication needs (RFC 7616 section
 * 3.4.2), for MD5 and SHA-256, with the name alone and as NAME@REALM, because
 * clients send either. No password is kept. The sums hold for one realm, the
 * configuration's domain: with another domain every password has to be set
 * again. One thread; a look-up is one prepared statement on a cached page.
 */
#ifndef PARLEY_FOCUS_STORE_USER_STORE_H
#define PARLEY_FOCUS_STORE_USER_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "focus/store/digest_sum.h"

enum {
	SUBSCRIBER_NAME_MAX = 64,
	SUBSCRIBER_PASSWORD_MIN = 6,
	SUBSCRIBER_PASSWORD_MAX = 128,
	SUBSCRIBERS_MAX = 100000,
};

/** Realm of a server that has no domain */
#define SUBSCRIBER_REALM_DEFAULT "parley"

struct user_store;
struct store;

/**
 * Ownership: mem_deref(), before the store
 *
 * @param store  Borrowed
 * @param domain Of the configuration; "": SUBSCRIBER_REALM_DEFAULT
 * @return 0 or errno, logged. Users whose sums are of another realm are
 *         counted in a warning
 */
int user_store_alloc(struct user_store **sp, struct store *store,
		     const char *domain);

/** Open a store that cannot be written anew, and take the users that are in
 * it.
 *  @return true: try again later */
bool user_store_retry(struct user_store *s);

/** The realm of challenges */
const char *user_store_realm(const struct user_store *s);

/** Who hears that a user was removed; called from within user_store_remove()
 */
void user_store_set_removed_handler(struct user_store *s,
				    void (*removedh)(const char *name,
						     void *arg),
				    void *arg);

/** How many there are. 0 as well when the store cannot be read */
size_t user_store_count(const struct user_store *s);

/** May a user be called that: 1 to 64 of a-z 0-9 . _ - +, as in the user part
 *  of a SIP URI that needs no escapes? */
bool user_store_name_good(const char *name);

/** 6 to 128 bytes, none of them a control byte? */
bool user_store_password_good(const char *password);

/**
 * Add one
 *
 * @return 0; EEXIST there is one; EINVAL bad name or password; EOVERFLOW too
 *         many; other errno of the store
 */
int user_store_add(struct user_store *s, const char *name,
		   const char *password);

/** Another password, sums of the realm of now. @return 0; ENOENT; as above */
int user_store_set_password(struct user_store *s, const char *name,
			    const char *password);

/** @return 0; ENOENT; as above */
int user_store_remove(struct user_store *s, const char *name);

/**
 * All of them by name
 *
 * @param listp [{"name", "realm", "created":unix_s, "usable":true|false}];
 *              usable: its sums are of the realm of now. New reference
 * @return 0 or errno
 */
int user_store_list(struct user_store *s, json_t **listp);

/**
 * What the response to a challenge is checked with
 *
 * @param user As the client gives it: NAME or NAME@REALM
 * @param name Set to NAME
 * @param ha1  Set to the sum that fits `user`
 * @return 0; ENOENT no such user of this realm; errno of the store
 */
int user_store_lookup(struct user_store *s, const struct pl *user,
		      enum digest_algorithm algorithm,
		      char name[SUBSCRIBER_NAME_MAX + 1],
		      char ha1[DIGEST_HEX_SIZE]);

#endif
