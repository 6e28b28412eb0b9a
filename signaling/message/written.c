/**
 * @file signaling/message/written.c  A MESSAGE's body as text
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/cpim.h"
#include "signaling/message/header.h"
#include "signaling/message/sip_lines.h"
#include "signaling/message/written.h"

/** A body and what is said of it */
struct part {
	struct msg_ctype type;
	struct pl disposition; /**< may be empty */
	struct header_part content;
};

static bool type_is(const struct part *p, const char *type,
		    const char *subtype)
{
	return !pl_strcasecmp(&p->type.type, type) &&
	       !pl_strcasecmp(&p->type.subtype, subtype);
}

/** Not for people: receipts, and that somebody is typing */
static bool is_quiet(const struct part *p)
{
	static const char notification[] = "notification";
	const size_t len = sizeof(notification) - 1;

	if (type_is(p, "message", "imdn+xml") ||
	    type_is(p, "application", "im-iscomposing+xml"))
		return true;

	return p->disposition.l >= len &&
	       !strncasecmp(p->disposition.p, notification, len) &&
	       (p->disposition.l == len ||
		strchr("; \t", p->disposition.p[len]));
}

enum charset { CHARSET_UTF8, CHARSET_LATIN1, CHARSET_OTHER };

/** Without one it is ASCII (RFC 2046), which is UTF-8 */
static enum charset charset_of(const struct part *p)
{
	struct pl name;

	if (!pl_isset(&p->type.params) ||
	    msg_param_decode(&p->type.params, "charset", &name))
		return CHARSET_UTF8;
	if (name.l >= 2 && name.p[0] == '"' && name.p[name.l - 1] == '"') {
		name.p++;
		name.l -= 2;
	}
	if (!pl_strcasecmp(&name, "utf-8") || !pl_strcasecmp(&name, "utf8") ||
	    !pl_strcasecmp(&name, "us-ascii"))
		return CHARSET_UTF8;

	return pl_strcasecmp(&name, "iso-8859-1") ? CHARSET_OTHER
						  : CHARSET_LATIN1;
}

/** Each byte is a code point */
static int from_latin1(struct mbuf **mbp, struct mbuf *in)
{
	struct mbuf *mb = mbuf_alloc(2 * mbuf_get_left(in) + 1);
	int err = 0;

	if (!mb)
		return ENOMEM;
	while (mbuf_get_left(in) && !err) {
		const uint8_t c = mbuf_read_u8(in);

		if (c >= 0x80)
			err |= mbuf_write_u8(mb, (uint8_t)(0xc0 | c >> 6));
		err |= mbuf_write_u8(
			mb, c < 0x80 ? c : (uint8_t)(0x80 | (c & 0x3f)));
	}
	mb->pos = 0;
	if (err)
		mem_deref(mb);
	else
		*mbp = mb;

	return err;
}

static int read_text(struct mbuf **mbp, const struct part *p)
{
	const enum charset charset = charset_of(p);
	struct mbuf *mb = NULL;
	int err;

	if (charset == CHARSET_OTHER)
		return ENOTSUP;
	err = header_part_decode(&mb, &p->content);
	if (err || charset == CHARSET_UTF8) {
		*mbp = mb;
		return err;
	}
	err = from_latin1(mbp, mb);
	mem_deref(mb);

	return err;
}

static int read_cpim(struct mbuf **mbp, const struct part *outer)
{
	struct part p;
	struct cpim c;
	int err;

	/* what is within says how it is encoded */
	if (outer->content.encoding.l &&
	    pl_strcasecmp(&outer->content.encoding, "8bit") &&
	    pl_strcasecmp(&outer->content.encoding, "7bit") &&
	    pl_strcasecmp(&outer->content.encoding, "binary"))
		return ENOTSUP;
	memset(&p, 0, sizeof(p));
	err = cpim_decode(&c, &outer->content.body);
	if (err)
		return err;
	if (c.type.l && msg_ctype_decode(&p.type, &c.type))
		return EBADMSG;
	p.disposition = c.disposition;
	p.content.body = c.body;
	p.content.encoding = c.encoding;
	if (is_quiet(&p))
		return 0;

	/* RFC 2045 section 5.2: a text where nothing is said */
	return !c.type.l || type_is(&p, "text", "plain") ? read_text(mbp, &p)
							 : ENOTSUP;
}

static bool is_encoded(const struct sip_msg *msg)
{
	return sip_msg_hdr(msg, SIP_HDR_CONTENT_ENCODING) &&
	       !sip_msg_hdr_has_value(msg, SIP_HDR_CONTENT_ENCODING,
				      "identity");
}

int written_read(struct mbuf **mbp, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr;
	struct part p;

	*mbp = NULL;
	memset(&p, 0, sizeof(p));
	p.type = msg->ctyp;
	header_body(msg, &p.content.body);
	hdr = sip_msg_hdr(msg, SIP_HDR_CONTENT_DISPOSITION);
	if (hdr)
		p.disposition = hdr->val;
	hdr = sip_msg_xhdr(msg, "Content-Transfer-Encoding");
	if (hdr)
		p.content.encoding = hdr->val;

	if (!p.content.body.l)
		return EBADMSG;
	if (p.content.body.l > HEADER_BODY_MAX)
		return EMSGSIZE;
	if (is_encoded(msg))
		return ENOTSUP;
	if (is_quiet(&p))
		return 0;
	if (type_is(&p, "message", "cpim"))
		return read_cpim(mbp, &p);

	return type_is(&p, "text", "plain") ? read_text(mbp, &p) : ENOTSUP;
}
