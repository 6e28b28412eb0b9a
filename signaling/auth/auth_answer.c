/**
 * @file signaling/auth/auth_answer.c  What is said to who has not proved
 * himself, and when
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/store/user_store.h"
#include "mixer/base/log.h"
#include "signaling/auth/auth_private.h"
#include "signaling/transport/layer.h"

/** A refusal that comes late */
struct pending {
	struct le le;
	struct auth *auth;
	struct tmr tmr;
	struct sip_msg *msg;
	struct sip_strans *st;
	char address_key[AUTH_THROTTLE_KEY_SIZE],
		user_key[AUTH_THROTTLE_KEY_SIZE],
		pair_key[AUTH_THROTTLE_KEY_SIZE];
};


bool auth_is_register(const struct sip_msg *msg)
{
	return !pl_strcmp(&msg->met, "REGISTER");
}


/** libre before 3.0 gives up when it meets an algorithm that it does not
 *  know, instead of taking the next challenge (RFC 8760 section 2.3) */
static bool knows_md5_only(const struct sip_msg *msg)
{
	static const char name[] = "baresip v";
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	const size_t len = sizeof(name) - 1;

	return hdr && hdr->val.l > len + 1 && !memcmp(hdr->val.p, name, len) &&
	       hdr->val.p[len] >= '0' && hdr->val.p[len] <= '2' &&
	       hdr->val.p[len + 1] == '.';
}


struct challenge {
	struct auth *auth;
	const struct sip_msg *msg;
	const char *client; /**< address key */
	bool stale;
};


/** The strongest first (RFC 8760 section 2.4), and MD5 last: the libraries of
 *  web pages know it only, and keep the last challenge */
static int print_challenges(struct re_printf *pf, const struct challenge *c)
{
	const char *name = auth_is_register(c->msg) ? "WWW" : "Proxy";
	int i = knows_md5_only(c->msg) ? DIGEST_MD5 : DIGEST_SHA256;
	char nonce[NONCE_SIZE];
	int err = 0;

	nonces_make(c->auth->nonces, nonce, c->client, tmr_jiffies());
	for (; i >= DIGEST_MD5 && !err; i--)
		err = re_hprintf(
			pf,
			"%s-Authenticate: Digest realm=\"%s\", nonce=\"%s\","
			" opaque=\"%s\",%s algorithm=%s, qop=\"auth\"\r\n",
			name, user_store_realm(c->auth->users), nonce,
			c->auth->opaque, c->stale ? " stale=true," : "",
			digest_algorithm_name((enum digest_algorithm)i));

	return err;
}


void auth_challenge(struct auth *a, const struct sip_msg *msg,
		    struct sip_strans **st, const char *client, bool stale)
{
	struct challenge c = {a, msg, client, stale};
	const bool registers = auth_is_register(msg);
	const uint16_t status = registers ? 401 : 407;
	const char *phrase =
		registers ? "Unauthorized" : "Proxy Authentication Required";

	++a->challenges;
	if (st)
		(void)sip_treplyf(st, NULL, a->sip, msg, false, status, phrase,
				  "%HContent-Length: 0\r\n\r\n",
				  print_challenges, &c);
	else
		(void)sip_replyf(a->sip, msg, status, phrase,
				 "%HContent-Length: 0\r\n\r\n",
				 print_challenges, &c);
}


void auth_refuse(struct auth *a, const struct sip_msg *msg, uint16_t status,
		 const char *phrase, const char *words)
{
	(void)sip_replyf(a->sip, msg, status, phrase,
			 "Warning: 399 parley \"%s\"\r\n"
			 "Content-Length: 0\r\n\r\n",
			 words);
}


void auth_refuse_busy(struct auth *a, const struct sip_msg *msg)
{
	++a->slowed;
	(void)sip_replyf(a->sip, msg, 503, "Service Unavailable",
			 "Retry-After: %u\r\nContent-Length: 0\r\n\r\n",
			 AUTH_RETRY_AFTER_S);
}


/* -------------------------------------------------------- late refusals */

static void pending_destructor(void *arg)
{
	struct pending *p = arg;

	tmr_cancel(&p->tmr);
	list_unlink(&p->le);
	--p->auth->pending_count;
	mem_deref(p->st);
	mem_deref(p->msg);
}


static void late_h(void *arg)
{
	struct pending *p = arg;

	auth_challenge(p->auth, p->msg, &p->st, p->address_key, false);
	mem_deref(p);
}


static void cancel_h(void *arg)
{
	struct pending *p = arg;

	(void)sip_treply(&p->st, p->auth->sip, p->msg, 487,
			 "Request Terminated");
	mem_deref(p);
}


static int refuse_late(const struct check *c)
{
	struct auth *a = c->auth;
	struct pending *p;
	int err;

	if (a->pending_count >= AUTH_PENDING_MAX)
		return EBUSY;

	p = mem_zalloc(sizeof(*p), pending_destructor);
	if (!p)
		return ENOMEM;

	p->auth = a;
	++a->pending_count;
	list_append(&a->pending, &p->le, p);
	tmr_init(&p->tmr);
	str_ncpy(p->address_key, c->address_key, sizeof(p->address_key));
	str_ncpy(p->user_key, c->user_key, sizeof(p->user_key));
	str_ncpy(p->pair_key, c->pair_key, sizeof(p->pair_key));
	p->msg = mem_ref((void *)c->msg);
	err = sip_strans_alloc(&p->st, a->sip, c->msg, cancel_h, p);
	if (err)
		mem_deref(p);
	else
		tmr_start(&p->tmr, AUTH_DELAY_MS, late_h, p);

	return err;
}


/** Which of the keys of a request are looked at */
struct keys {
	bool address, user, pair;
};


/** Who was right there lately is nobody but himself; others are who they say,
 *  and where they come from unless that stands for many */
static struct keys keys_of(const struct check *c)
{
	return (struct keys){.address = !c->proved && !c->shared,
			     .user = !c->proved,
			     .pair = c->proved};
}


static bool is_pending(const struct check *c, const struct keys *keys)
{
	struct le *le;

	for (le = list_head(&c->auth->pending); le; le = le->next) {
		const struct pending *p = le->data;

		if ((keys->address &&
		     !strcmp(p->address_key, c->address_key)) ||
		    (keys->user && !strcmp(p->user_key, c->user_key)) ||
		    (keys->pair && !strcmp(p->pair_key, c->pair_key)))
			return true;
	}

	return c->auth->pending_count >= AUTH_PENDING_MAX;
}


static bool is_often(struct auth_throttle *t, const char *key, bool looked_at)
{
	return looked_at && auth_throttle_too_many(t, key, tmr_jiffies());
}


bool auth_is_shut(const struct check *c)
{
	const struct auth *a = c->auth;
	struct keys keys = keys_of(c);

	keys.address = is_often(a->crowds, c->address_key, keys.address);
	keys.user = is_often(a->throttle, c->user_key, keys.user);
	keys.pair = is_often(a->throttle, c->pair_key, keys.pair);

	return (keys.address || keys.user || keys.pair) &&
	       is_pending(c, &keys);
}


static bool tries_too_often(const struct check *c)
{
	const struct keys keys = keys_of(c);
	struct auth_throttle *t = c->auth->throttle;

	return is_often(t, c->address_key, keys.address) ||
	       is_often(t, c->user_key, keys.user) ||
	       is_often(t, c->pair_key, keys.pair);
}


/** @return true: it is the one that makes them too many */
static bool count_wrong(const struct check *c)
{
	struct auth *a = c->auth;
	const uint64_t now = tmr_jiffies();
	bool news;

	++a->failures;
	news = auth_throttle_failed(a->throttle, c->user_key, now);
	if (c->proved)
		news |= auth_throttle_failed(a->throttle, c->pair_key, now);
	if (!c->shared) {
		news |= auth_throttle_failed(a->throttle, c->address_key, now);
		(void)auth_throttle_failed(a->crowds, c->address_key, now);
	}

	return news;
}


void auth_refuse_wrong(const struct check *c)
{
	struct auth *a = c->auth;
	const struct keys keys = keys_of(c);
	const bool late = tries_too_often(c);
	struct sip_strans *st = NULL;
	char peer[64], user[4 * AUTH_THROTTLE_KEY_SIZE];

	if (count_wrong(c)) {
		(void)re_snprintf(peer, sizeof(peer), "%J", &c->flow->peer);
		log_warn("auth",
			 "wrong passwords are slowed down peer=%s user=%s"
			 " auth_failures=%u",
			 peer,
			 log_escape(user, sizeof(user), c->user_key,
				    strlen(c->user_key)),
			 a->config->auth_failures);
	}

	if (late && is_pending(c, &keys)) {
		auth_refuse_busy(a, c->msg);
		return;
	}
	if (late) {
		++a->slowed;
		if (!refuse_late(c))
			return;
	}

	auth_challenge(a, c->msg, &st, c->address_key, false);
}
