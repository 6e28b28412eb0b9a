/**
 * @file signaling/message/sip_lines.c  A SIP message as bytes
 */
#include <string.h>
#include <strings.h>
#include "signaling/message/sip_lines.h"


/** Long and compact names of the headers we look at (RFC 3261 7.3.3) */
static const struct {
	const char *name;
	char compact;
	enum sip_line_kind id;
} header_names[] = {
	{"Via", 'v', SIP_LINES_VIA},
	{"From", 'f', SIP_LINES_FROM},
	{"To", 't', SIP_LINES_TO},
	{"Call-ID", 'i', SIP_LINES_CALL_ID},
	{"CSeq", 0, SIP_LINES_CSEQ},
	{"Max-Forwards", 0, SIP_LINES_MAX_FORWARDS},
	{"Content-Length", 'l', SIP_LINES_CONTENT_LENGTH},
	{"Content-Type", 'c', SIP_LINES_CONTENT_TYPE},
	{"Contact", 'm', SIP_LINES_CONTACT},
	{"Route", 0, SIP_LINES_ROUTE},
	{"Record-Route", 0, SIP_LINES_RECORD_ROUTE},
	{"Require", 0, SIP_LINES_REQUIRE},
	{"Expires", 0, SIP_LINES_EXPIRES},
};


static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}


void sip_lines_trim(struct pl *pl)
{
	while (pl->l && is_space(pl->p[0])) {
		++pl->p;
		--pl->l;
	}
	while (pl->l && is_space(pl->p[pl->l - 1]))
		--pl->l;
}


bool sip_lines_is_token(const struct pl *pl)
{
	size_t i;

	for (i = 0; i < pl->l; i++) {
		unsigned char c = (unsigned char)pl->p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z'))
			continue;
		if (!c || !strchr("-.!%*_+`'~", c))
			return false;
	}

	return pl->l > 0;
}


bool sip_lines_number(const struct pl *pl, uint64_t max, uint64_t *value)
{
	uint64_t n = 0;
	size_t i;

	if (!pl->l || pl->l > 19)
		return false;

	for (i = 0; i < pl->l; i++) {
		if (pl->p[i] < '0' || pl->p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(pl->p[i] - '0');
	}

	*value = n;

	return n <= max;
}


static enum sip_line_kind header_id(const struct pl *name)
{
	size_t i;

	for (i = 0; i < sizeof(header_names) / sizeof(header_names[0]); i++) {
		if (!pl_strcasecmp(name, header_names[i].name))
			return header_names[i].id;
		if (name->l == 1 && header_names[i].compact &&
		    (name->p[0] | 0x20) == header_names[i].compact)
			return header_names[i].id;
	}

	return SIP_LINES_OTHER;
}


/** NUL stands nowhere but in a quoted string, behind a backslash (RFC 3261
 *  section 25.1, RFC 4475 section 3.1.1.2) */
static bool nul_is_quoted(const struct pl *line)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < line->l; i++) {
		if (!line->p[i])
			return false;
		if (line->p[i] == '"')
			quoted = !quoted;
		else if (quoted && line->p[i] == '\\')
			++i;
	}

	return true;
}


/** One physical line up to its CRLF; false if there is no line end or a bare
 *  CR or NUL hides in it */
static bool take_line(const char **pos, const char *end, struct pl *line,
		      bool *clean)
{
	const char *lf = memchr(*pos, '\n', (size_t)(end - *pos));
	size_t len;

	if (!lf)
		return false;

	len = (size_t)(lf - *pos);
	line->p = *pos;
	line->l = len;
	*clean = len && line->p[len - 1] == '\r';
	if (*clean)
		--line->l;
	if (memchr(line->p, '\r', line->l) || !nul_is_quoted(line))
		*clean = false;

	*pos = lf + 1;

	return true;
}


static bool is_version(const struct pl *pl, bool *ours)
{
	struct pl major, minor;

	*ours = !pl_strcasecmp(pl, "SIP/2.0");

	return *ours ||
	       !re_regex(pl->p, pl->l, "SIP/[0-9]+.[0-9]+", &major, &minor);
}


static enum sip_lines_error parse_status(struct sip_lines *w,
					 const struct pl *line)
{
	struct pl code;
	uint64_t status;

	if (line->l < 12 || line->p[7] != ' ' ||
	    strncasecmp(line->p, "SIP/2.0", 7) != 0 ||
	    (line->l > 11 && line->p[11] != ' '))
		return SIP_LINES_BAD_START;

	code.p = line->p + 8;
	code.l = 3;
	if (!sip_lines_number(&code, 699, &status) || status < 100)
		return SIP_LINES_BAD_START;

	w->status = (unsigned)status;
	w->reason.p = line->p + 12;
	w->reason.l = line->l - 12;

	return SIP_LINES_OK;
}


static enum sip_lines_error parse_request(struct sip_lines *w,
					  const struct pl *line)
{
	const char *sp = memchr(line->p, ' ', line->l), *last;
	bool ours;
	size_t i;

	w->request = true;

	last = memrchr(line->p, ' ', line->l);
	if (!sp || sp == last)
		return SIP_LINES_BAD_START;

	w->method.p = line->p;
	w->method.l = (size_t)(sp - line->p);
	w->uri.p = sp + 1;
	w->uri.l = (size_t)(last - sp - 1);
	w->version.p = last + 1;
	w->version.l = line->l - (size_t)(last + 1 - line->p);

	if (!is_version(&w->version, &ours) || !sip_lines_is_token(&w->method))
		return SIP_LINES_BAD_START;
	if (!ours)
		return SIP_LINES_BAD_VERSION;

	for (i = 0; i < w->uri.l; i++) {
		unsigned char c = (unsigned char)w->uri.p[i];

		if (c <= ' ' || c == 0x7f || strchr("<>\"", c))
			return SIP_LINES_BAD_START;
	}

	return w->uri.l ? SIP_LINES_OK : SIP_LINES_BAD_START;
}


static enum sip_lines_error parse_start(struct sip_lines *w,
					const struct pl *line)
{
	if (line->l >= 4 && !strncasecmp(line->p, "SIP/", 4))
		return parse_status(w, line);

	return parse_request(w, line);
}


static enum sip_lines_error add_header(struct sip_lines *w,
				       const struct pl *line)
{
	const char *colon = memchr(line->p, ':', line->l);
	struct sip_line *h;

	if (w->count == SIP_LINES_HEADERS_MAX)
		return SIP_LINES_TOO_MANY;
	if (!colon)
		return SIP_LINES_BAD_HEADER;

	h = &w->headers[w->count];
	h->name.p = line->p;
	h->name.l = (size_t)(colon - line->p);
	h->value.p = colon + 1;
	h->value.l = line->l - h->name.l - 1;
	while (h->name.l && (h->name.p[h->name.l - 1] == ' ' ||
			     h->name.p[h->name.l - 1] == '\t'))
		--h->name.l;
	if (!sip_lines_is_token(&h->name))
		return SIP_LINES_BAD_HEADER;

	h->id = header_id(&h->name);
	h->whole.p = line->p;
	h->whole.l = line->l + 2;
	sip_lines_trim(&h->value);
	++w->count;

	return SIP_LINES_OK;
}


/** A continuation line belongs to the header before it */
static enum sip_lines_error fold_header(struct sip_lines *w,
					const struct pl *line)
{
	struct sip_line *h;

	if (!w->count)
		return SIP_LINES_BAD_HEADER;

	h = &w->headers[w->count - 1];
	h->whole.l = (size_t)(line->p + line->l + 2 - h->whole.p);
	if (!h->value.l)
		h->value.p = line->p;
	h->value.l = (size_t)(line->p + line->l - h->value.p);
	sip_lines_trim(&h->value);

	return SIP_LINES_OK;
}


/** Each comma may be another header of libre's, 128 bytes that live as long
 *  as the message. Those in quotes and dates are counted, too: few have any */
static enum sip_lines_error count_values(struct sip_lines *w,
					 const struct pl *line, bool folded)
{
	const char *p = line->p, *end = line->p + line->l;

	w->values += folded ? 0 : 1;
	while (p < end && (p = memchr(p, ',', (size_t)(end - p)))) {
		++w->values;
		++p;
	}

	return w->values > SIP_LINES_VALUES_MAX ? SIP_LINES_TOO_MANY
						: SIP_LINES_OK;
}


/** A line of the head that is not empty */
static enum sip_lines_error take_header(struct sip_lines *w,
					const struct pl *line)
{
	const bool folded = line->p[0] == ' ' || line->p[0] == '\t';
	enum sip_lines_error err;

	err = folded ? fold_header(w, line) : add_header(w, line);

	return err ? err : count_values(w, line, folded);
}


static void keep_first(enum sip_lines_error *err, enum sip_lines_error next)
{
	if (*err == SIP_LINES_OK)
		*err = next;
}


static enum sip_lines_error parse_lines(struct sip_lines *w, const char *p,
					size_t len)
{
	const char *pos = p, *end = p + len;
	enum sip_lines_error err = SIP_LINES_OK;
	struct pl line;
	bool clean;

	memset(w, 0, offsetof(struct sip_lines, headers));
	w->start = p;
	w->count = 0;
	w->values = 0;
	w->head_bytes = 0;
	w->body.p = end;
	w->body.l = 0;

	if (!take_line(&pos, end, &line, &clean))
		return SIP_LINES_INCOMPLETE;
	keep_first(&err, parse_start(w, &line));
	if (!clean)
		keep_first(&err, SIP_LINES_BAD_HEADER);

	while (take_line(&pos, end, &line, &clean)) {
		if ((size_t)(pos - p) > SIP_LINES_HEAD_BYTES_MAX) {
			keep_first(&err, SIP_LINES_TOO_MANY);
			return err;
		}
		if (!clean) {
			keep_first(&err, SIP_LINES_BAD_HEADER);
			if (line.l)
				continue;
		}
		if (!line.l) {
			w->head_bytes = (size_t)(pos - p);
			w->body.p = pos;
			w->body.l = (size_t)(end - pos);
			return err;
		}
		keep_first(&err, take_header(w, &line));
	}

	keep_first(&err, SIP_LINES_INCOMPLETE);

	return err;
}


enum sip_lines_error sip_lines_parse(struct sip_lines *w, const char *p,
				     size_t len)
{
	w->error = parse_lines(w, p, len);

	return w->error;
}


static void move(struct pl *pl, const char *from, const char *to)
{
	if (pl->p)
		pl->p = to + (pl->p - from);
}


void sip_lines_move(struct sip_lines *w, const char *p, size_t len)
{
	const char *from = w->start;
	size_t i;

	move(&w->method, from, p);
	move(&w->uri, from, p);
	move(&w->version, from, p);
	move(&w->reason, from, p);
	for (i = 0; i < w->count; i++) {
		move(&w->headers[i].name, from, p);
		move(&w->headers[i].value, from, p);
		move(&w->headers[i].whole, from, p);
	}
	/* no end of the head was found (it is too long, say): no body then */
	w->body.p = p + (w->head_bytes ? w->head_bytes : len);
	w->body.l = w->head_bytes ? len - w->head_bytes : 0;
	w->start = p;
}


const struct sip_line *sip_lines_find(const struct sip_lines *w,
				      enum sip_line_kind id)
{
	size_t i;

	for (i = 0; i < w->count; i++) {
		if (w->headers[i].id == id)
			return &w->headers[i];
	}

	return NULL;
}


size_t sip_lines_count(const struct sip_lines *w, enum sip_line_kind id)
{
	size_t i, n = 0;

	for (i = 0; i < w->count; i++)
		n += w->headers[i].id == id;

	return n;
}


bool sip_lines_method_is(const struct sip_lines *w, const char *method)
{
	return w->request && !pl_strcmp(&w->method, method);
}


/** In the order in which an Allow header names them */
static const char *const method_names[SIP_LINES_METHODS] = {
	"INVITE", "ACK",     "BYE",     "CANCEL",    "OPTIONS",
	"INFO",   "UPDATE",  "PRACK",   "SUBSCRIBE", "REFER",
	"NOTIFY", "MESSAGE", "PUBLISH", "REGISTER",
};


int sip_lines_method_index(const struct pl *method)
{
	int i;

	for (i = 0; i < SIP_LINES_METHODS; i++) {
		if (!pl_strcmp(method, method_names[i]))
			return i;
	}

	return -1;
}


const char *sip_lines_method_name(int i)
{
	return i >= 0 && i < SIP_LINES_METHODS ? method_names[i] : "";
}


bool sip_lines_next_value(struct pl *rest, struct pl *value)
{
	bool quoted = false, angled = false;
	size_t i;

	if (!rest->l)
		return false;

	for (i = 0; i < rest->l; i++) {
		char c = rest->p[i];

		if (quoted && c == '\\') {
			++i;
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '<')
			angled = true;
		else if (!quoted && c == '>')
			angled = false;
		else if (!quoted && !angled && c == ',')
			break;
	}
	if (i > rest->l)
		i = rest->l;

	value->p = rest->p;
	value->l = i;
	sip_lines_trim(value);

	if (i < rest->l)
		++i;
	rest->p += i;
	rest->l -= i;

	return true;
}


/** Bytes of a parameter's value: a quoted string or up to ';' */
static size_t param_value_len(const struct pl *rest)
{
	size_t i = 0;

	if (rest->l && rest->p[0] == '"') {
		for (i = 1; i < rest->l; i++) {
			if (rest->p[i] == '\\')
				++i;
			else if (rest->p[i] == '"')
				return i + 1;
		}
		return rest->l;
	}
	while (i < rest->l && rest->p[i] != ';')
		++i;

	return i;
}


static void skip(struct pl *pl, size_t n)
{
	pl->p += n;
	pl->l -= n;
}


bool sip_lines_next_param(struct pl *rest, struct pl *name, struct pl *value)
{
	size_t n = 0;

	sip_lines_trim(rest);
	if (!rest->l || rest->p[0] != ';')
		return false;
	skip(rest, 1);

	while (n < rest->l && rest->p[n] != ';' && rest->p[n] != '=')
		++n;
	name->p = rest->p;
	name->l = n;
	value->p = rest->p + n;
	value->l = 0;
	skip(rest, n);
	sip_lines_trim(name);

	if (rest->l && rest->p[0] == '=') {
		skip(rest, 1);
		while (rest->l && is_space(rest->p[0]))
			skip(rest, 1);
		n = param_value_len(rest);
		value->p = rest->p;
		value->l = n;
		skip(rest, n);
		sip_lines_trim(value);
	}

	return sip_lines_is_token(name);
}


/** Length of a quoted string from its opening quote, 0 if not closed */
static size_t quoted_len(const struct pl *pl)
{
	size_t i;

	for (i = 1; i < pl->l; i++) {
		if (pl->p[i] == '\\')
			++i;
		else if (pl->p[i] == '"')
			return i + 1;
	}

	return 0;
}


/** Unquoted display name: tokens and white space only */
static bool display_is_valid(struct pl display)
{
	while (display.l) {
		struct pl word = {display.p, 0};

		while (word.l < display.l && !is_space(display.p[word.l]))
			++word.l;
		if (!sip_lines_is_token(&word))
			return false;
		skip(&display, word.l);
		sip_lines_trim(&display);
	}

	return true;
}


static bool bracketed(struct pl rest, const char *open, struct pl *uri,
		      struct pl *params)
{
	const char *close;

	skip(&rest, (size_t)(open - rest.p) + 1);
	close = memchr(rest.p, '>', rest.l);
	if (!close)
		return false;

	uri->p = rest.p;
	uri->l = (size_t)(close - rest.p);
	skip(&rest, uri->l + 1);
	sip_lines_trim(&rest);
	*params = rest;

	return true;
}


bool sip_lines_address(const struct pl *value, struct pl *display,
		       struct pl *uri, struct pl *params)
{
	struct pl rest = *value;
	const char *open;
	size_t n;

	sip_lines_trim(&rest);
	display->p = rest.p;
	display->l = 0;

	if (rest.l && rest.p[0] == '"') {
		n = quoted_len(&rest);
		if (!n)
			return false;
		display->l = n;
		skip(&rest, n);
		sip_lines_trim(&rest);
		return rest.l && rest.p[0] == '<' &&
		       bracketed(rest, rest.p, uri, params);
	}

	open = memchr(rest.p, '<', rest.l);
	if (open) {
		display->l = (size_t)(open - rest.p);
		sip_lines_trim(display);
		return display_is_valid(*display) &&
		       bracketed(rest, open, uri, params);
	}

	for (n = 0; n < rest.l && rest.p[n] != ';'; n++)
		;
	uri->p = rest.p;
	uri->l = n;
	sip_lines_trim(uri);
	skip(&rest, n);
	*params = rest;

	return true;
}


struct pl sip_lines_tag(const struct sip_lines *w, enum sip_line_kind id)
{
	const struct sip_line *h = sip_lines_find(w, id);
	struct pl display, uri, params, name, value, none = {NULL, 0};

	if (!h || !sip_lines_address(&h->value, &display, &uri, &params))
		return none;

	while (sip_lines_next_param(&params, &name, &value)) {
		if (!pl_strcasecmp(&name, "tag"))
			return value;
	}

	return none;
}
