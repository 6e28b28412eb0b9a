/**
 * @file focus/policy/policy.h  Who may create, join and be dialled (RFC 4353)
 *
 * Pure: decides from what it is told, changes nothing, asks nobody. Holds
 * only the compiled patterns of names.
 */
#ifndef PARLEY_FOCUS_POLICY_POLICY_H
#define PARLEY_FOCUS_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include "focus/policy/reason.h"

struct policy;
struct config;

enum {
	/** Longest conference name, in bytes */
	POLICY_NAME_MAX = 64
};

/** What a decision rests on */
struct policy_facts {
	bool shutting_down;
	bool exists; /**< the conference does */
	bool locked;
	bool invited;          /**< a moderator had it dialled */
	bool replaces;         /**< it takes the place of one that is in */
	bool fresh;            /**< policy_name_is_fresh() */
	bool factory;          /**< a factory makes it now */
	unsigned participants; /**< endpoints that are in it now */
	unsigned room;         /**< most that it takes */
	bool host;    /**< it may be one, for whom there is always room */
	bool crowded; /**< as many wait to be let in as may, and so would it */
	unsigned conferences; /**< of the whole server */
};

/** @return 0, ENOMEM, EINVAL (pattern) */
int policy_alloc(struct policy **pp, const struct config *config);

/**
 * Can this configuration's accounts be called? What config_load() cannot know
 *
 * @param words Set to what is wrong (static), "key: words"; NULL: nothing
 * @param which Set to which value of that key it is
 * @return 0, EINVAL, ENOMEM
 */
int policy_check(const struct config *config, const char **words,
		 size_t *which);

/**
 * The name under which a conference is kept: lower case
 *
 * @param dst Gets POLICY_NAME_MAX + 1 bytes
 * @return REASON_NONE; REASON_NOT_FOUND: no conference can have that name
 *         (too long, a reserved word, a factory's or an emergency number,
 *         against the pattern)
 */
enum reason policy_name(const struct policy *p, const char *name, char *dst);

/** Is it the user part of a factory's URI (RFC 4579 section 5.4)? */
bool policy_is_factory(const struct policy *p, const char *name);

/** Is the conference of that name (policy_name()) an echo test? */
bool policy_is_echo(const struct policy *p, const char *name);

/** Do telephones call it to be asked for the number of a conference? As
 *  policy_is_echo() */
bool policy_is_dial_in(const struct policy *p, const char *name);

/**
 * A name for a new conference, which nobody can guess
 *
 * Such names may always exist, whatever the pattern of names says, but only a
 * factory begins them: who dials one of a conference that is over, or tries
 * his luck, finds nothing.
 *
 * @param dst Gets POLICY_NAME_MAX + 1 bytes
 */
void policy_fresh_name(char *dst);

/** Has it the form of those? */
bool policy_name_is_fresh(const char *name);

/**
 * May somebody have others dialled, by REFER or a list (the key dial_out)?
 *
 * @param member Is, or is just becoming, a member of the conference
 * @param known  Authenticated, or asserted by a trusted host
 */
bool policy_may_dial(const struct config *config, bool member, bool known);

/** May somebody come in? */
enum reason policy_join(const struct policy *p,
			const struct policy_facts *facts);

#endif
