/**
 * @file signaling/session/party.c  Who called, and whom we call
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/session/party.h"

static void party_destructor(void *arg)
{
	struct party *p = arg;

	mem_deref(p->conference);
	mem_deref(p->aor);
	mem_deref(p->entity);
	mem_deref(p->display);
	mem_deref(p->agent);
	mem_deref(p->service);
}

static int party_alloc(struct party **pp, const char *conference)
{
	struct party *p = mem_zalloc(sizeof(*p), party_destructor);

	if (!p)
		return ENOMEM;
	if (str_dup(&p->conference, conference)) {
		mem_deref(p);
		return ENOMEM;
	}
	*pp = p;

	return 0;
}

/* RFC 6050: the core says which service it took the call for */
static int read_service(struct party *p, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "P-Asserted-Service");
	int err;

	if (!hdr)
		return 0;
	err = header_uri(&p->service, &hdr->val);

	return err == ENOMEM ? err : 0;
}

static int read_caller(struct party *p, const struct sip_msg *msg,
		       const struct identity *who)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	const struct sip_hdr *agent = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	struct sip_addr addr;
	int err;

	if (!contact || sip_addr_decode(&addr, &contact->val))
		return EBADMSG;
	p->known = who->known;
	p->anonymous = who->anonymous;
	p->aor = mem_ref(who->aor);
	p->display = mem_ref(who->display);
	err = header_uri(&p->entity, &addr.auri);
	if (!err && agent)
		err = header_text(&p->agent, &agent->val, HEADER_AGENT_MAX);
	if (!err && who->trusted)
		err = read_service(p, msg);

	return err;
}

int party_from_invite(struct party **pp, const char *conference,
		      const struct sip_msg *msg, const struct identity *who)
{
	struct party *p;
	int err = party_alloc(&p, conference);

	if (err)
		return err;
	err = read_caller(p, msg, who);
	if (err) {
		mem_deref(p);
		return err;
	}
	if (p->anonymous)
		party_log_anonymous(p);
	*pp = p;

	return 0;
}

static int read_callee(struct party *p, const char *uri, const char *target)
{
	struct uri decoded;
	struct pl pl;
	int err;

	pl_set_str(&pl, target);
	if (uri_decode(&decoded, &pl))
		return EINVAL;
	err = header_aor(&p->aor, &decoded);
	if (err)
		return err == ENOMEM ? err : EINVAL;
	err = str_dup(&p->entity, uri);
	if (!err && pl_isset(&decoded.user))
		err = header_text(&p->display, &decoded.user,
				  HEADER_DISPLAY_MAX);

	return err;
}

int party_from_dial(struct party **pp, const char *conference, const char *uri,
		    const char *target)
{
	struct party *p;
	int err = party_alloc(&p, conference);

	if (err)
		return err;
	err = read_callee(p, uri, target);
	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}

void party_move(struct party *p, char **conference)
{
	char *before = p->conference;

	p->conference = *conference;
	*conference = before;
}

void party_answered(struct party *p, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_SERVER);
	char *agent = NULL;

	if (!hdr)
		hdr = sip_msg_hdr(msg, SIP_HDR_USER_AGENT);
	if (!hdr || header_text(&agent, &hdr->val, HEADER_AGENT_MAX))
		return;
	mem_deref(p->agent);
	p->agent = agent;
}

void party_log_anonymous(const struct party *p)
{
	char aor[160], name[160];

	log_info("session", "anonymous conference=%s aor=%s",
		 log_escape(name, sizeof(name), p->conference,
			    strlen(p->conference)),
		 log_escape(aor, sizeof(aor), p->aor, strlen(p->aor)));
}
