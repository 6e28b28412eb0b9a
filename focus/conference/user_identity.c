/**
 * @file focus/conference/user_identity.c  Who is who, and whose rights are his
 *
 * An address is proved, or it is a label. All legs of a proved one are one
 * user. Who only claims one is himself: what he may, he may by the dialog that
 * he is in, or by what proves that he is the one of another dialog: Replaces
 * that only he could send, or the secret he was given.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "mixer/base/utf8.h"


/** What the others see instead of a name */
#define ANONYMOUS "Anonymous"

/** Tells a user's address from another's who claims the same */
#define USER_GUEST_PARAM ";guest="


static void user_destructor(void *arg)
{
	struct user *u = arg;

	list_unlink(&u->le);
	mem_deref(u->aor);
}


static struct user *user_find(const struct conference *c, const char *aor)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		struct user *u = le->data;

		if (!u->anonymous && !str_casecmp(u->aor, aor))
			return u;
	}

	return NULL;
}


/** What the others see instead of an anonymous user: a URI that leads nowhere
 *  (RFC 3323 section 4.1.1.3) and is nobody else's in this conference */
static int anonymous_aor(char **dst, unsigned number)
{
	return re_sdprintf(dst, "sip:anonymous%u@anonymous.invalid", number);
}


/** An address that another user has already, as of one more. Whoever has come
 *  back may have a number that is higher than the conference's last */
static int guest_aor(char **dst, const struct conference *c, const char *aor,
		     unsigned guest)
{
	for (;; guest++) {
		int err = re_sdprintf(dst, "%s" USER_GUEST_PARAM "%u", aor,
				      guest);

		if (err || !user_find(c, *dst))
			return err;

		*dst = mem_deref(*dst);
	}
}


/** Somebody has proved that an address is his: who only claimed it gives it
 *  up */
static int yield_aor(struct user *u, unsigned guest)
{
	char *aor;
	int err = guest_aor(&aor, u->conference, u->aor, guest);

	if (err)
		return err;

	mem_deref(u->aor);
	u->aor = aor;
	for (struct le *e = u->endpoints.head; e; e = e->next)
		endpoint_tell_renamed(e->data);

	return 0;
}


/** One that comes back has what told it from others of its address */
static bool has_again(const struct conference *c, const struct join *join,
		      const struct kept *back)
{
	return back && !join->known && user_aor_is(back->aor, join->aor) &&
	       !user_find(c, back->aor);
}


/** The address it is on the roster by; unlike all others' */
static int take_aor(struct user *u, const struct join *join,
		    const struct kept *back)
{
	const unsigned number = u->conference->last_number + 1;
	struct user *other;
	char *aor;
	int err;

	if (join->anonymous)
		return anonymous_aor(&u->aor, number);
	if (has_again(u->conference, join, back)) {
		u->aor = mem_ref(back->aor);
		return 0;
	}

	err = user_dup_text(&aor, join->aor, USER_URI_MAX);
	if (err)
		return err;

	other = user_find(u->conference, aor);
	if (other && !join->known) {
		err = guest_aor(&u->aor, u->conference, aor, number);
		mem_deref(aor);
		return err;
	}

	u->aor = aor;

	return other ? yield_aor(other, number) : 0;
}


bool user_is_guest_aor(const char *uri)
{
	return strstr(uri, USER_GUEST_PARAM) != NULL;
}


bool user_aor_is(const char *shown, const char *aor)
{
	const size_t len = strlen(aor);

	return !strncasecmp(shown, aor, len) &&
	       (!shown[len] || !strncmp(shown + len, USER_GUEST_PARAM,
					sizeof(USER_GUEST_PARAM) - 1));
}


bool user_is_in(const struct user *u)
{
	for (struct le *le = u->endpoints.head; le; le = le->next) {
		if (endpoint_is_in(le->data))
			return true;
	}

	return false;
}


const struct endpoint *user_leg_proved(const struct conference *c,
				       const struct join *join)
{
	const struct endpoint *ep = endpoint_by_secret(c->focus, join->secret);

	return ep && ep->user->conference == c ? ep : NULL;
}


const struct user *user_known(const struct conference *c,
			      const struct join *join)
{
	const struct user *u = join->known && !join->anonymous
				       ? user_find(c, join->aor)
				       : NULL;

	return u && u->known ? u : NULL;
}


struct user *user_at(const struct conference *c, unsigned place)
{
	for (struct le *le = c->users.head; le; le = le->next) {
		struct user *u = le->data;

		if (u->place == place)
			return u;
	}

	return NULL;
}


/** The user it is one more leg of: by what is proved */
static struct user *user_same(const struct conference *c,
			      const struct join *join, const struct kept *back)
{
	const struct endpoint *ep;
	struct user *u;

	if (join->anonymous)
		return NULL;

	if (join->known || join->dialled_out) {
		u = user_find(c, join->aor);
		return u && (join->known ? u->known : u->called) ? u : NULL;
	}

	ep = join->inherits ? endpoint_by_leg(c->focus, join->replaces_leg)
			    : user_leg_proved(c, join);
	u = ep && ep->user->conference == c ? ep->user : NULL;
	/* it has left, and another leg of its user has not */
	if (!u && back)
		u = user_at(c, back->place);

	return u && !u->known && !u->anonymous &&
			       user_aor_is(u->aor, join->aor)
		       ? u
		       : NULL;
}


/** What he is for having made it comes with entry_begin() */
static void take_rights(struct user *u, const struct join *join,
			const struct kept *back)
{
	const struct endpoint *self = user_leg_proved(u->conference, join);

	if (back)
		u->role = MAX(u->role, back->role);
	/* another leg of his is still here, by another name */
	if (self)
		u->role = MAX(u->role, self->user->role);
}


/** In the order of places, which is that of coming */
static void enlist(struct user *u)
{
	struct list *users = &u->conference->users;

	for (struct le *le = users->tail; le; le = le->prev) {
		const struct user *before = le->data;

		if (before->place < u->place) {
			list_insert_after(users, le, &u->le, u);
			return;
		}
	}
	list_prepend(users, &u->le, u);
}


/** Another place than before for whom the others see as another */
static unsigned place_of(const struct conference *c, const struct join *join,
			 const struct kept *back, unsigned number)
{
	return back && !join->anonymous && !join->dialled_out &&
			       user_aor_is(back->aor, join->aor) &&
			       !user_at(c, back->place)
		       ? back->place
		       : number;
}


int user_get(struct user **up, struct conference *c, const struct join *join,
	     const struct kept *back, unsigned number)
{
	struct user *u = user_same(c, join, back);
	int err;

	if (u) {
		if (back)
			u->role = MAX(u->role, back->role);
		*up = u;
		return 0;
	}

	u = mem_zalloc(sizeof(*u), user_destructor);
	if (!u)
		return ENOMEM;

	u->conference = c;
	u->known = join->known && !join->anonymous;
	u->called = join->dialled_out;
	u->anonymous = join->anonymous;
	u->place = place_of(c, join, back, number);
	err = take_aor(u, join, back);
	if (err) {
		mem_deref(u);
		return err;
	}

	take_rights(u, join, back);
	user_name(u->display, sizeof(u->display),
		  join->anonymous ? ANONYMOUS : join->display,
		  join->anonymous ? u->aor : join->aor);
	enlist(u);
	*up = u;

	return 0;
}


/* ---------------------------------------------------------------- heirs */

static struct endpoint *heir_of(const struct endpoint *ep)
{
	const struct conference *c = ep->user->conference;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			struct endpoint *heir = e->data;

			if (heir->replaces == ep->leg)
				return heir;
		}
	}

	return NULL;
}


/** Whom it has called may be called off by its heir */
static void bequeath_calls(const struct endpoint *ep,
			   const struct endpoint *heir)
{
	const struct conference *c = ep->user->conference;

	for (struct le *le = c->users.head; le; le = le->next) {
		const struct user *u = le->data;

		for (struct le *e = u->endpoints.head; e; e = e->next) {
			struct endpoint *called = e->data;

			if (called->referrer == ep->leg)
				called->referrer = heir->leg;
		}
	}
}


/** Of one name they cannot be told apart for long. @return true: it is shown
 *  by another one */
static bool take_label(struct endpoint *heir, const struct endpoint *ep)
{
	if (heir->namesake == ep->namesake ||
	    str_casecmp(heir->display, ep->display))
		return false;

	heir->namesake = ep->namesake;
	(void)str_ncpy(heir->label, ep->label, sizeof(heir->label));
	endpoint_update_bearers(heir);

	return true;
}


/** What was set of the leg stays: nobody is heard by replacing himself. The
 *  rights move with it to whom it is known to be the same. When who is
 * replaced goes first, of himself, it is the same */
struct endpoint *user_bequeath(const struct endpoint *ep)
{
	struct endpoint *heir = heir_of(ep);
	struct endpoint_levels levels;
	struct user *u;
	bool more;

	if (!heir)
		return NULL;

	heir->replaces = 0;
	if (heir->inherits)
		bequeath_calls(ep, heir);
	u = heir->user;
	more = heir->inherits && ep->user->role > u->role;
	if (more)
		u->role = ep->user->role;
	levels = ep->levels;
	levels.muted |= heir->levels.muted;
	levels.deaf |= heir->levels.deaf;
	levels.video_muted |= heir->levels.video_muted;
	endpoint_set_levels(heir, &levels);
	if (take_label(heir, ep) || more)
		endpoint_tell_renamed(heir);

	return heir->inherits ? heir : NULL;
}


/* ------------------------------------------------------------- anonymity */

struct user *user_mask(struct conference *c, unsigned number)
{
	struct user *u = mem_zalloc(sizeof(*u), user_destructor);

	if (!u)
		return NULL;

	if (anonymous_aor(&u->aor, number)) {
		mem_deref(u);
		return NULL;
	}

	u->conference = c;
	u->place = number;
	u->anonymous = true;
	(void)snprintf(u->display, sizeof(u->display), "%s", ANONYMOUS);

	return u;
}


void user_hide(struct endpoint *ep)
{
	struct user *old = ep->user, *u = ep->mask;

	ep->mask = NULL;
	mem_deref(ep->entity);
	ep->entity = mem_ref(u->aor);
	*ep->agent = '\0';
	(void)snprintf(ep->display, sizeof(ep->display), "%s", ANONYMOUS);

	enlist(u);
	list_unlink(&ep->le);
	list_append(&u->endpoints, &ep->le, ep);
	ep->user = u;
	if (list_isempty(&old->endpoints)) {
		u->role = old->role;
		u->entered = old->entered;
		mem_deref(old);
	}
	endpoint_set_label(ep, 0);
}
