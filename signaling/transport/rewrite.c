/**
 * @file signaling/transport/rewrite.c  What the transport layer changes in a
 * message
 */
#include <ctype.h>
#include <string.h>
#include "signaling/message/via.h"
#include "signaling/transport/alias.h"
#include "signaling/transport/rewrite.h"


enum {
	LAYER_NET = 0x7f400000, /**< 127.64.0.0 */
	LAYER_HOST_BITS = 22,
	LAYER_PORT_MIN = 1024,
};


void rewrite_layer_addr(struct sa *sa, uint64_t flow)
{
	const uint32_t host = flow & ((1u << LAYER_HOST_BITS) - 1);
	const uint32_t high = (uint32_t)(flow >> LAYER_HOST_BITS);

	sa_set_in(
		sa, LAYER_NET | host,
		(uint16_t)(LAYER_PORT_MIN + high % (65536 - LAYER_PORT_MIN)));
}


uint64_t rewrite_flow(const struct sa *sa)
{
	uint32_t in;

	if (sa_af(sa) != AF_INET || sa_port(sa) < LAYER_PORT_MIN)
		return 0;

	in = sa_in(sa);
	if ((in >> LAYER_HOST_BITS) !=
	    ((uint32_t)LAYER_NET >> LAYER_HOST_BITS))
		return 0;

	return ((uint64_t)(sa_port(sa) - LAYER_PORT_MIN) << LAYER_HOST_BITS) |
	       (in & ((1u << LAYER_HOST_BITS) - 1));
}


/** URI of an address value, decoded; false if libre cannot */
static bool value_uri(const struct pl *value, struct uri *uri, struct pl *raw)
{
	struct pl display, params;

	return sip_lines_address(value, &display, raw, &params) &&
	       !uri_decode(uri, raw);
}


static bool is_layer_value(const struct pl *value)
{
	struct uri uri;
	struct sa sa;
	struct pl raw;

	return value_uri(value, &uri, &raw) &&
	       !sa_set(&sa, &uri.host, uri.port) && rewrite_flow(&sa);
}


/**
 * Branch for libre: the same for an INVITE, its ACK and its CANCEL, as the
 * far end's is; from other fields where an RFC 2543 client gave none
 * (RFC 3261 section 16.11, 17.2.3)
 */
static int print_branch(struct mbuf *mb, const struct sip_lines *w,
			const struct via *via, const struct rewrite_in *r)
{
	const struct sip_line *id = sip_lines_find(w, SIP_LINES_CALL_ID);
	const struct sip_line *cseq = sip_lines_find(w, SIP_LINES_CSEQ);
	struct pl tag = sip_lines_tag(w, SIP_LINES_FROM), number;
	uint8_t digest[20];
	struct mbuf *key = mbuf_alloc(512);
	int err;

	if (!key)
		return ENOMEM;

	number = cseq->value;
	number.l = 0;
	while (number.l < cseq->value.l &&
	       isdigit((unsigned char)number.p[number.l]))
		number.l++;
	err = mbuf_printf(key, "%llu|%r|%r|%r", r->flow, &via->sent_by,
			  &via->branch, &number);
	if (!via_has_cookie(via))
		err |= mbuf_printf(key, "|%r|%r|%r", &w->uri, &tag,
				   &id->value);
	if (!err) {
		hmac_sha1(r->key, r->key_bytes, key->buf, key->end, digest,
			  sizeof(digest));
		err = mbuf_printf(mb, "z9hG4bK%w", digest, (size_t)16);
	}
	mem_deref(key);

	return err;
}


static bool opens_dialog(const struct sip_lines *w)
{
	return sip_lines_method_is(w, "INVITE") ||
	       sip_lines_method_is(w, "SUBSCRIBE") ||
	       sip_lines_method_is(w, "REFER") ||
	       sip_lines_method_is(w, "NOTIFY");
}


static bool is_private(const struct sa *sa)
{
	uint32_t in;

	if (sa_af(sa) != AF_INET)
		return sa_is_linklocal(sa) || sa_is_loopback(sa) ||
		       (((const uint8_t *)&sa->u.in6.sin6_addr)[0] & 0xfe) ==
			       0xfc;

	in = sa_in(sa);

	return (in >> 24) == 10 || (in >> 20) == 0xac1 ||
	       (in >> 16) == 0xc0a8 || (in >> 22) == 0x191 ||
	       (in >> 24) == 127;
}


/** RFC 3261 section 12.2.1.1 sends in-dialog requests to the Contact if no
 *  proxy recorded a route. The flow is kept instead where only it can work:
 *  for connections of the user agent itself, and behind a NAT. */
static bool goes_direct(const struct sip_lines *w, const struct rewrite_in *r)
{
	const struct sip_line *contact = sip_lines_find(w, SIP_LINES_CONTACT);
	struct pl rest, value, raw;
	struct uri uri;
	struct sa sa;
	size_t vias = 0, i;

	if (!contact || sip_lines_find(w, SIP_LINES_RECORD_ROUTE) ||
	    r->transport == FLOW_WS || r->transport == FLOW_WSS)
		return false;

	rest = contact->value;
	if (!sip_lines_next_value(&rest, &value) ||
	    !value_uri(&value, &uri, &raw))
		return false;

	for (i = 0; i < w->count; i++) {
		rest = w->headers[i].value;
		while (w->headers[i].id == SIP_LINES_VIA &&
		       sip_lines_next_value(&rest, &value))
			++vias;
	}
	if (w->request && vias > 1)
		return true;
	if (r->transport != FLOW_UDP)
		return false;
	if (sa_set(&sa, &uri.host, uri.port ? uri.port : SIP_PORT))
		return false;
	if (sa_cmp(&sa, &r->peer, SA_ADDR))
		return sa_port(&sa) != sa_port(&r->peer);

	return !is_private(&sa);
}


static int print_record_route(struct mbuf *mb, const struct sip_lines *w,
			      const struct rewrite_in *r)
{
	uint8_t host[HOST_KEY_BYTES];
	struct sa layer;

	rewrite_layer_addr(&layer, r->flow);
	host_key(host, &r->peer);

	return mbuf_printf(mb, "Record-Route: <sip:%J;lr%s%s;host=%w>\r\n",
			   &layer, goes_direct(w, r) ? ";direct" : "",
			   r->claimed ? ";claimed" : "", host, sizeof(host));
}


/** First Via line: its first value with received and rport, then the rest */
static int print_top_via(struct mbuf *mb, const struct sip_line *line,
			 const struct rewrite_in *r)
{
	struct pl rest = line->value, value;
	struct via via;
	int err;

	if (!sip_lines_next_value(&rest, &value) || via_decode(&via, &value))
		return EBADMSG;

	err = mbuf_write_str(mb, "Via: ");
	err |= via_print_received(mb, &via, &r->peer);
	err |= mbuf_write_str(mb, "\r\n");
	if (rest.l)
		err |= mbuf_printf(mb, "Via: %r\r\n", &rest);

	return err;
}


/** Route values that are left when those naming us are taken off the top
 *  (RFC 3261 section 16.4) */
static int print_route(struct mbuf *mb, const struct sip_line *line,
		       const struct rewrite_in *r, bool *top)
{
	struct pl rest = line->value, left = rest, value, raw;
	struct uri uri;

	while (*top && sip_lines_next_value(&rest, &value)) {
		if (value_uri(&value, &uri, &raw) && r->oursh &&
		    r->oursh(&uri, r->arg))
			left = rest;
		else
			*top = false;
	}
	sip_lines_trim(&left);

	return left.l ? mbuf_printf(mb, "Route: %r\r\n", &left) : 0;
}


static int print_body(struct mbuf *mb, const struct sip_lines *w)
{
	int err;

	err = mbuf_printf(mb, "Content-Length: %zu\r\n\r\n", w->body.l);
	err |= mbuf_write_pl(mb, &w->body);

	return err;
}


static bool is_passed_on(const struct sip_line *h)
{
	return h->id != SIP_LINES_CONTENT_LENGTH && !alias_is(&h->name);
}


static int request_in(struct mbuf *mb, const struct sip_lines *w,
		      const struct rewrite_in *r)
{
	const struct sip_line *top = sip_lines_find(w, SIP_LINES_VIA);
	struct pl rest = top->value, value;
	bool top_route = true;
	struct via via;
	struct sa layer;
	size_t i;
	int err;

	if (!sip_lines_next_value(&rest, &value) || via_decode(&via, &value))
		return EBADMSG;

	rewrite_layer_addr(&layer, r->flow);
	err = mbuf_printf(mb, "%r %r SIP/2.0\r\nVia: SIP/2.0/UDP %J;branch=",
			  &w->method, &w->uri, &layer);
	err |= print_branch(mb, w, &via, r);
	err |= mbuf_write_str(mb, "\r\n");
	if (opens_dialog(w))
		err |= print_record_route(mb, w, r);

	for (i = 0; i < w->count && !err; i++) {
		const struct sip_line *h = &w->headers[i];

		if (h == top)
			err = print_top_via(mb, h, r);
		else if (h->id == SIP_LINES_ROUTE)
			err = print_route(mb, h, r, &top_route);
		else if (is_passed_on(h))
			err = mbuf_write_pl(mb, &h->whole);
	}

	return err ? err : print_body(mb, w);
}


static int response_in(struct mbuf *mb, const struct sip_lines *w,
		       const struct rewrite_in *r)
{
	size_t i;
	int err;

	err = mbuf_printf(mb, "SIP/2.0 %u %r\r\n", w->status, &w->reason);
	for (i = 0; i < w->count && !err; i++) {
		if (is_passed_on(&w->headers[i]))
			err = mbuf_write_pl(mb, &w->headers[i].whole);
	}

	/* libre reverses: the last is the first hop of the route set. */
	if (w->status > 100 && w->status < 300)
		err |= print_record_route(mb, w, r);

	return err ? err : print_body(mb, w);
}


int rewrite_in(struct mbuf *mb, const struct sip_lines *w,
	       const struct rewrite_in *r)
{
	return w->request ? request_in(mb, w, r) : response_in(mb, w, r);
}


static int inspect_response(struct rewrite_out *out, const struct sip_lines *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->count; i++) {
		struct pl rest = w->headers[i].value, value;
		struct via via;

		if (w->headers[i].id != SIP_LINES_VIA || n++ != 1)
			continue;
		if (!sip_lines_next_value(&rest, &value) ||
		    via_decode(&via, &value))
			return EBADMSG;
		if (!via.rport)
			out->reply_port = via.port ? via.port : SIP_PORT;
	}

	return n >= 2 ? 0 : EBADMSG;
}


/** What print_record_route() said of the dialog */
static void inspect_own_route(struct rewrite_out *out, const struct uri *uri)
{
	char text[2 * HOST_KEY_BYTES + 1];
	struct pl value;

	if (!msg_param_exists(&uri->params, "direct", &value))
		out->direct = true;
	if (!msg_param_exists(&uri->params, "claimed", &value))
		out->claimed = true;
	if (!out->host_known &&
	    !msg_param_decode(&uri->params, "host", &value) &&
	    value.l == 2 * sizeof(out->host) &&
	    !pl_strcpy(&value, text, sizeof(text)))
		out->host_known = !str_hex(out->host, sizeof(out->host), text);
}


static int inspect_request(struct rewrite_out *out, const struct sip_lines *w)
{
	struct pl raw = w->uri;
	struct uri uri;
	size_t i;

	for (i = 0; i < w->count; i++) {
		struct pl rest = w->headers[i].value, value, found;

		if (w->headers[i].id != SIP_LINES_ROUTE ||
		    !sip_lines_next_value(&rest, &value) ||
		    !value_uri(&value, &uri, &found))
			continue;
		if (!is_layer_value(&value)) {
			raw = found;
			break;
		}
		inspect_own_route(out, &uri);
	}

	return re_snprintf(out->next_hop, sizeof(out->next_hop), "%r", &raw) <
			       0
		       ? EBADMSG
		       : 0;
}


/** Requests but ACK, and final refusals, are repeated by timers that a
 *  reliable transport does not need (17.1.1.2, 17.1.2.2, 17.2.1); an ACK or
 *  a 2xx is sent again for a reason. */
static void print_key(struct rewrite_out *out, const struct sip_lines *w)
{
	const struct sip_line *top = sip_lines_find(w, SIP_LINES_VIA);
	const struct sip_line *cseq = sip_lines_find(w, SIP_LINES_CSEQ);
	struct pl rest;
	struct pl value;
	struct via via;

	out->key[0] = '\0';
	if (sip_lines_method_is(w, "ACK") || (!w->request && w->status < 300))
		return;

	rest = top->value;
	if (!cseq || !sip_lines_next_value(&rest, &value) ||
	    via_decode(&via, &value))
		return;

	if (re_snprintf(out->key, sizeof(out->key), "%u %r %r", w->status,
			&cseq->value, &via.branch) < 0)
		out->key[0] = '\0';
}


int rewrite_inspect(struct rewrite_out *out, const struct sip_lines *w)
{
	memset(out, 0, sizeof(*out));

	if (!sip_lines_find(w, SIP_LINES_VIA))
		return EBADMSG;

	print_key(out, w);

	return w->request ? inspect_request(out, w) : inspect_response(out, w);
}


/** libre's own Via names the transport layer: only its branch is kept */
static int print_own_via(struct mbuf *mb, const struct sip_line *line,
			 const struct flow_info *flow)
{
	struct pl rest = line->value, value;
	struct via via;

	if (!sip_lines_next_value(&rest, &value) || via_decode(&via, &value))
		return EBADMSG;

	return mbuf_printf(mb, "Via: SIP/2.0/%s %J;branch=%r%s\r\n",
			   flow_transport_name(flow->transport), &flow->local,
			   &via.branch,
			   flow->transport == FLOW_UDP ? ";rport" : "");
}


/** Route and Record-Route without the values of the transport layer */
static int print_without_layer(struct mbuf *mb, const struct sip_line *line)
{
	struct pl rest = line->value, value;
	int err = 0;

	while (sip_lines_next_value(&rest, &value)) {
		if (!is_layer_value(&value))
			err |= mbuf_printf(mb, "%r: %r\r\n", &line->name,
					   &value);
	}

	return err;
}


static bool is_private_to_domain(const struct pl *name)
{
	static const char *const names[] = {
		"P-Asserted-Identity", "P-Asserted-Service",
		"P-Charging-Function-Addresses", "P-Charging-Vector"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!pl_strcasecmp(name, names[i]))
			return true;
	}

	return false;
}


int rewrite_out(struct mbuf *mb, const struct sip_lines *w,
		const struct flow_info *flow, bool trusted)
{
	const struct sip_line *top = sip_lines_find(w, SIP_LINES_VIA);
	size_t i;
	int err;

	if (w->request)
		err = mbuf_printf(mb, "%r %r SIP/2.0\r\n", &w->method,
				  &w->uri);
	else
		err = mbuf_printf(mb, "SIP/2.0 %u %r\r\n", w->status,
				  &w->reason);

	for (i = 0; i < w->count && !err; i++) {
		const struct sip_line *h = &w->headers[i];

		if (h == top)
			err = w->request ? print_own_via(mb, h, flow) : 0;
		else if (h->id == SIP_LINES_ROUTE ||
			 h->id == SIP_LINES_RECORD_ROUTE)
			err = print_without_layer(mb, h);
		else if (h->id != SIP_LINES_CONTENT_LENGTH &&
			 (trusted || !is_private_to_domain(&h->name)))
			err = mbuf_write_pl(mb, &h->whole);
	}

	return err ? err : print_body(mb, w);
}
