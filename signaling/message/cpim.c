/**
 * @file signaling/message/cpim.c  message/cpim, read and printed
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "signaling/message/cpim.h"
#include "signaling/message/header.h"
#include "signaling/message/sip_lines.h"

enum { LINES_MAX = 64 };

/** One line without its end. @return false: there is none, only a rest */
static bool next_line(struct pl *rest, struct pl *line)
{
	const char *end = rest->l ? memchr(rest->p, '\n', rest->l) : NULL;

	if (!end)
		return false;
	line->p = rest->p;
	line->l = (size_t)(end - rest->p);
	pl_advance(rest, (ssize_t)line->l + 1);
	if (line->l && line->p[line->l - 1] == '\r')
		line->l--;

	return true;
}

static bool split_line(const struct pl *line, struct pl *name,
		       struct pl *value)
{
	const char *colon = memchr(line->p, ':', line->l);

	if (!colon)
		return false;
	name->p = line->p;
	name->l = (size_t)(colon - line->p);
	value->p = colon + 1;
	value->l = line->l - name->l - 1;
	sip_lines_trim(name);
	sip_lines_trim(value);

	return name->l > 0;
}

typedef int(line_h)(struct cpim *c, const struct pl *name,
		    const struct pl *value);

/** Who, to whom and when are only claims. Names of headers are case-sensitive
 *  (section 3.1), but nobody who requires something is to be misread */
static int head_line(struct cpim *c, const struct pl *name,
		     const struct pl *value)
{
	(void)c;
	(void)value;

	return pl_strcasecmp(name, "Require") ? 0 : ENOTSUP;
}

static int part_line(struct cpim *c, const struct pl *name,
		     const struct pl *value)
{
	const struct {
		const char *name;
		struct pl *dst;
	} rows[] = {
		{"Content-Type", &c->type},
		{"Content-Transfer-Encoding", &c->encoding},
		{"Content-Disposition", &c->disposition},
		{"Content-Length", &c->length},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!pl_strcasecmp(name, rows[i].name) && !rows[i].dst->l)
			*rows[i].dst = *value;
	}

	return 0;
}

/** Lines up to an empty one; what begins with a blank goes on (RFC 2045), and
 *  says nothing that is read here */
static int read_lines(struct cpim *c, struct pl *rest, unsigned *left,
		      line_h *h)
{
	struct pl line, name, value;
	int err;

	while (next_line(rest, &line)) {
		if (!line.l)
			return 0;
		if (!(*left)--)
			return EBADMSG;
		if (*line.p == ' ' || *line.p == '\t')
			continue;
		if (!split_line(&line, &name, &value))
			return EBADMSG;
		err = h(c, &name, &value);
		if (err)
			return err;
	}

	return EBADMSG;
}

int cpim_decode(struct cpim *c, const struct pl *body)
{
	unsigned left = LINES_MAX;
	struct pl rest = *body;
	uint64_t n;
	int err;

	memset(c, 0, sizeof(*c));
	err = read_lines(c, &rest, &left, head_line);
	if (!err)
		err = read_lines(c, &rest, &left, part_line);
	if (err)
		return err;

	c->body = rest;
	if (c->length.l && sip_lines_number(&c->length, UINT32_MAX, &n) &&
	    n < rest.l)
		c->body.l = (size_t)n;

	return 0;
}

/** RFC 3339, in UTC */
static int time_print(struct re_printf *pf, const uint64_t *time_ms)
{
	const time_t t = (time_t)(*time_ms / 1000);
	char text[32];
	struct tm tm;

	if (!gmtime_r(&t, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		return EINVAL;

	return re_hprintf(pf, "%s.%03uZ", text, (unsigned)(*time_ms % 1000));
}

int cpim_print(struct re_printf *pf, const struct cpim_head *head)
{
	char *name = NULL;
	int err = head->name ? header_quote(&name, head->name) : 0;

	if (err)
		return err;
	err = re_hprintf(pf, "From: %s%s%s<%s>\r\n", name ? "\"" : "",
			 name ? name : "", name ? "\" " : "", head->uri);
	err |= re_hprintf(pf,
			  "To: <%s>\r\n"
			  "DateTime: %H\r\n"
			  "\r\n"
			  "Content-Type: text/plain;charset=UTF-8\r\n"
			  "\r\n",
			  head->to, time_print, &head->time_ms);
	mem_deref(name);

	return err;
}
