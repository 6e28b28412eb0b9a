/**
 * @file signaling/transport/gate.c  Judges a SIP message before libre's parser
 * sees it
 */
#include <string.h>
#include <strings.h>
#include "mixer/base/keyed_hash.h"
#include "signaling/message/via.h"
#include "signaling/transport/gate.h"


/** What sessions can do when a peer insists. The one place to extend. */
static const char *const supported[] = {
	"timer",    "100rel",  "recipient-list-invite",
	"replaces", "join",    "norefersub",
	"nosub",    "tdialog", "precondition",
	"path",     "outbound"};

static const char *const rule_names[GATE_RULES] = {
	[GATE_PASS] = "passed",
	[GATE_SIZE] = "size",
	[GATE_INCOMPLETE] = "incomplete",
	[GATE_START_LINE] = "start_line",
	[GATE_VERSION] = "version",
	[GATE_HEADER] = "header",
	[GATE_HEADER_COUNT] = "header_count",
	[GATE_MISSING] = "missing",
	[GATE_DUPLICATE] = "duplicate",
	[GATE_VIA] = "via",
	[GATE_ADDRESS] = "address",
	[GATE_CSEQ] = "cseq",
	[GATE_CONTENT_LENGTH] = "content_length",
	[GATE_NUMBER] = "number",
	[GATE_SCHEME] = "scheme",
	[GATE_EXTENSION] = "extension",
	[GATE_UNDECODABLE] = "undecodable",
	[GATE_RATE] = "rate",
	[GATE_INVITE_RATE] = "invite_rate",
	[GATE_STRANGERS] = "strangers",
	[GATE_LOOP] = "loop",
};

/** A check looks at the message and says true, or fills the verdict */
typedef bool(check_h)(struct gate_verdict *v, struct sip_lines *w);


const char *gate_rule_name(enum gate_rule rule)
{
	return rule < GATE_RULES ? rule_names[rule] : "";
}


void gate_refuse(struct gate_verdict *v, const struct sip_lines *w,
		 enum gate_rule rule, unsigned status, const char *reason)
{
	v->rule = rule;
	v->status = w->request && !sip_lines_method_is(w, "ACK") ? status : 0;
	v->reason = reason;
	v->header[0] = '\0';
}


static bool bad(struct gate_verdict *v, const struct sip_lines *w,
		enum gate_rule rule, const char *reason)
{
	gate_refuse(v, w, rule, 400, reason);

	return false;
}


/** Headers that every message has, and that may stand only once */
static bool check_presence(struct gate_verdict *v, struct sip_lines *w)
{
	static const struct {
		enum sip_line_kind id;
		bool needed;
		const char *missing, *twice;
	} rows[] = {
		{SIP_LINES_FROM, true, "Missing From", "Multiple From"},
		{SIP_LINES_TO, true, "Missing To", "Multiple To"},
		{SIP_LINES_CALL_ID, true, "Missing Call-ID",
		 "Multiple Call-ID"},
		{SIP_LINES_CSEQ, true, "Missing CSeq", "Multiple CSeq"},
		{SIP_LINES_MAX_FORWARDS, false, NULL, "Multiple Max-Forwards"},
		{SIP_LINES_CONTENT_LENGTH, false, NULL,
		 "Multiple Content-Length"},
		{SIP_LINES_CONTENT_TYPE, false, NULL, "Multiple Content-Type"},
		{SIP_LINES_EXPIRES, false, NULL, "Multiple Expires"},
	};
	size_t i, n;

	if (!sip_lines_find(w, SIP_LINES_VIA))
		return bad(v, w, GATE_MISSING, "Missing Via");

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		n = sip_lines_count(w, rows[i].id);
		if (!n && rows[i].needed)
			return bad(v, w, GATE_MISSING, rows[i].missing);
		if (n > 1)
			return bad(v, w, GATE_DUPLICATE, rows[i].twice);
	}

	return true;
}


static bool check_via(struct gate_verdict *v, struct sip_lines *w)
{
	size_t i, n = 0;

	for (i = 0; i < w->count; i++) {
		struct pl rest = w->headers[i].value, value;
		struct via via;

		if (w->headers[i].id != SIP_LINES_VIA)
			continue;
		if (!rest.l)
			return bad(v, w, GATE_VIA, "Empty Via");
		while (sip_lines_next_value(&rest, &value)) {
			if (via_decode(&via, &value) || ++n > 70)
				return bad(v, w, GATE_VIA, "Malformed Via");
		}
	}

	/* A response of ours has passed no other element above us. */
	if (!w->request && n != 1)
		return bad(v, w, GATE_VIA, "Via of another element");

	return true;
}


/** '%' stands before two hex digits, nothing unprintable, no quotes */
static bool uri_is_clean(const struct pl *uri)
{
	size_t i;

	for (i = 0; i < uri->l; i++) {
		unsigned char c = (unsigned char)uri->p[i];

		if (c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>')
			return false;
		if (c != '%')
			continue;
		if (i + 2 >= uri->l ||
		    !strchr("0123456789abcdefABCDEF", uri->p[i + 1]) ||
		    !strchr("0123456789abcdefABCDEF", uri->p[i + 2]))
			return false;
	}

	return memchr(uri->p, ':', uri->l) != NULL;
}


/** What follows the user part of a sip: or sips: Request-URI: host, port and
 *  parameters, but no headers (RFC 3261 section 19.1.1) */
static bool target_is_valid(const struct pl *uri)
{
	const char *mark = memchr(uri->p, '@', uri->l), *end;
	struct pl rest, port;
	uint64_t n;

	if (!mark)
		mark = memchr(uri->p, ':', uri->l);
	rest.p = mark + 1;
	rest.l = (size_t)(uri->p + uri->l - rest.p);
	if (memchr(rest.p, '?', rest.l))
		return false;
	end = memchr(rest.p, ';', rest.l);
	if (end)
		rest.l = (size_t)(end - rest.p);

	/* Without brackets an IPv6 address ends at its first colon, and what
	   follows is no port. */
	if (rest.l && rest.p[0] == '[') {
		end = memchr(rest.p, ']', rest.l);
		if (!end)
			return false;
		++end;
	}
	else {
		end = memchr(rest.p, ':', rest.l);
		if (!end)
			return rest.l > 0;
	}
	if (end == rest.p)
		return false;
	if (end == rest.p + rest.l)
		return true;

	port.p = end + 1;
	port.l = (size_t)(rest.p + rest.l - port.p);

	return *end == ':' && sip_lines_number(&port, 65535, &n) && n;
}


static bool address_is_valid(const struct pl *value)
{
	struct pl display, uri, params, name, val;

	if (!value->l || !sip_lines_address(value, &display, &uri, &params) ||
	    !uri_is_clean(&uri))
		return false;

	/* Without <> a ',' or '?' cannot belong to the URI (section 20). */
	if (!memchr(value->p, '<', value->l) &&
	    (memchr(uri.p, ',', uri.l) || memchr(uri.p, '?', uri.l)))
		return false;

	while (sip_lines_next_param(&params, &name, &val))
		;
	sip_lines_trim(&params);

	return !params.l;
}


static bool check_addresses(struct gate_verdict *v, struct sip_lines *w)
{
	const struct sip_line *from = sip_lines_find(w, SIP_LINES_FROM);
	const struct sip_line *to = sip_lines_find(w, SIP_LINES_TO);
	size_t i;

	if (!address_is_valid(&from->value))
		return bad(v, w, GATE_ADDRESS, "Malformed From");
	if (!address_is_valid(&to->value))
		return bad(v, w, GATE_ADDRESS, "Malformed To");
	if (w->request && !uri_is_clean(&w->uri))
		return bad(v, w, GATE_ADDRESS, "Malformed Request-URI");

	for (i = 0; i < w->count; i++) {
		struct pl rest = w->headers[i].value, value;
		enum sip_line_kind id = w->headers[i].id;

		if (id != SIP_LINES_CONTACT && id != SIP_LINES_ROUTE &&
		    id != SIP_LINES_RECORD_ROUTE)
			continue;
		if (id == SIP_LINES_CONTACT && !pl_strcmp(&rest, "*"))
			continue;
		while (sip_lines_next_value(&rest, &value)) {
			if (!address_is_valid(&value))
				return bad(v, w, GATE_ADDRESS,
					   id == SIP_LINES_CONTACT
						   ? "Malformed Contact"
						   : "Malformed Route");
		}
	}

	return true;
}


static bool check_call_id(struct gate_verdict *v, struct sip_lines *w)
{
	struct pl id = sip_lines_find(w, SIP_LINES_CALL_ID)->value;
	size_t i;

	for (i = 0; i < id.l; i++) {
		if ((unsigned char)id.p[i] <= ' ')
			return bad(v, w, GATE_HEADER, "Malformed Call-ID");
	}

	return id.l ? true : bad(v, w, GATE_HEADER, "Malformed Call-ID");
}


static bool check_cseq(struct gate_verdict *v, struct sip_lines *w)
{
	struct pl rest = sip_lines_find(w, SIP_LINES_CSEQ)->value,
		  number = rest;
	uint64_t n;

	number.l = 0;
	while (number.l < rest.l && number.p[number.l] >= '0' &&
	       number.p[number.l] <= '9')
		++number.l;
	rest.p += number.l;
	rest.l -= number.l;

	if (!sip_lines_number(&number, 0x7fffffff, &n) || !rest.l ||
	    !strchr(" \t\r\n", rest.p[0]))
		return bad(v, w, GATE_CSEQ, "Malformed CSeq");

	sip_lines_trim(&rest);
	if (!sip_lines_is_token(&rest))
		return bad(v, w, GATE_CSEQ, "Malformed CSeq");
	if (!w->request || !pl_cmp(&rest, &w->method))
		return true;

	/* Nobody knows where this method has its name again (RFC 4475 section
	   3.1.2.18). */
	if (sip_lines_method_index(&w->method) >= 0)
		return bad(v, w, GATE_CSEQ, "CSeq method mismatch");
	gate_refuse(v, w, GATE_CSEQ, 501, "Not Implemented");

	return false;
}


static bool is_emergency_urn(const struct pl *uri)
{
	static const char sos[] = "urn:service:sos";
	const size_t len = sizeof(sos) - 1;

	return uri->l >= len && !strncasecmp(uri->p, sos, len) &&
	       (uri->l == len || uri->p[len] == '.');
}


static bool check_target(struct gate_verdict *v, struct sip_lines *w)
{
	struct pl scheme;

	if (!w->request)
		return true;

	scheme.p = w->uri.p;
	scheme.l = (size_t)((const char *)memchr(w->uri.p, ':', w->uri.l) -
			    w->uri.p);
	/* An emergency call has its own answer (RFC 5031, 3966). */
	if (sip_lines_method_is(w, "INVITE") &&
	    (!pl_strcasecmp(&scheme, "tel") || is_emergency_urn(&w->uri)))
		return true;
	if (pl_strcasecmp(&scheme, "sip") && pl_strcasecmp(&scheme, "sips")) {
		gate_refuse(v, w, GATE_SCHEME, 416, "Unsupported URI Scheme");
		return false;
	}
	if (!target_is_valid(&w->uri))
		return bad(v, w, GATE_ADDRESS, "Malformed Request-URI");

	return true;
}


static bool check_numbers(struct gate_verdict *v, struct sip_lines *w)
{
	const struct sip_line *h;
	uint64_t n;

	h = sip_lines_find(w, SIP_LINES_MAX_FORWARDS);
	if (h && !sip_lines_number(&h->value, 255, &n))
		return bad(v, w, GATE_NUMBER, "Malformed Max-Forwards");

	h = sip_lines_find(w, SIP_LINES_EXPIRES);
	if (h && !sip_lines_number(&h->value, UINT32_MAX, &n))
		return bad(v, w, GATE_NUMBER, "Malformed Expires");

	return true;
}


static bool is_supported(const struct pl *tag)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(supported); i++) {
		if (!pl_strcasecmp(tag, supported[i]))
			return true;
	}

	return false;
}


/** RFC 3261 section 8.2.2.3; not for CANCEL and ACK. Proxy-Require is not for
 *  us: we are where the request goes */
static bool check_extensions(struct gate_verdict *v, struct sip_lines *w)
{
	char unsupported[200] = "";
	size_t i, len = 0;

	if (!w->request || sip_lines_method_is(w, "ACK") ||
	    sip_lines_method_is(w, "CANCEL"))
		return true;

	for (i = 0; i < w->count; i++) {
		struct pl rest = w->headers[i].value, tag;

		if (w->headers[i].id != SIP_LINES_REQUIRE)
			continue;
		while (sip_lines_next_value(&rest, &tag)) {
			if (is_supported(&tag))
				continue;
			if (!sip_lines_is_token(&tag) || tag.l > 100)
				return bad(v, w, GATE_EXTENSION,
					   "Malformed Require");
			/* Who asks for more than that is told of the first. */
			if (len + tag.l + 3 > sizeof(unsupported))
				continue;
			len += (size_t)re_snprintf(
				unsupported + len, sizeof(unsupported) - len,
				"%s%r", len ? ", " : "", &tag);
		}
	}
	if (!len)
		return true;

	gate_refuse(v, w, GATE_EXTENSION, 420, "Bad Extension");
	(void)re_snprintf(v->header, sizeof(v->header), "Unsupported: %s\r\n",
			  unsupported);

	return false;
}


static bool check_length(struct gate_verdict *v, struct sip_lines *w,
			 size_t max_bytes, bool stream)
{
	const struct sip_line *h = sip_lines_find(w, SIP_LINES_CONTENT_LENGTH);
	uint64_t n = w->body.l;

	if (!h && stream)
		return bad(v, w, GATE_CONTENT_LENGTH,
			   "Missing Content-Length");
	if (h && !sip_lines_number(&h->value, UINT32_MAX, &n))
		return bad(v, w, GATE_CONTENT_LENGTH,
			   "Malformed Content-Length");
	if (w->head_bytes + n > max_bytes) {
		gate_refuse(v, w, GATE_SIZE, 513, "Message Too Large");
		return false;
	}
	if (n > w->body.l)
		return bad(v, w, GATE_CONTENT_LENGTH, "Content Too Short");

	v->body_bytes = (size_t)n;
	w->body.l = (size_t)n; /* what follows is padding (18.3) */

	return true;
}


static bool check_lines(struct gate_verdict *v, const struct sip_lines *w)
{
	switch (w->error) {

	case SIP_LINES_OK: return true;

	case SIP_LINES_INCOMPLETE:
		return bad(v, w, GATE_INCOMPLETE, "Incomplete Message");

	case SIP_LINES_BAD_VERSION:
		gate_refuse(v, w, GATE_VERSION, 505, "Version Not Supported");
		return false;

	case SIP_LINES_BAD_HEADER:
		return bad(v, w, GATE_HEADER, "Malformed Header");

	case SIP_LINES_TOO_MANY:
		return bad(v, w, GATE_HEADER_COUNT, "Too Many Headers");

	case SIP_LINES_BAD_START: break;
	}

	return bad(v, w, GATE_START_LINE, "Malformed Request Line");
}


/** libre's parser has the last word: it must never meet what it cannot read,
 *  because then nobody would be answered. These are all the values that make
 *  it give up (fuzz_gate holds it to that); a request gets a Via of ours */
static bool check_decodable(struct gate_verdict *v, struct sip_lines *w)
{
	const struct sip_line *from = sip_lines_find(w, SIP_LINES_FROM);
	const struct sip_line *to = sip_lines_find(w, SIP_LINES_TO);
	const struct sip_line *number = sip_lines_find(w, SIP_LINES_CSEQ);
	const struct sip_line *type =
		sip_lines_find(w, SIP_LINES_CONTENT_TYPE);
	const struct sip_line *top = sip_lines_find(w, SIP_LINES_VIA);
	struct msg_ctype ctype;
	struct sip_addr addr;
	struct sip_cseq cseq;
	struct sip_via via;
	struct uri uri;
	int err;

	err = w->request ? uri_decode(&uri, &w->uri)
			 : sip_via_decode(&via, &top->value);
	if (!err)
		err = sip_addr_decode(&addr, &from->value);
	if (!err)
		err = sip_addr_decode(&addr, &to->value);
	if (!err)
		err = sip_cseq_decode(&cseq, &number->value);
	if (!err && type)
		err = msg_ctype_decode(&ctype, &type->value);

	return err ? bad(v, w, GATE_UNDECODABLE, "Bad Request") : true;
}


bool gate_check(struct gate_verdict *v, struct sip_lines *w, size_t len,
		size_t max_bytes, bool stream)
{
	static check_h *const checks[] = {
		check_presence, check_via,        check_addresses,
		check_call_id,  check_cseq,       check_numbers,
		check_target,   check_extensions, check_decodable};
	size_t i;

	memset(v, 0, sizeof(*v));
	if (len > max_bytes) {
		gate_refuse(v, w, GATE_SIZE, 513, "Message Too Large");
		return false;
	}
	if (!check_lines(v, w))
		return false;

	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!checks[i](v, w))
			return false;
	}

	return check_length(v, w, max_bytes, stream);
}


/** Via lines as they came, the topmost value with received and rport */
static int echo_via(struct mbuf *mb, const struct sip_lines *w,
		    const struct sa *source)
{
	bool first = true;
	size_t i;
	int err = 0;

	for (i = 0; i < w->count; i++) {
		struct pl rest = w->headers[i].value, value;

		if (w->headers[i].id != SIP_LINES_VIA)
			continue;
		while (sip_lines_next_value(&rest, &value)) {
			struct via via;

			if (!first) {
				if (value.l)
					err |= mbuf_printf(mb, "Via: %r\r\n",
							   &value);
				continue;
			}
			err |= mbuf_write_str(mb, "Via: ");
			if (!via_decode(&via, &value))
				err |= via_print_received(mb, &via, source);
			else if (via_salvage(&via, &value))
				err |= mbuf_write_pl(mb, &value);
			else
				return EBADMSG;
			err |= mbuf_write_str(mb, "\r\n");
			first = false;
		}
	}

	return first ? EBADMSG : err;
}


static int echo_header(struct mbuf *mb, const struct sip_lines *w,
		       enum sip_line_kind id, const char *name)
{
	const struct sip_line *h = sip_lines_find(w, id);

	return h ? mbuf_printf(mb, "%s: %r\r\n", name, &h->value) : 0;
}


/** A tag that is the same for the same request: no state (8.2.7) */
static int echo_to(struct mbuf *mb, const struct sip_lines *w)
{
	const struct sip_line *to = sip_lines_find(w, SIP_LINES_TO);
	const struct sip_line *id = sip_lines_find(w, SIP_LINES_CALL_ID);
	struct pl tag;

	if (!to)
		return 0;

	tag = sip_lines_tag(w, SIP_LINES_TO);
	if (tag.l || !memchr(to->value.p, ':', to->value.l))
		return mbuf_printf(mb, "To: %r\r\n", &to->value);

	return mbuf_printf(mb, "To: %r;tag=gate-%08x\r\n", &to->value,
			   id ? keyed_hash_pl(&id->value) : 0);
}


int gate_reply(struct mbuf *mb, const struct sip_lines *w,
	       const struct gate_verdict *v, const struct sa *source)
{
	int err;

	err = mbuf_printf(mb, "SIP/2.0 %u %s\r\n", v->status, v->reason);
	if (err)
		return err;

	err = echo_via(mb, w, source);
	if (err)
		return err;

	err |= echo_header(mb, w, SIP_LINES_FROM, "From");
	err |= echo_to(mb, w);
	err |= echo_header(mb, w, SIP_LINES_CALL_ID, "Call-ID");
	err |= echo_header(mb, w, SIP_LINES_CSEQ, "CSeq");
	err |= mbuf_write_str(mb, v->header);
	err |= mbuf_write_str(mb, "Content-Length: 0\r\n\r\n");

	return err;
}
