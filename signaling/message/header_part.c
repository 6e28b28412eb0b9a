/**
 * @file signaling/message/header_part.c  Parts of a message's body (RFC 5621,
 * 2046)
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/header.h"
#include "signaling/message/sip_lines.h"

enum {
	PARTS_MAX = 16,
	BOUNDARY_MAX = 70, /* RFC 2046 section 5.1.1 */
	DEPTH_MAX = 3,     /* multiparts within multiparts */
};

/** What is looked for */
struct wanted {
	const char *type, *subtype, *disposition;
	bool foreign; /**< instead: what must be handled and cannot be */
};

void header_body(const struct sip_msg *msg, struct pl *body)
{
	size_t left = mbuf_get_left(msg->mb);

	/* A datagram may be longer than its Content-Length says (RFC 3261
	 * section 18.3): the rest is not body. */
	if (pl_isset(&msg->clen)) {
		uint32_t clen = pl_u32(&msg->clen);

		if (clen < left)
			left = clen;
	}
	body->p = left ? (const char *)mbuf_buf(msg->mb) : NULL;
	body->l = left;
}

/** The value of a line of a part's head (RFC 2045 section 3), unfolded lines
 *  included; empty if there is none */
static struct pl part_header(struct pl head, const char *name)
{
	const struct pl none = {NULL, 0};
	size_t name_len = strlen(name);

	while (head.l) {
		const char *end = head.p;
		size_t left = head.l, len;
		struct pl line;

		/* a line goes on after a CRLF and white space */
		do {
			end = memmem(end, left, "\r\n", 2);
			len = end ? (size_t)(end - head.p) : head.l;
			if (end) {
				end += 2;
				left = head.l - (size_t)(end - head.p);
			}
		} while (end && left && (*end == ' ' || *end == '\t'));

		line.p = head.p;
		line.l = len;
		pl_advance(&head, (ssize_t)(end ? len + 2 : len));
		if (line.l <= name_len ||
		    strncasecmp(line.p, name, name_len) != 0)
			continue;
		pl_advance(&line, (ssize_t)name_len);
		sip_lines_trim(&line);
		if (!line.l || line.p[0] != ':')
			continue;
		pl_advance(&line, 1);
		sip_lines_trim(&line);
		return line;
	}
	return none;
}

/** The word before any parameters */
static struct pl first_word(struct pl value)
{
	size_t i;

	for (i = 0; i < value.l && value.p[i] != ';'; i++)
		;
	value.l = i;
	sip_lines_trim(&value);

	return value;
}

/** Without one, a part is what its type is for (RFC 5621 section 4) */
static bool disposition_is(const struct pl *value, const char *want)
{
	struct pl word = first_word(*value);

	return !want || !word.l || !pl_strcasecmp(&word, want);
}

/** RFC 5621 section 8: said so, and of a type that nobody here reads */
static bool is_foreign(const struct msg_ctype *type,
		       const struct pl *disposition)
{
	static const struct wanted known[] = {
		{"application", "sdp", NULL, false},
		{"application", "resource-lists+xml", NULL, false},
	};
	struct pl params = *disposition, handling;
	size_t i;

	if (!disposition->l)
		return false;
	pl_advance(&params, (ssize_t)first_word(*disposition).l);
	if (msg_param_decode(&params, "handling", &handling) ||
	    pl_strcasecmp(&handling, "required"))
		return false;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		if (!pl_strcasecmp(&type->type, known[i].type) &&
		    !pl_strcasecmp(&type->subtype, known[i].subtype))
			return false;
	}
	return true;
}

static bool type_is(const struct msg_ctype *type, const struct wanted *want)
{
	return !pl_strcasecmp(&type->type, want->type) &&
	       !pl_strcasecmp(&type->subtype, want->subtype);
}

/** After a boundary comes the rest of its line, not of a longer boundary */
static bool ends_mark(const char *p, const char *stop)
{
	if (p == stop || *p == '\r' || *p == ' ' || *p == '\t')
		return true;

	return stop - p >= 2 && p[0] == '-' && p[1] == '-';
}

/** Where the next boundary line begins (its CRLF before it included) and ends;
 *  false if there is none */
static bool next_boundary(struct pl rest, bool first, const struct pl *mark,
			  const char **begin, const char **end)
{
	const char *p = rest.p, *stop = rest.p + rest.l;

	while ((p = memmem(p, (size_t)(stop - p), mark->p, mark->l))) {
		const char *after = p + mark->l;
		bool at_start = (first && p == rest.p) ||
				(p - rest.p >= 2 && !memcmp(p - 2, "\r\n", 2));

		if (at_start && ends_mark(after, stop)) {
			*begin = p == rest.p ? p : p - 2;
			*end = after;
			return true;
		}
		p = after;
	}
	return false;
}

static int find_multipart(struct header_part *part, struct pl body,
			  const struct pl *params, const struct wanted *want,
			  unsigned depth);

/** Is this part it, or is it within? EAGAIN: go on */
static int look_at_part(struct header_part *part, struct pl whole,
			const struct wanted *want, unsigned depth)
{
	struct msg_ctype type;
	struct pl head = whole, value, disposition;
	const char *empty;
	int err;

	/* The rest of the boundary line, then head and body around an empty
	 * line. */
	empty = memmem(whole.p, whole.l, "\r\n\r\n", 4);
	if (!empty)
		return EAGAIN;
	head.l = (size_t)(empty - whole.p);
	pl_advance(&whole, (ssize_t)head.l + 4);
	value = part_header(head, "Content-Type");
	if (!value.l || msg_ctype_decode(&type, &value))
		return EAGAIN;
	if (!pl_strcasecmp(&type.type, "multipart")) {
		err = find_multipart(part, whole, &type.params, want,
				     depth + 1);
		return err == ENOTSUP ? EAGAIN : err;
	}
	disposition = part_header(head, "Content-Disposition");
	if (want->foreign)
		return is_foreign(&type, &disposition) ? 0 : EAGAIN;
	if (!type_is(&type, want) ||
	    !disposition_is(&disposition, want->disposition))
		return EAGAIN;
	if (!whole.l)
		return EBADMSG;
	part->body = whole;
	part->encoding = part_header(head, "Content-Transfer-Encoding");

	return 0;
}

static int find_multipart(struct header_part *part, struct pl body,
			  const struct pl *params, const struct wanted *want,
			  unsigned depth)
{
	char text[BOUNDARY_MAX + 3];
	struct pl boundary, mark;
	const char *begin, *end;
	int i, err;

	if (depth > DEPTH_MAX ||
	    msg_param_decode(params, "boundary", &boundary))
		return EBADMSG;
	if (boundary.l >= 2 && boundary.p[0] == '"') {
		boundary.p++;
		boundary.l -= 2;
	}
	if (!boundary.l || boundary.l > BOUNDARY_MAX)
		return EBADMSG;
	mark.p = text;
	mark.l = boundary.l + 2;
	(void)re_snprintf(text, sizeof(text), "--%r", &boundary);

	if (!next_boundary(body, true, &mark, &begin, &end))
		return EBADMSG;
	for (i = 0; i < PARTS_MAX; i++) {
		struct pl whole;

		pl_advance(&body, end - body.p);
		if (!next_boundary(body, false, &mark, &begin, &end))
			break;
		whole.p = body.p;
		whole.l = (size_t)(begin - body.p);
		err = look_at_part(part, whole, want, depth);
		if (err != EAGAIN)
			return err;
	}

	return i ? ENOTSUP : EBADMSG;
}

static int split_type(struct wanted *want, char *copy, size_t size,
		      const char *type, const char *disposition)
{
	char *slash;

	str_ncpy(copy, type, size);
	slash = strchr(copy, '/');
	if (!slash)
		return EINVAL;
	*slash = '\0';
	want->type = copy;
	want->subtype = slash + 1;
	want->disposition = disposition;
	want->foreign = false;

	return 0;
}

bool header_has_foreign_part(const struct sip_msg *msg)
{
	static const struct wanted want = {.foreign = true};
	struct header_part part;
	struct pl body;

	header_body(msg, &body);

	return body.l && !pl_strcasecmp(&msg->ctyp.type, "multipart") &&
	       !find_multipart(&part, body, &msg->ctyp.params, &want, 0);
}

int header_part(struct header_part *part, const struct sip_msg *msg,
		const char *type, const char *disposition)
{
	const struct sip_hdr *hdr;
	struct wanted want;
	struct pl body;
	char copy[64];

	if (!part || !msg || !type ||
	    split_type(&want, copy, sizeof(copy), type, disposition))
		return EINVAL;
	memset(part, 0, sizeof(*part));
	header_body(msg, &body);
	if (!body.l)
		return ENOENT;
	if (body.l > HEADER_BODY_MAX)
		return EMSGSIZE;
	/* RFC 3261 section 20.11: an encoding we do not speak */
	if (sip_msg_hdr(msg, SIP_HDR_CONTENT_ENCODING) &&
	    !sip_msg_hdr_has_value(msg, SIP_HDR_CONTENT_ENCODING, "identity"))
		return ENOTSUP;
	if (!pl_strcasecmp(&msg->ctyp.type, "multipart"))
		return find_multipart(part, body, &msg->ctyp.params, &want, 0);

	hdr = sip_msg_hdr(msg, SIP_HDR_CONTENT_DISPOSITION);
	if (!type_is(&msg->ctyp, &want) ||
	    (hdr && !disposition_is(&hdr->val, disposition)))
		return ENOTSUP;
	part->body = body;
	hdr = sip_msg_xhdr(msg, "Content-Transfer-Encoding");
	if (hdr)
		part->encoding = hdr->val;

	return 0;
}

/** SIP is eight bits wide: these change nothing (RFC 2045 section 6.2) */
static bool is_plain(const struct pl *encoding)
{
	return !encoding->l || !pl_strcasecmp(encoding, "binary") ||
	       !pl_strcasecmp(encoding, "8bit") ||
	       !pl_strcasecmp(encoding, "7bit");
}

int header_part_decode(struct mbuf **mbp, const struct header_part *part)
{
	size_t i, n = 0, len = part->body.l;
	struct mbuf *mb;
	char *text;
	int err = 0;

	if (!is_plain(&part->encoding) &&
	    pl_strcasecmp(&part->encoding, "base64"))
		return ENOTSUP;
	mb = mbuf_alloc(len + 1);
	if (!mb)
		return ENOMEM;
	if (is_plain(&part->encoding)) {
		err = mbuf_write_pl(mb, &part->body);
		goto out;
	}
	text = mem_alloc(len + 1, NULL);
	if (!text) {
		err = ENOMEM;
		goto out;
	}
	for (i = 0; i < len; i++) {
		if (!strchr("\r\n\t ", part->body.p[i]))
			text[n++] = part->body.p[i];
	}
	len = mb->size;
	if (!n || n % 4 || base64_decode(text, n, mb->buf, &len))
		err = EBADMSG;
	else
		mb->end = len;
	mem_deref(text);

out:
	mb->pos = 0;
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

int header_sdp(const struct sip_msg *msg, struct pl *sdp)
{
	struct header_part part;
	int err = header_part(&part, msg, "application/sdp", "session");

	if (err)
		return err;
	/* Nobody encodes it: it is text of seven bits. */
	if (!is_plain(&part.encoding))
		return ENOTSUP;
	*sdp = part.body;

	return 0;
}
