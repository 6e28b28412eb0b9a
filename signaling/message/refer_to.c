/**
 * @file signaling/message/refer_to.c  What a REFER asks for
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "signaling/message/dialog_id.h"
#include "signaling/message/header.h"
#include "signaling/message/refer_to.h"

static void refer_to_destructor(void *arg)
{
	struct refer_to *r = arg;

	mem_deref(r->uri);
	mem_deref(r->replaces);
	mem_deref(r->join);
}

static struct pl from_to(const char *p, const char *end)
{
	struct pl pl = {p, (size_t)(end - p)};

	return pl;
}

/* ---------------------------------------------------------- URI's headers */

/* Without its escapes (RFC 3261 section 19.1.2); a header must not be able
 * to begin another one */
static int unescape(char **dst, const struct pl *pl)
{
	char *out = mem_alloc(pl->l + 1, NULL);
	size_t i, o = 0;

	if (!out)
		return ENOMEM;
	for (i = 0; i < pl->l; i++) {
		unsigned char c = (unsigned char)pl->p[i];

		if (c == '%') {
			if (i + 2 >= pl->l ||
			    !isxdigit((unsigned char)pl->p[i + 1]) ||
			    !isxdigit((unsigned char)pl->p[i + 2]))
				goto bad;
			c = (unsigned char)(ch_hex(pl->p[i + 1]) << 4 |
					    ch_hex(pl->p[i + 2]));
			i += 2;
		}
		if (c < 0x20 || c > 0x7e)
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

static int set_method(struct refer_to *r, const char *name, bool *given)
{
	if (*given)
		return EBADMSG;
	*given = true;
	r->method = !strcmp(name, "INVITE") ? REFER_INVITE
		    : !strcmp(name, "BYE")  ? REFER_BYE
					    : REFER_OTHER;

	return 0;
}

static int set_dialog(char **dst, char *val)
{
	struct dialog_id id;
	struct pl pl;

	pl_set_str(&pl, val);
	if (*dst || dialog_id_decode(&id, &pl, false))
		return EBADMSG;
	*dst = mem_ref(val);

	return 0;
}

/* RFC 3261 section 19.1.5, and what says who asks, who pays and where to */
static bool is_dangerous(const char *name)
{
	static const char *const names[] = {
		"From",
		"f",
		"To",
		"t",
		"Call-ID",
		"i",
		"CSeq",
		"Via",
		"v",
		"Route",
		"Record-Route",
		"Path",
		"Contact",
		"m",
		"Max-Forwards",
		"Authorization",
		"Proxy-Authorization",
		"Referred-By",
		"b",
		"P-Asserted-Identity",
		"P-Preferred-Identity",
		"P-Charging-Vector",
		"Content-Type",
		"c",
		"Content-Length",
		"l",
		"Content-Encoding",
		"e",
		"Content-Disposition",
		"body",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!str_casecmp(name, names[i]))
			return true;
	}
	return false;
}

static int take_header(struct refer_to *r, const char *name, char *val,
		       bool *given)
{
	if (!str_casecmp(name, "method"))
		return set_method(r, val, given);
	if (!str_casecmp(name, "Replaces"))
		return set_dialog(&r->replaces, val);
	if (!str_casecmp(name, "Join"))
		return set_dialog(&r->join, val);

	return is_dangerous(name) ? EACCES : 0;
}

static int read_header(struct refer_to *r, const struct pl *one, bool *given)
{
	const char *equals = pl_strchr(one, '=');
	const char *end = one->p + one->l;
	struct pl pl_name, pl_val;
	char *name = NULL, *val = NULL;
	int err;

	if (!equals || equals == one->p)
		return EBADMSG;
	pl_name = from_to(one->p, equals);
	pl_val = from_to(equals + 1, end);
	err = unescape(&name, &pl_name);
	if (!err)
		err = unescape(&val, &pl_val);
	if (!err)
		err = take_header(r, name, val, given);
	mem_deref(name);
	mem_deref(val);

	return err;
}

static int read_headers(struct refer_to *r, const char *p, const char *end,
			bool *given)
{
	unsigned n = 0;
	int err = 0;

	while (p < end && !err) {
		const char *next = memchr(p, '&', (size_t)(end - p));
		struct pl one = from_to(p, next ? next : end);

		if (++n > REFER_TO_HEADERS_MAX)
			return EBADMSG;
		err = read_header(r, &one, given);
		p = next ? next + 1 : end;
	}
	if (!err && r->replaces && r->join)
		err = EBADMSG;

	return err;
}

/* -------------------------------------------------------------------- URI */

/* The URI but for its method parameter */
static int copy_uri(struct refer_to *r, const char *p, const char *end,
		    bool *given)
{
	const char *at = memchr(p, '@', (size_t)(end - p));
	const char *part =
		memchr(at ? at : p, ';', (size_t)(end - (at ? at : p)));
	struct pl head = from_to(p, end), tail = {end, 0};
	struct pl whole;
	char *text = NULL;
	int err = 0;

	while (part && !err) {
		const char *next =
			memchr(part + 1, ';', (size_t)(end - part - 1));
		const char *stop = next ? next : end;

		if (stop - part > 8 && !strncasecmp(part, ";method=", 8)) {
			char method[32];
			struct pl val = from_to(part + 8, stop);

			(void)pl_strcpy(&val, method, sizeof(method));
			err = val.l < sizeof(method)
				      ? set_method(r, method, given)
				      : EBADMSG;
			head = from_to(p, part);
			tail = from_to(stop, end);
		}
		part = next;
	}
	if (!err)
		err = re_sdprintf(&text, "%r%r", &head, &tail);
	if (!err) {
		pl_set_str(&whole, text);
		err = header_uri(&r->uri, &whole);
	}
	mem_deref(text);

	return err;
}

static int check_scheme(const char *p, const char *end)
{
	const char *colon = memchr(p, ':', (size_t)(end - p));
	struct pl scheme;
	size_t i;

	if (!colon || colon == p || colon + 1 == end)
		return EBADMSG;
	scheme = from_to(p, colon);
	if (!pl_strcasecmp(&scheme, "sip") || !pl_strcasecmp(&scheme, "sips"))
		return 0;
	if (!pl_strcasecmp(&scheme, "tel"))
		return 0;
	for (i = 0; i < scheme.l; i++) {
		if (!isalnum((unsigned char)scheme.p[i]) &&
		    !strchr("+-.", scheme.p[i]))
			return EBADMSG;
	}

	return EPROTONOSUPPORT;
}

/* A SIP or telephone URI has a host or number, and no password */
static int check_uri(const char *uri)
{
	struct uri decoded;
	struct pl pl;

	if (!strncasecmp(uri, "tel:", 4))
		return 0;
	pl_set_str(&pl, uri);

	return uri_decode(&decoded, &pl) || !header_is_host(&decoded.host) ||
			       pl_isset(&decoded.password)
		       ? EBADMSG
		       : 0;
}

/* Parameters may follow, but no second value (RFC 3515 section 2.4.2) */
static int check_rest(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p < end && *p != ';')
		return EBADMSG;

	return memchr(p, '<', (size_t)(end - p)) ? EBADMSG : 0;
}

/* name-addr, or addr-spec with what follows it */
static int find_uri(const struct pl *val, const char **p, const char **end)
{
	const char *lt, *quote = pl_strchr(val, '"');
	struct pl rest = *val;

	/* a display name in quotes may hold anything */
	lt = pl_strchr(&rest, '<');
	if (quote && (!lt || quote < lt)) {
		const char *q = quote + 1;

		while (q < val->p + val->l && *q != '"')
			q += *q == '\\' ? 2 : 1;
		if (q >= val->p + val->l)
			return EBADMSG;
		rest = from_to(q + 1, val->p + val->l);
		lt = pl_strchr(&rest, '<');
		if (!lt)
			return EBADMSG;
	}
	if (lt) {
		rest = from_to(lt + 1, val->p + val->l);
		*p = rest.p;
		*end = pl_strchr(&rest, '>');
		return *end ? check_rest(*end + 1, val->p + val->l) : EBADMSG;
	}
	*p = val->p;
	*end = val->p + val->l;
	while (*p < *end && (**p == ' ' || **p == '\t'))
		(*p)++;
	while (*end > *p && ((*end)[-1] == ' ' || (*end)[-1] == '\t'))
		(*end)--;

	return 0;
}

int refer_to_decode(struct refer_to **rp, const struct pl *val)
{
	const char *p, *end, *question;
	struct refer_to *r;
	bool given = false;
	int err;

	if (!rp || !val)
		return EINVAL;
	if (!pl_isset(val) || val->l > REFER_TO_MAX || find_uri(val, &p, &end))
		return EBADMSG;
	err = check_scheme(p, end);
	if (err)
		return err;
	r = mem_zalloc(sizeof(*r), refer_to_destructor);
	if (!r)
		return ENOMEM;
	question = memchr(p, '?', (size_t)(end - p));
	err = copy_uri(r, p, question ? question : end, &given);
	if (!err)
		err = check_uri(r->uri);
	if (!err && question)
		err = read_headers(r, question + 1, end, &given);
	if (err)
		mem_deref(r);
	else
		*rp = r;

	return err;
}
