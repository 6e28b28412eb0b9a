/**
 * @file signaling/registrar/register_request.c  What a REGISTER asks for
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/header.h"
#include "signaling/message/sip_lines.h"
#include "signaling/registrar/register_request.h"


/** Take a copy of what may be said back, or refuse it. @return false: refused
 */
static bool copy_uri(struct register_request *q, char **uri,
		     const struct pl *raw, const char *phrase)
{
	const int err = header_uri(uri, raw);

	/* what there is no memory for is no fault of theirs */
	return !err || register_refuse(q, err == ENOMEM ? 500 : 400,
				       err == ENOMEM ? "Server Internal Error"
						     : phrase);
}


bool register_refuse(struct register_request *q, uint16_t status,
		     const char *phrase)
{
	q->status = status;
	q->phrase = phrase;

	return false;
}


static bool supports(const struct sip_msg *msg, const char *tag)
{
	return sip_msg_hdr_has_value(msg, SIP_HDR_SUPPORTED, tag) ||
	       sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, tag);
}


static struct pl unquoted(struct pl value)
{
	if (value.l >= 2 && *value.p == '"' && value.p[value.l - 1] == '"') {
		value.p++;
		value.l -= 2;
	}

	return value;
}


/** A URN in angle brackets (RFC 5626 section 4.1): it is said back, so nothing
 *  that would end a quoted-string */
static bool is_instance(const struct pl *value)
{
	for (size_t i = 0; i < value->l; i++) {
		const char c = value->p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}

	return value->l && value->l <= REGISTER_INSTANCE_MAX;
}


/** "0.5" in RFC 3261's qvalue form; 1 for anything else */
static float read_q(const struct pl *value)
{
	const double q = pl_float(value);

	return value->l && value->l <= 5 && q >= 0 && q <= 1 ? (float)q : 1;
}


static void read_params(struct register_contact *one, struct pl params,
			uint32_t fallback_s)
{
	struct pl name, value;
	uint64_t n;

	one->expires_s = fallback_s;
	one->q = 1;
	while (sip_lines_next_param(&params, &name, &value)) {
		const struct pl v = unquoted(value);

		if (!pl_strcasecmp(&name, "expires") &&
		    sip_lines_number(&v, UINT32_MAX, &n))
			one->expires_s = (uint32_t)n;
		else if (!pl_strcasecmp(&name, "q"))
			one->q = read_q(&v);
		else if (!pl_strcasecmp(&name, "reg-id") &&
			 sip_lines_number(&v, INT32_MAX, &n))
			one->reg_id = (uint32_t)n;
		else if (!pl_strcasecmp(&name, "+sip.instance") &&
			 is_instance(&v))
			one->instance = v;
	}

	/* One means nothing without the other (RFC 5626 section 4.2.1). */
	if (!one->reg_id || !one->instance.l) {
		one->reg_id = 0;
		one->instance = pl_null;
	}
}


bool register_uri_is_sip(const struct uri *uri)
{
	return !pl_strcasecmp(&uri->scheme, "sip") ||
	       !pl_strcasecmp(&uri->scheme, "sips");
}


struct reading {
	struct register_request *request;
	uint32_t longest_s;
};


static bool contact_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		      void *arg)
{
	struct reading *r = arg;
	struct register_request *q = r->request;
	struct pl display, params;
	struct register_contact *one;
	char *uri = NULL;

	if (!pl_strcmp(&hdr->val, "*")) {
		q->all = true;
		return false;
	}
	if (q->count >= REGISTER_CONTACTS_MAX) {
		(void)register_refuse(q, 403, "Too Many Contacts");
		return true;
	}

	one = &q->contacts[q->count];
	if (!sip_lines_address(&hdr->val, &display, &one->contact, &params) ||
	    uri_decode(&one->uri, &one->contact) ||
	    !register_uri_is_sip(&one->uri) || !pl_isset(&one->uri.host)) {
		(void)register_refuse(q, 400, "Bad Contact");
		return true;
	}
	if (!copy_uri(q, &uri, &one->contact, "Bad Contact"))
		return true;
	mem_deref(uri);

	read_params(one, params,
		    header_seconds(msg, SIP_HDR_EXPIRES, r->longest_s));
	if (one->expires_s && one->expires_s < REGISTER_EXPIRES_MIN_S) {
		(void)re_snprintf(q->headers, sizeof(q->headers),
				  "Min-Expires: %u\r\n",
				  REGISTER_EXPIRES_MIN_S);
		(void)register_refuse(q, 423, "Interval Too Brief");
		return true;
	}
	one->expires_s = MIN(one->expires_s, r->longest_s);
	++q->count;

	return false;
}


/** @return false: refused */
static bool read_contacts(struct register_request *q, uint32_t longest_s)
{
	struct reading r = {q, longest_s};
	size_t flows = 0, i;

	if (sip_msg_hdr_apply(q->msg, true, SIP_HDR_CONTACT, contact_h, &r))
		return false;

	/* RFC 3261 section 10.3, step 6 */
	if (q->all &&
	    (q->count || sip_msg_hdr_count(q->msg, SIP_HDR_CONTACT) != 1 ||
	     header_seconds(q->msg, SIP_HDR_EXPIRES, 1)))
		return register_refuse(q, 400, "Bad Wildcard");

	for (i = 0; i < q->count; i++)
		flows += q->contacts[i].reg_id && q->contacts[i].expires_s;

	/* RFC 5626 section 6 */
	return flows < 2 || register_refuse(q, 400, "More Than One reg-id");
}


static bool path_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		   void *arg)
{
	struct register_request *q = arg;
	struct pl display, params, raw;
	char *uri = NULL, *longer = NULL;
	struct uri decoded;
	int err;

	(void)msg;

	if (!sip_lines_address(&hdr->val, &display, &raw, &params) ||
	    raw.p == hdr->val.p || uri_decode(&decoded, &raw) ||
	    !register_uri_is_sip(&decoded)) {
		(void)register_refuse(q, 400, "Bad Path");
		return true;
	}
	if (!copy_uri(q, &uri, &raw, "Bad Path"))
		return true;

	err = re_sdprintf(&longer, "%s%s<%s>", q->path ? q->path : "",
			  q->path ? ", " : "", uri);
	mem_deref(uri);
	if (err || str_len(longer) > REGISTER_PATH_MAX) {
		mem_deref(longer);
		(void)register_refuse(q, err ? 500 : 400,
				      err ? "Server Internal Error"
					  : "Bad Path");
		return true;
	}

	mem_deref(q->path);
	q->path = longer;

	return false;
}


/** Did it come here by nobody, or by an edge proxy that keeps the flow (RFC
 *  5626 section 5.1)? The Path's last value is the first hop's */
static bool first_hop_keeps_flow(const struct register_request *q)
{
	const struct sip_hdr *last =
		sip_msg_hdr_apply(q->msg, false, SIP_HDR_PATH, NULL, NULL);
	struct sip_addr addr;
	struct pl end;

	if (!last)
		/* the transport layer's and the user agent's */
		return sip_msg_hdr_count(q->msg, SIP_HDR_VIA) == 2;

	return !sip_addr_decode(&addr, &last->val) &&
	       !msg_param_exists(&addr.uri.params, "ob", &end);
}


/** @return false: refused */
static bool read_outbound(struct register_request *q)
{
	bool wanted = false;
	size_t i;

	for (i = 0; i < q->count; i++)
		wanted |= q->contacts[i].reg_id && q->contacts[i].expires_s;
	if (!wanted || !supports(q->msg, "outbound"))
		return true;
	if (!first_hop_keeps_flow(q))
		return register_refuse(q, 439,
				       "First Hop Lacks Outbound Support");

	q->outbound = true;

	return true;
}


bool register_read(struct register_request *q, uint32_t longest_s)
{
	if (q->msg->callid.l > REGISTER_CALL_ID_MAX)
		return register_refuse(q, 400, "Call-ID Too Long");

	return read_contacts(q, longest_s) &&
	       !sip_msg_hdr_apply(q->msg, true, SIP_HDR_PATH, path_h, q) &&
	       read_outbound(q);
}
