/**
 * @file signaling/message/target.c  Addresses that can be called
 */
#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include "focus/config/config.h"
#include "focus/config/config_account.h"
#include "signaling/message/header.h"
#include "signaling/message/target.h"

enum { PATTERN_MAX = 512, Q_MAX = 1000 };

static void target_destructor(void *arg)
{
	struct target *t = arg;

	list_unlink(&t->le);
	mem_deref(t->uri);
	mem_deref(t->path);
}

/* ----------------------------------------------------------- emergency */

/* A dialled number without RFC 3966's visual separators, up to a parameter.
 * False: it is none */
static bool read_number(char *dst, size_t size, const struct pl *pl)
{
	size_t i, n = 0;

	for (i = 0; i < pl->l; i++) {
		char c = pl->p[i];

		if (c == ';')
			break;
		if (strchr("-.()", c))
			continue;
		if (n + 1 >= size)
			return false;
		if (!isdigit((unsigned char)c) && c != '*' && c != '#' &&
		    (c != '+' || n))
			return false;
		dst[n++] = c;
	}
	dst[n] = '\0';

	return n > 0;
}

static bool matches(const char *pattern, const char *text)
{
	char whole[PATTERN_MAX];
	regex_t re;
	bool found;

	if (!str_isset(pattern) ||
	    snprintf(whole, sizeof(whole), "^(%s)$", pattern) >=
		    (int)sizeof(whole) ||
	    regcomp(&re, whole, REG_EXTENDED | REG_NOSUB))
		return false;
	found = !regexec(&re, text, 0, NULL, 0);
	regfree(&re);

	return found;
}

static bool has_prefix(const struct pl *pl, const char *prefix)
{
	size_t len = strlen(prefix);

	return pl->l >= len && !strncasecmp(pl->p, prefix, len);
}

static void skip(struct pl *pl, size_t n)
{
	pl->p += n;
	pl->l -= n;
}

bool target_is_emergency(const struct pl *uri, const struct config *config)
{
	static const char sos[] = "urn:service:sos";
	char number[TARGET_NUMBER_MAX];
	struct uri sip;
	struct pl rest;

	if (has_prefix(uri, sos)) {
		char next = uri->l > sizeof(sos) - 1 ? uri->p[sizeof(sos) - 1]
						     : '\0';

		return !isalnum((unsigned char)next) && next != '-';
	}
	if (has_prefix(uri, "tel:")) {
		rest = *uri;
		skip(&rest, 4);
	}
	else if (!uri_decode(&sip, uri)) {
		rest = sip.user;
	}
	else {
		return false;
	}

	return read_number(number, sizeof(number), &rest) &&
	       matches(config->emergency_numbers, number);
}

/* ------------------------------------------------------ telephone numbers */

/* Who knows where telephone numbers lead */
static int number_domain(struct pl *domain, const struct config *config)
{
	struct pl pl;

	if (config->account_count) {
		pl_set_str(domain, config->accounts[0]->domain);
		return 0;
	}
	if (str_isset(config->outbound_proxy)) {
		struct uri uri;

		pl_set_str(&pl, config->outbound_proxy);
		if (!uri_decode(&uri, &pl)) {
			*domain = uri.host;
			return 0;
		}
	}
	if (!str_isset(config->domain))
		return EHOSTUNREACH;
	pl_set_str(domain, config->domain);

	return 0;
}

static int from_number(char **uri, const struct pl *tel,
		       const struct config *config)
{
	char number[TARGET_NUMBER_MAX];
	struct pl rest = *tel, domain, context;
	const char *param;
	int err;

	skip(&rest, 4);
	if (!read_number(number, sizeof(number), &rest))
		return EINVAL;
	param = pl_strchr(&rest, ';');
	skip(&rest, param ? (size_t)(param - rest.p) : rest.l);
	/* A local number means something in its context only. */
	if (number[0] != '+' &&
	    msg_param_decode(&rest, "phone-context", &context))
		return EINVAL;
	err = number_domain(&domain, config);
	if (err)
		return err;

	return re_sdprintf(uri, "sip:%s%r@%s%r%s;user=phone", number, &rest,
			   memchr(domain.p, ':', domain.l) ? "[" : "", &domain,
			   memchr(domain.p, ':', domain.l) ? "]" : "");
}

/* -------------------------------------------------------------- targets */

static bool wants_webrtc(const struct uri *uri)
{
	struct pl transport;

	if (msg_param_decode(&uri->params, "transport", &transport))
		return false;
	return !pl_strcasecmp(&transport, "ws") ||
	       !pl_strcasecmp(&transport, "wss");
}

static int check(struct target *t)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, t->uri);
	if (uri_decode(&uri, &pl) ||
	    (pl_strcasecmp(&uri.scheme, "sip") &&
	     pl_strcasecmp(&uri.scheme, "sips")) ||
	    !header_is_host(&uri.host) || pl_isset(&uri.headers) ||
	    pl_isset(&uri.password))
		return EINVAL;
	t->webrtc = wants_webrtc(&uri);

	return 0;
}

int target_alloc(struct target **tp, const char *uri, const char *path)
{
	struct target *t = mem_zalloc(sizeof(*t), target_destructor);
	int err;

	if (!t)
		return ENOMEM;
	t->q = Q_MAX;
	err = str_dup(&t->uri, uri);
	if (!err && path)
		err = str_dup(&t->path, path);
	if (!err)
		err = check(t);
	if (err)
		mem_deref(t);
	else
		*tp = t;

	return err;
}

int target_read(struct target **tp, const char *uri,
		const struct config *config)
{
	char *clean = NULL, *number = NULL;
	struct pl pl;
	int err;

	pl_set_str(&pl, uri);
	err = header_uri(&clean, &pl);
	if (err)
		return err == ENOMEM ? err : EINVAL;
	pl_set_str(&pl, clean);
	if (target_is_emergency(&pl, config))
		err = EACCES;
	else if (has_prefix(&pl, "tel:"))
		err = from_number(&number, &pl, config);
	if (!err)
		err = target_alloc(tp, number ? number : clean, NULL);
	mem_deref(number);
	mem_deref(clean);

	return err;
}

/* qvalue of RFC 3261 section 25.1, in thousandths */
static unsigned read_q(const struct pl *params)
{
	unsigned q, scale = 100;
	struct pl val;
	size_t i;

	if (msg_param_decode(params, "q", &val))
		return Q_MAX;
	if (!val.l || (val.p[0] != '0' && val.p[0] != '1') ||
	    (val.l > 1 && val.p[1] != '.'))
		return 0;
	q = val.p[0] == '1' ? Q_MAX : 0;
	for (i = 2; i < val.l && i < 5; i++, scale /= 10) {
		if (!isdigit((unsigned char)val.p[i]))
			return 0;
		q += (unsigned)(val.p[i] - '0') * scale;
	}

	return q < Q_MAX ? q : Q_MAX;
}

static void insert(struct list *list, struct target *t)
{
	struct le *le = list->head;

	while (le && ((struct target *)le->data)->q >= t->q)
		le = le->next;
	if (le)
		list_insert_before(list, le, &t->le, t);
	else
		list_append(list, &t->le, t);
}

struct contacts {
	struct list *list;
	const struct config *config;
	bool sips;
};

static bool contact_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		      void *arg)
{
	struct contacts *c = arg;
	struct sip_addr addr;
	struct target *t;
	char *uri = NULL;
	(void)msg;

	if (list_count(c->list) >= TARGETS_MAX)
		return true;
	if (sip_addr_decode(&addr, &hdr->val) || pl_strdup(&uri, &addr.auri))
		return false;
	if (!target_read(&t, uri, c->config)) {
		t->q = read_q(&addr.params);
		if (c->sips && !target_is_sips(t))
			mem_deref(t);
		else
			insert(c->list, t);
	}
	mem_deref(uri);

	return false;
}

void targets_from_contacts(struct list *list, const struct sip_msg *msg,
			   bool sips, const struct config *config)
{
	struct contacts c = {list, config, sips};

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT, contact_h, &c);
}

bool target_is_sips(const struct target *t)
{
	return !strncasecmp(t->uri, "sips:", 5);
}
