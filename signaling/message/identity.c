/**
 * @file signaling/message/identity.c  Who asks (RFC 3325, 3323, TS 24.229)
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "focus/config/config.h"
#include "signaling/message/flow.h"
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/message/sip_lines.h"

/** What P-Asserted-Identity says: at most one URI of either kind counts */
struct asserted {
	struct sip_addr sip, tel;
	bool has_sip, has_tel;
};

/** What Privacy asks for */
struct privacy {
	bool anonymous, critical, unknown;
};

static void identity_destructor(void *arg)
{
	struct identity *id = arg;

	mem_deref(id->aor);
	mem_deref(id->display);
}

/** Terminals are no part of the trust domain (RFC 3325 section 2), and a
 *  WebSocket is a browser's, also when a web server on a trusted host hands it
 *  on. */
static bool is_browser(const struct flow_info *flow)
{
	return flow->transport == FLOW_WS || flow->transport == FLOW_WSS;
}

static bool is_trusted_host(const struct config *config, const struct sa *host)
{
	return config_network_has(config->trusted_hosts,
				  config->trusted_hosts_count, host);
}

bool identity_flow_trusted(const struct config *config,
			   const struct flow_info *flow)
{
	return config && flow && !is_browser(flow) &&
	       is_trusted_host(config, &flow->peer);
}

bool identity_host_is_free(const struct sa *host, const void *config)
{
	return sa_is_loopback(host) || is_trusted_host(config, host);
}

/** Browsers come from our own host by a web server that stands there, named in
 *  trusted_hosts or not (`http_listen` is for it). Who is on this host himself
 *  gains by that what any proxy's users have: many connections, and those are
 *  not limited for him anyway; what all strangers may do stays one budget */
bool identity_is_shared(const struct config *config,
			const struct flow_info *flow)
{
	return is_browser(flow) ? identity_host_is_free(&flow->peer, config)
				: is_trusted_host(config, &flow->peer);
}

void identity_source(struct sa *source, const struct config *config,
		     const struct flow_info *flow)
{
	/* the flow's number in the first half, which is all that counts of an
	   IPv6 address; nobody sends from a multicast one */
	uint8_t addr[16] = {0xff};

	*source = flow->peer;
	if (!is_browser(flow) || !identity_is_shared(config, flow))
		return;

	for (size_t i = 1; i < 8; i++)
		addr[i] = (uint8_t)(flow->id >> (8 * (i - 1)));
	sa_set_in6(source, addr, 0);
}

static bool is_tel(const struct sip_addr *addr)
{
	return !pl_strcasecmp(&addr->uri.scheme, "tel");
}

static bool is_sip(const struct uri *uri)
{
	return !pl_strcasecmp(&uri->scheme, "sip") ||
	       !pl_strcasecmp(&uri->scheme, "sips");
}

static void assert_one(struct asserted *a, const struct pl *value)
{
	struct sip_addr addr;

	if (sip_addr_decode(&addr, value))
		return;
	if (is_tel(&addr) && !a->has_tel) {
		a->tel = addr;
		a->has_tel = true;
	}
	else if (is_sip(&addr.uri) && !a->has_sip) {
		a->sip = addr;
		a->has_sip = true;
	}
}

/** From the lines as they came: libre separates values at commas within
 *  quoted strings too, behind an escaped quote, and whoever chooses a name
 *  would choose an identity */
static void read_asserted(struct asserted *a, const struct sip_msg *msg)
{
	struct le *le;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct sip_hdr *hdr = le->data;
		struct pl rest = hdr->val, value;

		if (hdr->id != SIP_HDR_P_ASSERTED_IDENTITY)
			continue;
		while (sip_lines_next_value(&rest, &value))
			assert_one(a, &value);
	}
}

static bool privacy_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		      void *arg)
{
	static const char *const hiding[] = {"id", "user", "header"};
	/* The others cost nothing here: media always goes by the mixer, and
	 * History-Info is not kept. */
	static const char *const known[] = {"session", "none", "history"};
	struct privacy *privacy = arg;
	struct pl rest = hdr->val, value;
	size_t i;
	(void)msg;

	while (rest.l) {
		const char *end = memchr(rest.p, ';', rest.l);
		bool found = false;

		value.p = rest.p;
		value.l = end ? (size_t)(end - rest.p) : rest.l;
		pl_advance(&rest, (ssize_t)(value.l + (end ? 1 : 0)));
		sip_lines_trim(&value);
		if (!pl_strcasecmp(&value, "critical")) {
			privacy->critical = true;
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(hiding); i++) {
			if (!pl_strcasecmp(&value, hiding[i]))
				found = privacy->anonymous = true;
		}
		for (i = 0; i < ARRAY_SIZE(known); i++)
			found |= !pl_strcasecmp(&value, known[i]);
		privacy->unknown |= !found;
	}
	return false;
}

/** "tel:+12015550123": visual separators are no part of it (RFC 3966
 *  section 3), a local number keeps its context */
static int tel_aor(char **dst, const struct uri *uri)
{
	char number[HEADER_URI_MAX + 1];
	struct pl context, pl;
	size_t i, n = 0;
	char *aor = NULL;
	int err;

	*dst = NULL;
	if (uri->host.l > HEADER_URI_MAX)
		return EBADMSG;
	for (i = 0; i < uri->host.l; i++) {
		if (!strchr("-.()", uri->host.p[i]))
			number[n++] = uri->host.p[i];
	}
	number[n] = '\0';
	if (!n)
		return EBADMSG;
	if (msg_param_decode(&uri->params, "phone-context", &context))
		err = re_sdprintf(&aor, "tel:%s", number);
	else
		err = re_sdprintf(&aor, "tel:%s;phone-context=%r", number,
				  &context);
	if (err)
		return err;
	pl_set_str(&pl, aor);
	err = header_uri(dst, &pl);
	mem_deref(aor);

	return err;
}

int identity_aor(char **dst, const struct uri *uri)
{
	if (!pl_strcasecmp(&uri->scheme, "tel"))
		return tel_aor(dst, uri);
	/* What goes into a roster is an address that can be called. */
	return is_sip(uri) ? header_aor(dst, uri) : EBADMSG;
}

/** From's name is a claim about From's address, not about another one */
static int asserted_display(char **dst, const struct sip_addr *addr,
			    const char *aor, const struct sip_msg *msg)
{
	char *from = NULL;
	int err = header_display(dst, &addr->dname);

	if (err || *dst)
		return err;
	if (!identity_aor(&from, &msg->from.uri) && !strcasecmp(from, aor))
		err = header_display(dst, &msg->from.dname);
	mem_deref(from);

	return err;
}

/** ENOENT: nobody who may vouches for it */
static int read_assertion(struct identity *id, const struct sip_msg *msg)
{
	struct asserted asserted = {.has_sip = false};
	const struct sip_addr *addr;
	int err;

	if (id->trusted)
		read_asserted(&asserted, msg);
	if (!asserted.has_sip && !asserted.has_tel)
		return ENOENT;
	addr = asserted.has_sip ? &asserted.sip : &asserted.tel;
	err = identity_aor(&id->aor, &addr->uri);
	if (err)
		return err == ENOMEM ? err : ENOENT;
	id->known = true;

	return msg->req ? asserted_display(&id->display, addr, id->aor, msg)
			: header_display(&id->display, &addr->dname);
}

static int read_name(struct identity *id, const struct sip_msg *msg,
		     const char *user)
{
	int err = read_assertion(id, msg);

	if (err != ENOENT)
		return err;
	if (user) {
		id->known = true;
		err = str_dup(&id->aor, user);
	}
	else {
		err = identity_aor(&id->aor, &msg->from.uri);
	}
	if (err)
		return err;

	return header_display(&id->display, &msg->from.dname);
}

int identity_read(struct identity **idp, const struct sip_msg *msg,
		  const struct flow_info *flow, const char *user,
		  const struct config *config)
{
	struct privacy privacy = {.anonymous = false};
	struct identity *id;
	int err;

	if (!idp || !msg)
		return EINVAL;
	id = mem_zalloc(sizeof(*id), identity_destructor);
	if (!id)
		return ENOMEM;
	id->trusted = identity_flow_trusted(config, flow);
	err = read_name(id, msg, user);
	if (err)
		goto out;
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_PRIVACY, privacy_h,
				&privacy);
	if (privacy.critical && privacy.unknown)
		err = ENOTSUP;
	/* Who hides behind From as RFC 3323 section 4.1.1 shows has asked for
	 * no less. */
	id->anonymous =
		privacy.anonymous ||
		!pl_strcasecmp(&msg->from.uri.host, "anonymous.invalid");

out:
	if (err)
		mem_deref(id);
	else
		*idp = id;
	return err;
}

int identity_read_answer(struct identity **idp, const struct sip_msg *msg,
			 const struct flow_info *flow,
			 const struct config *config)
{
	struct privacy privacy = {.anonymous = false};
	struct identity *id;
	int err;

	if (!idp || !msg)
		return EINVAL;
	id = mem_zalloc(sizeof(*id), identity_destructor);
	if (!id)
		return ENOMEM;
	id->trusted = identity_flow_trusted(config, flow);
	err = read_assertion(id, msg);
	if (err && err != ENOENT) {
		mem_deref(id);
		return err;
	}
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_PRIVACY, privacy_h,
				&privacy);
	id->anonymous =
		privacy.anonymous || (privacy.critical && privacy.unknown);
	*idp = id;

	return 0;
}

int identity_print(struct re_printf *pf, const struct identity_ours *ours)
{
	if (!ours || !ours->trusted || !ours->uri)
		return 0;

	return re_hprintf(pf, "P-Asserted-Identity: <%s>\r\n", ours->uri);
}
