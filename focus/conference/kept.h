/**
 * @file focus/conference/kept.h  What is somebody's when he comes back
 *
 * Who leaves without being thrown out, and could prove that he is the same
 * (by the secret that he was given, or a proved address), keeps his place,
 * his rights, what was set of him and what tells him from others of his name,
 * as long as the conference goes on. It goes on over the end that nobody
 * wanted, a crash or restart of parleyd too, for MEMBERS_KEPT_S: who comes in
 * first then is not who made it. Bounded; the last to leave are kept.
 * Parleyd's loop only.
 */
#ifndef PARLEY_FOCUS_CONFERENCE_KEPT_H
#define PARLEY_FOCUS_CONFERENCE_KEPT_H

#include "focus/conference/bearer.h"
#include "focus/conference/join.h"
#include "focus/conference/secret.h"
#include "mixer/base/re.h"

struct conference;
struct endpoint;
struct focus;
struct member_store;

struct kept {
	struct le le; /**< in conference->kept while he is away */
	struct secret_sum secret; /**< given to the leg that he left with */
	char *aor;                /**< on the roster */
	bool known;               /**< that is proved */
	unsigned place, number, namesake; /**< of struct user, endpoint */
	bool moderator, creator;
	struct endpoint_levels levels;
};

/** A conference that is over, and that nobody ended */
struct past;

/** For an endpoint that is to leave one day. @return NULL: out of memory */
struct kept *kept_alloc(void);

/** Whose place is it that somebody takes who joins, as he proves? Borrowed;
 *  NULL: nobody's. It stays kept until kept_take() */
struct kept *kept_find(const struct conference *c, const struct join *join);

/** It is connected: what was kept for it is its own now */
void kept_take(struct endpoint *ep);

/** It leaves: from now on it is kept, if it can prove itself one day
 *
 * @param thrown_out Or it is not, nor what was kept for it before
 * @param follows    Another has its place already: it is not either
 */
void kept_leave(struct endpoint *ep, bool thrown_out, bool follows);

/** What is its own has changed, or it has another secret: keep it over a crash
 *  as it is now */
void kept_write(const struct endpoint *ep);

/** Keep them where parleyd finds them when it is started anew, and find those
 *  of before. @param store Borrowed; NULL: nowhere */
void kept_open(struct focus *f, struct member_store *store);

/** The store can be written again: all that are in are not in there */
void kept_write_all(struct focus *f);

/** Those of conferences that are over, and the timers */
void kept_close(struct focus *f);

/* ---- past.c */

/** Is that the name of a conference that is over, but goes on with who comes
 *  back? */
bool past_exists(const struct focus *f, const char *name);

/** One of that name begins: it is that one if there was one */
void past_adopt(struct conference *c);

/** It is over. @param reason Why the last one has left */
void past_keep(struct conference *c, enum reason reason);

#endif
