/**
 * @file signaling/message/header.c  What the session layer reads out of SIP
 * headers
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "signaling/message/header.h"
#include "signaling/message/sip_lines.h"

/* Length of the UTF-8 sequence at p, 0 if it is none */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;

	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	/* overlong forms, surrogates, beyond U+10FFFF; and the C1 controls,
	 * which a terminal obeys like the C0 ones */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ||
	    (p[0] == 0xc2 && p[1] < 0xa0))
		return 0;

	return n;
}

/* Clean copy; unescape: a backslash gives way to what it quotes */
static int copy_text(char **dst, const char *p, size_t len, size_t max,
		     bool unescape)
{
	char *out;
	size_t i = 0, o = 0;

	*dst = NULL;
	out = mem_alloc((len < max ? len : max) + 1, NULL);
	if (!out)
		return ENOMEM;

	while (i < len) {
		const unsigned char *u = (const unsigned char *)p + i;
		size_t n;

		if (unescape && *u == '\\' && i + 1 < len) {
			i++;
			u++;
		}
		n = utf8_length(u, len - i);
		if (!n || *u < 0x20 || *u == 0x7f) {
			i += n ? n : 1;
			continue;
		}
		if (o + n > max)
			break;
		memcpy(out + o, u, n);
		o += n;
		i += n;
	}
	while (o && out[o - 1] == ' ')
		o--;
	out[o] = '\0';

	if (o)
		*dst = out;
	else
		mem_deref(out);

	return 0;
}

int header_display(char **dst, const struct pl *dname)
{
	struct pl name;

	if (!dst)
		return EINVAL;
	*dst = NULL;
	if (!pl_isset(dname))
		return 0;
	name = *dname;
	sip_lines_trim(&name);

	return copy_text(dst, name.p, name.l, HEADER_DISPLAY_MAX, true);
}

int header_text(char **dst, const struct pl *val, size_t max)
{
	if (!dst)
		return EINVAL;
	*dst = NULL;
	if (!pl_isset(val))
		return 0;

	return copy_text(dst, val->p, val->l, max, false);
}

static bool uri_char(unsigned char c)
{
	return c > 0x20 && c < 0x7f && !strchr("<>\"\\^`{|}", c);
}

int header_uri(char **dst, const struct pl *uri)
{
	size_t i;

	if (!dst)
		return EINVAL;
	*dst = NULL;
	if (!pl_isset(uri) || uri->l > HEADER_URI_MAX)
		return EBADMSG;
	for (i = 0; i < uri->l; i++) {
		if (!uri_char((unsigned char)uri->p[i]))
			return EBADMSG;
	}

	return pl_strdup(dst, uri);
}

bool header_is_host(const struct pl *host)
{
	size_t i;

	for (i = 0; i < host->l; i++) {
		unsigned char c = (unsigned char)host->p[i];

		if (!isalnum(c) && !strchr("-._:", c))
			return false;
	}
	return host->l > 0;
}

int header_aor(char **dst, const struct uri *uri)
{
	char *aor = NULL;
	struct pl pl;
	int err;

	*dst = NULL;
	if (!pl_isset(&uri->host) || !pl_strcasecmp(&uri->scheme, "tel") ||
	    uri->host.l + uri->user.l > HEADER_URI_MAX)
		return EBADMSG;

	/* uri_decode() takes the brackets of an IPv6 address off. */
	if (memchr(uri->host.p, ':', uri->host.l))
		err = re_sdprintf(&aor, "%r:%r%s[%r]", &uri->scheme,
				  &uri->user, uri->user.l ? "@" : "",
				  &uri->host);
	else
		err = re_sdprintf(&aor, "%r:%r%s%r", &uri->scheme, &uri->user,
				  uri->user.l ? "@" : "", &uri->host);
	if (err)
		return err;

	pl_set_str(&pl, aor);
	err = header_uri(dst, &pl);
	mem_deref(aor);

	return err;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int header_user(char **dst, const struct uri *uri)
{
	const struct pl *user = &uri->user;
	char *out;
	size_t i, o = 0;

	*dst = NULL;
	if (!pl_isset(user))
		return ENOENT;
	if (user->l > HEADER_URI_MAX)
		return EBADMSG;

	out = mem_alloc(user->l + 1, NULL);
	if (!out)
		return ENOMEM;

	for (i = 0; i < user->l; i++) {
		int c = (unsigned char)user->p[i];

		if (c == '%') {
			int hi, lo;

			hi = i + 2 < user->l ? hex_value(user->p[i + 1]) : -1;
			lo = hi >= 0 ? hex_value(user->p[i + 2]) : -1;
			if (lo < 0)
				goto bad;
			c = hi * 16 + lo;
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			goto bad;
		out[o++] = (char)c;
	}
	out[o] = '\0';
	*dst = out;

	return 0;

bad:
	mem_deref(out);
	return EBADMSG;
}

/* Length of ";lr" at p, with its value if it has one; 0: it is not there */
static size_t loose_length(const char *p, size_t left)
{
	size_t n = 3;

	if (left < n || strncasecmp(p, ";lr", n) != 0)
		return 0;
	if (n < left && p[n] == '=')
		while (n < left && p[n] != ';')
			n++;

	return n == left || p[n] == ';' ? n : 0;
}

int header_route(char **dst, const struct pl *uri)
{
	struct pl head = *uri, tail = {uri->p + uri->l, 0};
	size_t i, n;

	for (i = 0; i < uri->l; i++) {
		n = loose_length(uri->p + i, uri->l - i);
		if (!n)
			continue;
		head.l = i;
		tail.p = uri->p + i + n;
		tail.l = uri->l - i - n;
		break;
	}

	return re_sdprintf(dst, "%r%r", &head, &tail);
}

int header_quote(char **dst, const char *name)
{
	size_t i, o = 0, len = strlen(name);
	char *out = mem_alloc(2 * len + 1, NULL);

	if (!out)
		return ENOMEM;
	for (i = 0; i < len; i++) {
		if (name[i] == '"' || name[i] == '\\')
			out[o++] = '\\';
		if ((unsigned char)name[i] >= 0x20 && name[i] != 0x7f)
			out[o++] = name[i];
	}
	out[o] = '\0';
	*dst = out;

	return 0;
}

static bool accept_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		     void *arg)
{
	struct msg_ctype ctype;
	(void)msg;
	(void)arg;

	if (msg_ctype_decode(&ctype, &hdr->val))
		return false;
	if (!pl_strcmp(&ctype.type, "*"))
		return true;
	if (!pl_strcasecmp(&ctype.type, "application"))
		return !pl_strcasecmp(&ctype.subtype, "sdp") ||
		       !pl_strcmp(&ctype.subtype, "*");
	return false;
}

bool header_accepts_sdp(const struct sip_msg *msg)
{
	if (!sip_msg_hdr(msg, SIP_HDR_ACCEPT))
		return true;

	return sip_msg_hdr_apply(msg, true, SIP_HDR_ACCEPT, accept_h, NULL) !=
	       NULL;
}

uint32_t header_seconds(const struct sip_msg *msg, enum sip_hdrid id,
			uint32_t fallback)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, id);
	struct pl num;
	uint64_t n;

	if (!hdr || re_regex(hdr->val.p, hdr->val.l, "[0-9]+", &num) ||
	    num.p != hdr->val.p || num.l > 10)
		return fallback;
	n = pl_u64(&num);

	return n < 0x80000000u ? (uint32_t)n : fallback;
}

static bool number_read(uint32_t *n, const struct pl *num)
{
	uint64_t v = num->l <= 10 ? pl_u64(num) : UINT64_MAX;

	*n = (uint32_t)v;

	return v <= UINT32_MAX;
}

int header_rack(struct header_rack *rack, const struct pl *val)
{
	struct pl rseq, cseq;
	const char *p;

	if (re_regex(val->p, val->l,
		     "[0-9]+[ \t\r\n]+[0-9]+[ \t\r\n]+[^ \t\r\n]+", &rseq,
		     NULL, &cseq, NULL, &rack->method) ||
	    rseq.p != val->p || !number_read(&rack->rseq, &rseq) ||
	    !number_read(&rack->cseq, &cseq))
		return EBADMSG;
	for (p = rack->method.p + rack->method.l; p < val->p + val->l; p++) {
		if (!memchr(" \t\r\n", *p, 4))
			return EBADMSG;
	}
	return 0;
}
