/**
 * @file focus/policy.h  Who may create, join and be dialled (RFC 4353)
 *
 * Pure: decides from what it is told, changes nothing, asks nobody. Holds
 * only the compiled pattern of permitted names.
 */
#ifndef PARLEY_FOCUS_POLICY_H
#define PARLEY_FOCUS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include "focus/reason.h"

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
	unsigned participants; /**< endpoints in it now */
	unsigned conferences;  /**< of the whole server */
};

/** @return 0, ENOMEM, EINVAL (pattern) */
int policy_alloc(struct policy **pp, const struct config *config);

/**
 * The name under which a conference is kept: lower case
 *
 * @param dst Gets POLICY_NAME_MAX + 1 bytes
 * @return REASON_NONE; REASON_NOT_FOUND: no conference can have that name
 *         (too long, a reserved word, against the pattern)
 */
enum reason policy_name(const struct policy *p, const char *name, char *dst);

/** May somebody come in? */
enum reason policy_join(const struct policy *p,
			const struct policy_facts *facts);

#endif
