/**
 * @file signaling/auth/credentials.c  Answers to challenges of others
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <openssl/crypto.h>
#include "focus/config/config.h"
#include "focus/config/config_account.h"
#include "mixer/base/log.h"
#include "signaling/auth/aka.h"
#include "signaling/auth/credentials.h"
#include "signaling/auth/digest.h"
#include "signaling/auth/milenage.h"


enum { PATH_BYTES = 512, CNONCE_SIZE = 17, AUTS_TEXT_SIZE = 24 };

/** One account's */
struct secret {
	const struct config_account *account;
	struct aka_card card;
	char path[PATH_BYTES]; /**< where the card's window is kept */
};

struct credentials {
	struct secret secrets[CONFIG_LIST_MAX];
	size_t count;
	uint64_t challenges, answers, resynchronised, refused;
};

/** Answer to one realm's challenge */
struct answer {
	bool proxy;
	char *realm, *nonce, *opaque; /**< as they came; opaque may be NULL */
	enum digest_algorithm algorithm;
	bool aka, named; /**< AKAv1-MD5; the challenge named an algorithm */
	bool qop;
	bool sent;    /**< in this request */
	bool carried; /**< made for an earlier one: the nonce may be too
			   old, and not every server says so */
	char ha1[DIGEST_HEX_SIZE];
	char auts[AUTS_TEXT_SIZE]; /**< base64, "" none */
	uint32_t nc;
};

struct credentials_try {
	struct credentials *all;
	struct secret *secret;
	struct answer answers[CREDENTIALS_REALMS_MAX];
	size_t count;
	unsigned rounds;
};

/** A challenge that we could answer */
struct challenge {
	struct digest_header h;
	enum digest_algorithm algorithm;
	bool aka;
	unsigned strength;
};

struct challenges {
	const struct secret *secret;
	struct challenge v[CREDENTIALS_REALMS_MAX];
	size_t count, seen;
};


static void credentials_destructor(void *arg)
{
	struct credentials *c = arg;

	OPENSSL_cleanse(c->secrets, sizeof(c->secrets));
}


static void answer_reset(struct answer *a)
{
	mem_deref(a->realm);
	mem_deref(a->nonce);
	mem_deref(a->opaque);
	OPENSSL_cleanse(a, sizeof(*a));
}


static void try_destructor(void *arg)
{
	struct credentials_try *t = arg;

	for (size_t i = 0; i < t->count; i++)
		answer_reset(&t->answers[i]);
}


/* --------------------------------------------------------------- accounts */

static int make_card(struct secret *s, const struct config *config)
{
	const struct config_account *a = s->account;
	char name[DIGEST_HEX_SIZE];
	struct pl aor;
	int err = 0;

	memcpy(s->card.k, a->k, sizeof(s->card.k));
	if (a->op_is_opc)
		memcpy(s->card.opc, a->op, sizeof(s->card.opc));
	else
		err = milenage_opc(s->card.opc, a->k, a->op);
	if (err)
		return err;
	s->card.amf_given = a->amf_given;
	memcpy(s->card.amf, a->amf, sizeof(s->card.amf));

	/* a user part may have any character, a sum has none that matters */
	pl_set_str(&aor, a->aor);
	err = digest_ha1(name, DIGEST_MD5, &aor, &pl_null, &pl_null);
	if (err)
		return err;
	if (re_snprintf(s->path, sizeof(s->path), "%s/aka-%s",
			config->data_dir, name) < 0)
		return ENAMETOOLONG;

	err = aka_window_load(&s->card.window, s->path);
	if (err && err != ENOENT)
		log_warn("credentials", "aka sequence file=%s error=\"%s\"",
			 s->path, strerror(err));

	return 0;
}


int credentials_alloc(struct credentials **cp, const struct config *config)
{
	struct credentials *c;
	int err = 0;

	if (!cp || !config)
		return EINVAL;

	c = mem_zalloc(sizeof(*c), credentials_destructor);
	if (!c)
		return ENOMEM;

	for (size_t i = 0; i < config->account_count && !err; i++) {
		struct secret *s = &c->secrets[c->count++];

		s->account = config->accounts[i];
		if (s->account->aka)
			err = make_card(s, config);
	}
	if (err)
		mem_deref(c);
	else
		*cp = c;

	return err;
}


int credentials_begin(struct credentials_try **tp, struct credentials *c,
		      const char *aor)
{
	struct credentials_try *t;
	struct secret *s = NULL;

	if (!tp || !aor)
		return EINVAL;

	for (size_t i = 0; c && i < c->count && !s; i++) {
		const struct config_account *a = c->secrets[i].account;

		if (!strcmp(a->aor, aor) && (a->aka || a->auth_pass))
			s = &c->secrets[i];
	}
	if (!s)
		return ENOENT;

	t = mem_zalloc(sizeof(*t), try_destructor);
	if (!t)
		return ENOMEM;
	t->all = c;
	t->secret = s;
	*tp = t;

	return 0;
}


/* -------------------------------------------------------------- challenges */

/** @return 0 if we have what it takes; strength by RFC 8760's order, AKA
 *          above all */
static int credentials_judge(struct challenge *c, const struct secret *s)
{
	const struct config_account *a = s->account;

	if (!c->h.realm.p || !pl_isset(&c->h.nonce))
		return EBADMSG;
	if (pl_isset(&c->h.qop) && !digest_list_has(&c->h.qop, "auth"))
		return ENOTSUP;

	c->aka = !pl_strcasecmp(&c->h.algorithm, "AKAv1-MD5");
	if (c->aka) {
		c->algorithm = DIGEST_MD5;
		c->strength = DIGEST_SHA256 + 1;
		return a->aka ? 0 : ENOTSUP;
	}
	if (digest_algorithm_find(&c->algorithm, &c->h.algorithm))
		return ENOTSUP;
	c->strength = c->algorithm;

	return a->auth_pass ? 0 : ENOTSUP;
}


static bool challenge_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
			void *arg)
{
	struct challenges *all = arg;
	struct challenge c = {.strength = 0};
	size_t i;
	(void)msg;

	if (++all->seen > CREDENTIALS_HEADERS_MAX)
		return true;
	if (digest_header_decode(&c.h, &hdr->val) ||
	    credentials_judge(&c, all->secret))
		return false;

	for (i = 0; i < all->count; i++) {
		if (!pl_cmp(&all->v[i].h.realm, &c.h.realm))
			break;
	}
	if (i == CREDENTIALS_REALMS_MAX)
		return false;
	if (i < all->count && all->v[i].strength >= c.strength)
		return false;

	all->v[i] = c;
	if (i == all->count)
		all->count++;

	return false;
}


static struct answer *find_answer(struct credentials_try *t, bool proxy,
				  const struct pl *realm)
{
	for (size_t i = 0; i < t->count; i++) {
		struct answer *a = &t->answers[i];

		if (a->proxy == proxy && !pl_strcmp(realm, a->realm))
			return a;
	}

	return NULL;
}


static int give_up(struct credentials_try *t, const struct sip_msg *msg,
		   const char *why)
{
	t->all->refused++;
	log_warn("credentials", "refused account=%s status=%u why=\"%s\"",
		 t->secret->account->aor, msg->scode, why);

	return EACCES;
}


/** The password is RES, or nothing beside an AUTS (RFC 3310 section 3.4) */
static const char *answer_aka(struct answer *a, struct credentials_try *t,
			      struct pl *password, struct aka_answer *said)
{
	uint8_t nonce[DIGEST_VALUE_MAX];
	size_t bytes = sizeof(nonce), len = sizeof(a->auts);
	struct secret *s = t->secret;
	int err;

	*password = pl_null;
	if (base64_decode(a->nonce, strlen(a->nonce), nonce, &bytes) ||
	    bytes < AKA_NONCE_BYTES)
		return "no RAND and AUTN in the nonce";

	switch (aka_answer(said, &s->card, nonce)) {

	case AKA_RES:
		password->p = (const char *)said->res;
		password->l = sizeof(said->res);
		err = aka_window_save(&s->card.window, s->path);
		if (err)
			log_warn("credentials",
				 "aka sequence file=%s error=\"%s\"", s->path,
				 strerror(err));
		return NULL;

	case AKA_SYNC:
		log_info("credentials",
			 "aka sequence number is old: resynchronising "
			 "account=%s",
			 s->account->aor);
		t->all->resynchronised++;
		if (base64_encode(said->auts, sizeof(said->auts), a->auts,
				  &len))
			return "AUTS cannot be printed";
		a->auts[len] = '\0';
		return NULL;

	case AKA_MAC:
		return "AUTN has a wrong MAC: not from the home network, or "
		       "aka_k, aka_op or aka_amf is wrong";

	default: return "no AES in the crypto library";
	}
}


/** @return NULL, or why it cannot be answered */
static const char *make_answer(struct answer *a, struct credentials_try *t,
			       const struct challenge *c)
{
	const struct config_account *account = t->secret->account;
	struct aka_answer said = {{0}, {0}};
	struct pl user, realm, password;
	const char *why = NULL;

	if (pl_strdup(&a->realm, &c->h.realm) ||
	    pl_strdup(&a->nonce, &c->h.nonce) ||
	    (c->h.opaque.p && pl_strdup(&a->opaque, &c->h.opaque)))
		return "out of memory";

	a->algorithm = c->algorithm;
	a->aka = c->aka;
	a->named = pl_isset(&c->h.algorithm);
	a->qop = pl_isset(&c->h.qop);
	if (a->aka)
		why = answer_aka(a, t, &password, &said);
	else
		pl_set_str(&password, account->auth_pass);
	if (why)
		return why;

	pl_set_str(&user, account->auth_user);
	pl_set_str(&realm, a->realm);
	if (digest_ha1(a->ha1, a->algorithm, &user, &realm, &password))
		why = "no such hash in the crypto library";
	OPENSSL_cleanse(&said, sizeof(said));

	return why;
}


/** @return NULL, or why not */
static const char *credentials_take(struct credentials_try *t, bool proxy,
				    const struct challenge *c)
{
	struct answer *a = find_answer(t, proxy, &c->h.realm);
	const bool stale = !pl_strcasecmp(&c->h.stale, "true");
	struct answer fresh = {.proxy = proxy};
	const char *why;

	if (a && a->sent && !stale && !a->carried && !a->auts[0])
		return "wrong name or secret";
	if (a && a->sent && !pl_strcmp(&c->h.nonce, a->nonce))
		return "the same challenge again";
	if (!a && t->count == CREDENTIALS_REALMS_MAX)
		return "too many realms";

	why = make_answer(&fresh, t, c);
	if (why) {
		answer_reset(&fresh);
		return why;
	}
	if (a)
		answer_reset(a);
	else
		a = &t->answers[t->count++];
	*a = fresh;

	return NULL;
}


int credentials_challenge(struct credentials_try *t, const struct sip_msg *msg)
{
	struct challenges all = {.secret = NULL};
	bool proxy;

	if (!t || !msg)
		return EACCES;

	proxy = msg->scode == 407;
	t->all->challenges++;
	if (++t->rounds > CREDENTIALS_ROUNDS_MAX)
		return give_up(t, msg, "too many rounds");

	all.secret = t->secret;
	(void)sip_msg_hdr_apply(msg, true,
				proxy ? SIP_HDR_PROXY_AUTHENTICATE
				      : SIP_HDR_WWW_AUTHENTICATE,
				challenge_h, &all);
	if (!all.count)
		return give_up(t, msg, "no challenge that we can answer");

	for (size_t i = 0; i < all.count; i++) {
		const char *why = credentials_take(t, proxy, &all.v[i]);

		if (why)
			return give_up(t, msg, why);
	}
	t->all->answers++;

	return 0;
}


void credentials_renew(struct credentials_try *t)
{
	if (!t)
		return;

	t->rounds = 0;
	for (size_t i = 0; i < t->count; i++) {
		t->answers[i].sent = false;
		t->answers[i].carried = true;
	}
}


/* ------------------------------------------------------------------ print */

static int print_answer(struct re_printf *pf, struct answer *a,
			const struct secret *s,
			const struct credentials_request *request)
{
	char response[DIGEST_HEX_SIZE], cnonce[CNONCE_SIZE], nc[9];
	struct digest_input in = {.algorithm = a->algorithm, .ha1 = a->ha1};
	int err;

	rand_str(cnonce, sizeof(cnonce));
	(void)snprintf(nc, sizeof(nc), "%08x", ++a->nc);
	pl_set_str(&in.nonce, a->nonce);
	pl_set_str(&in.method, request->method);
	pl_set_str(&in.uri, request->uri);
	if (a->qop) {
		pl_set_str(&in.qop, "auth");
		pl_set_str(&in.nc, nc);
		pl_set_str(&in.cnonce, cnonce);
	}
	err = digest_response(response, &in);
	if (err)
		return err;

	a->sent = true;
	err = re_hprintf(pf,
			 "%s: Digest username=\"%s\", realm=\"%s\", "
			 "nonce=\"%s\", uri=\"%s\", response=\"%s\"",
			 a->proxy ? "Proxy-Authorization" : "Authorization",
			 s->account->auth_user, a->realm, a->nonce,
			 request->uri, response);
	if (a->named)
		err |= re_hprintf(
			pf, ", algorithm=%s",
			a->aka ? "AKAv1-MD5"
			       : digest_algorithm_name(a->algorithm));
	if (a->opaque)
		err |= re_hprintf(pf, ", opaque=\"%s\"", a->opaque);
	if (a->qop)
		err |= re_hprintf(pf, ", qop=auth, nc=%s, cnonce=\"%s\"", nc,
				  cnonce);
	if (a->auts[0])
		err |= re_hprintf(pf, ", auts=\"%s\"", a->auts);

	return err | re_hprintf(pf, "\r\n");
}


int credentials_print(struct re_printf *pf,
		      const struct credentials_request *request)
{
	struct credentials_try *t = request ? request->t : NULL;
	int err = 0;

	if (!t)
		return 0;

	if (!t->count && t->secret->account->aka &&
	    !strcmp(request->method, "REGISTER"))
		return re_hprintf(pf,
				  "Authorization: Digest username=\"%s\", "
				  "realm=\"%s\", nonce=\"\", uri=\"%s\", "
				  "response=\"\"\r\n",
				  t->secret->account->auth_user,
				  t->secret->account->domain, request->uri);

	for (size_t i = 0; i < t->count && !err; i++)
		err = print_answer(pf, &t->answers[i], t->secret, request);

	return err;
}


json_t *credentials_stats(const struct credentials *c)
{
	return c ? json_pack("{s:I,s:I,s:I,s:I}", "challenges",
			     (json_int_t)c->challenges, "answers",
			     (json_int_t)c->answers, "resynchronised",
			     (json_int_t)c->resynchronised, "refused",
			     (json_int_t)c->refused)
		 : NULL;
}
